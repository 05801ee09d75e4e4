"""scripts/evaluate anomalies: what the arguments ask for."""

import argparse
from collections.abc import Sequence
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from wattwise_dev.benchmark.progress import Say
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.household import Household
from wattwise_dev.evaluation.reading import read_households
from wattwise_dev.evaluation.report import write_json

from .contest import compete
from .flags_file import write_flags
from .report import as_text

# Homes with more gaps than this share of their hours, or that use nothing in so many, are
# left out: their clean series is none.
_GAPS: Final = 0.05
_ZEROS: Final = 0.2


def evaluate_anomalies(options: argparse.Namespace, say: Say) -> None:
    """Tell the unusual hours of households, or what is found of events in them."""
    homes = [(home.name, _hours_of(home)) for home in read_households(options, say)]
    if options.output:
        write_flags(options.output, homes, say)
        say(f"unusual hours are in {options.output}")
        return
    usable = _usable(homes, say)
    standings = compete(usable, options.events, options.seed, say)
    path = options.input or options.homes
    title = (
        f"{path.name}: {len(usable)} home(s), {options.events} events of each kind in "
        f"each, seed {options.seed}"
    )
    print(as_text(title, standings))
    if options.json:
        facts = {"title": title, "methods": [one.as_dict() for one in standings]}
        write_json(options.json, facts)


def _hours_of(home: Household) -> HourSeries:
    pairs = zip(home.starts.tolist(), home.measured.tolist(), strict=True)
    series = HourSeries.of(dict(pairs), home.clock.zone)
    if series is None:
        raise EvaluationError(f"{home.name}: there is no hour with any use")
    return series


def _usable(
    homes: Sequence[tuple[str, HourSeries]], say: Say
) -> list[tuple[str, HourSeries]]:
    usable = []
    for name, series in homes:
        gaps = float(np.isnan(series.energy).mean())
        zeros = float((series.energy == 0).mean())
        if gaps > _GAPS or zeros > _ZEROS:
            say(f"{name} is left out: {gaps:.0%} gaps, {zeros:.0%} zeros")
        else:
            usable.append((name, series))
    if not usable:
        raise EvaluationError("no home is left: all have too many gaps or zeros")
    return usable
