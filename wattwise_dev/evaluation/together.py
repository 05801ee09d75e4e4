"""How good the forecast of several homes together is, beside one of their sum by itself.

Homes are put together by their order: the first two, the next two and so on. What is
scored is the sum of their forecasts, as the overview of all homes tells it, and a
forecaster that only ever saw the sum of their energy.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.expectation import Expected
from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.sum_of_surprises import (
    sum_of_expected,
)
from wattwise_dev.benchmark.progress import Say

from .contest import run_here
from .contestants import FORECASTER
from .errors import EvaluationError
from .household import Household, household
from .issued import SCORED_LEVELS
from .pairs import Pairs, pair
from .plan import Plan
from .reading import read_households
from .report import write_json

_MEAN: Final = len(SCORED_LEVELS)
_LEVELS: Final = [float(level) for level in SCORED_LEVELS]


@dataclass(frozen=True, slots=True)
class Together:
    """Figures of some homes together, all as shares of their mean hour.

    `way` is how they were forecast. `alone` is the sum of the errors of the homes.
    """

    homes: int
    way: str
    mae: float
    rmse: float
    pinball: float
    coverage: float
    width: float
    alone: float


def evaluate_together(options: argparse.Namespace, say: Say) -> None:
    """Forecast homes and their sums, and print the table."""
    homes = read_households(options, say)
    plan = Plan(after=options.after, origins=options.origins)
    groups = [
        list(range(first, first + size))
        for size in options.sizes
        for first in range(0, len(homes) - size + 1, size)
    ]
    if not groups:
        raise EvaluationError("there are too few homes to put together (--sizes)")
    homes = _at_the_same_times(homes)
    sums = [_sum(homes, group) for group in groups]
    entry = run_here(FORECASTER, [*homes, *sums], plan, say)
    pairs = [
        pair(home, issued, plan.lead)
        for home, issued in zip([*homes, *sums], entry.issued, strict=True)
    ]
    figures = [
        figure
        for group, whole in zip(groups, pairs[len(homes) :], strict=True)
        for figure in _score([pairs[at] for at in group], whole)
    ]
    print(as_text(figures))
    if options.json:
        write_json(options.json, {"groups": [asdict(one) for one in figures]})


def _at_the_same_times(homes: Sequence[Household]) -> list[Household]:
    """Return homes of the slots that all of them have; EvaluationError without any."""
    common = homes[0].starts
    for home in homes:
        common = np.intersect1d(common, home.starts)
    if not common.size:
        raise EvaluationError("the homes were measured at different times")
    return [
        household(
            home.name,
            home.clock,
            common,
            home.measured[np.searchsorted(home.starts, common)],
        )
        for home in homes
    ]


def _sum(homes: Sequence[Household], group: Sequence[int]) -> Household:
    """Return the homes of a group as if they were one."""
    starts = homes[group[0]].starts
    for at in group:
        starts = np.intersect1d(starts, homes[at].starts)
    energy = sum(
        homes[at].measured[np.searchsorted(homes[at].starts, starts)] for at in group
    )
    name = "+".join(homes[at].name for at in group)
    return household(name, homes[group[0]].clock, starts, np.asarray(energy))


def _score(parts: Sequence[Pairs], whole: Pairs) -> list[Together]:
    """Score both ways on the slots of which all is known."""
    starts = whole.start[whole.scored]
    for part in parts:
        starts = np.intersect1d(starts, part.start[part.scored])
    if not starts.size:
        return []
    at = np.searchsorted(whole.start, starts)
    of_parts = [np.searchsorted(part.start, starts) for part in parts]
    said = [part.said[:, row] for part, row in zip(parts, of_parts, strict=True)]
    measured = whole.measured[at]
    alone = sum(
        float(np.abs(part.measured[row] - one[1]).sum())
        for part, row, one in zip(parts, of_parts, said, strict=True)
    )
    alone /= float(measured.sum())
    return [
        _figures(len(parts), way, measured, values, alone)
        for way, values in (
            ("sum of the homes", _added(said)),
            ("the sum by itself", whole.said[:, at]),
        )
    ]


def _added(said: Sequence[Floats]) -> Floats:
    """Add forecasts (PUBLISHED, slots) as the overview does."""
    rows = []
    for slot in range(said[0].shape[1]):
        added = sum_of_expected([_expected(one[:, slot]) for one in said])
        rows.append([*(added.quantiles[level] for level in _LEVELS), added.mean])
    return np.array(rows).T


def _expected(values: Floats) -> Expected:
    quantiles = dict(zip(_LEVELS, values[:_MEAN].tolist(), strict=True))
    return Expected(float(values[_MEAN]), quantiles)


def _figures(
    homes: int, way: str, measured: Floats, said: Floats, alone: float
) -> Together:
    load = float(measured.mean())
    errors = measured - said[:_MEAN]
    levels = SCORED_LEVELS[:, None]
    inside = (measured >= said[0]) & (measured <= said[2])
    return Together(
        homes,
        way,
        float(np.abs(errors[1]).mean()) / load,
        float(np.sqrt(((measured - said[_MEAN]) ** 2).mean())) / load,
        float(np.maximum(levels * errors, (levels - 1) * errors).mean()) / load,
        float(inside.mean()),
        float((said[2] - said[0]).mean()) / load,
        alone,
    )


def as_text(figures: Sequence[Together]) -> str:
    """Return the means of groups of the same size as a table."""
    lines = [
        "homes  groups  way                 MAE   RMSE  pinball  cover  width  alone"
    ]
    for size, way in dict.fromkeys((one.homes, one.way) for one in figures):
        same = [one for one in figures if (one.homes, one.way) == (size, way)]
        mean = {
            name: fmean(getattr(one, name) for one in same)
            for name in ("mae", "rmse", "pinball", "coverage", "width", "alone")
        }
        lines.append(
            f"{size:5}  {len(same):6}  {way:17}  {mean['mae']:.3f}  {mean['rmse']:.3f}  "
            f"{mean['pinball']:.4f}   {mean['coverage']:.3f}  {mean['width']:.3f}  "
            f"{mean['alone']:.3f}"
        )
    return "\n".join(lines)
