"""scripts/evaluate day-types: what the arguments ask for."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from statistics import fmean, median
from typing import Any, Final

from wattwise_dev.benchmark.progress import Say
from wattwise_dev.evaluation.anomalies.events import EventKind
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.reading import read_households
from wattwise_dev.evaluation.report import write_json

from .forecast_errors import ForecastErrors, measure_forecast
from .grouping_figures import BLIND, GroupingFigures, measure_grouping
from .unusual_hours import Recalls, count_found

_FORESIGHT: Final = ("asked", "days", "right", "said", "by share", "loss", "by share")


def evaluate_day_types(options: argparse.Namespace, say: Say) -> None:
    """Learn the day types of households, and tell what they are worth."""
    found: list[GroupingFigures] = []
    errors: list[ForecastErrors] = []
    recalls = Recalls()
    for number, home in enumerate(read_households(options, say), start=1):
        figures = measure_grouping(home.name, home.past)
        if figures is None:
            say(f"{home.name} is left out: too few days")
            continue
        found.append(figures)
        errors.append(measure_forecast(home.past))
        try:
            count_found(home, options.events, options.seed + number, recalls)
        except EvaluationError as err:
            say(str(err))
        say(f"{home.name}: {', '.join(figures.names)}; {figures.kept:.1%} kept")
    if not found:
        raise EvaluationError("no home has enough days")
    print(as_text(found, errors, recalls))
    if options.json:
        facts = {
            "homes": [
                asdict(one) | {"forecast": asdict(error)}
                for one, error in zip(found, errors, strict=True)
            ],
            "anomalies": _recall(recalls),
        }
        write_json(options.json, facts)


def as_text(
    found: Sequence[GroupingFigures], errors: Sequence[ForecastErrors], recalls: Recalls
) -> str:
    """Return the means over homes as tables."""
    counts = [len(one.names) for one in found]
    several = [one for one in found if one.silhouette is not None]
    lines = [
        f"{len(found)} home(s); types per home: "
        + ", ".join(f"{n}: {counts.count(n)}" for n in sorted(set(counts))),
        f"stability of the least stable type, mean: {fmean(o.stability for o in found):.3f}",
        (
            f"silhouette, mean: {fmean(o.silhouette or 0.0 for o in several or found):.3f}"
            f", of {BLIND} blind groups {fmean(o.blind_silhouette for o in found):.3f}"
        ),
        (
            "days that keep their type when all is learned anew a fortnight later: "
            f"{fmean(o.kept for o in found):.1%} by name, "
            f"{fmean(o.kept_if_matched for o in found):.1%} if matched, "
            f"{fmean(o.blind_kept for o in found):.1%} of {BLIND} blind groups"
        ),
        "",
        "".join(f"{head:>10}" for head in _FORESIGHT),
    ]
    for when in several[0].foresight if several else ():
        told = [o.foresight[when] for o in several if when in o.foresight]
        lines.append(
            f"{when:>10}{sum(o.asked for o in told):>10}"
            f"{fmean(o.right for o in told):>10.1%}{fmean(o.said for o in told):>10.1%}"
            f"{fmean(o.by_share for o in told):>10.1%}"
            f"{fmean(o.loss for o in told):>10.3f}"
            f"{fmean(o.loss_by_share for o in told):>10.3f}"
        )
    lines += ["", "errors of forecasts with day types, by those without"]
    for name in ("mae", "pinball", "day"):
        ratios = [getattr(one, name) for one in errors]
        better = fmean(ratio < 1 for ratio in ratios)
        lines.append(
            f"{name:>10}{fmean(ratios):>8.3f}, median {median(ratios):.3f}, "
            f"better in {better:.0%} of the homes"
        )
    lines += ["", f"{'events found':>20}{'put':>6}{'plain':>8}{'typed':>8}"]
    for kind, recall in _recall(recalls).items():
        lines.append(
            f"{kind:>20}{recall['put']:>6}{recall['plain']:>8.2f}{recall['typed']:>8.2f}"
        )
    return "\n".join(lines)


def _recall(recalls: Recalls) -> dict[str, dict[str, Any]]:
    return {
        kind.value: {
            "put": put,
            "plain": recalls.plain[kind] / put,
            "typed": recalls.typed[kind] / put,
        }
        for kind in EventKind
        if (put := recalls.put.get(kind))
    }
