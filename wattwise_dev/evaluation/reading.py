"""Reads the households that the command line names."""

import argparse
from collections.abc import Sequence
from typing import Final

from custom_components.wattwise.analytics.forecasting.local_days import (
    LocalClock,
)
from wattwise_dev.benchmark.progress import Say

from .chosen import chosen_homes
from .energy_file import Choose, Fault, read_table, these
from .household import Household, household
from .slots import Steps, days_of, energy_of_slots
from .weather_file import read_weather

# Faults that are told one by one.
_TOLD: Final = 10


def read_households(options: argparse.Namespace, say: Say) -> list[Household]:
    """Read and lay out all that is to be read, and tell what cannot be.

    EvaluationError where a file cannot be read, or a home has nothing measured.
    """
    clock = LocalClock(options.timezone, options.step * 60)
    weather = None
    if options.weather:
        weather, faults = read_weather(options.weather, options.clock)
        _tell(faults, str(options.weather), say)
    path = options.input or options.homes
    say(f"reading {path}")
    table = read_table(path, _columns(options), options.clock)
    _tell(table.faults, str(path), say)
    steps = Steps.of(table.times, stamped_at_end=options.stamp == "end")
    if steps.usual > clock.step:
        say(f"rows are {steps.usual / 60:g} min long: they are divided evenly by slots")
    starts = days_of(steps, clock)
    return [
        household(
            path.name if options.input else name,
            clock,
            starts,
            energy_of_slots(values, steps, options.unit, starts, clock.step),
            weather,
            () if options.country is None else options.country,
        )
        for name, values in table.columns.items()
    ]


def _columns(options: argparse.Namespace) -> Choose:
    if options.input:
        return these("kwh")
    return lambda names: chosen_homes(options.columns, names)


def _tell(faults: Sequence[Fault], path: str, say: Say) -> None:
    for fault in faults[:_TOLD]:
        say(f"{path}, {fault}")
    if len(faults) > _TOLD:
        say(f"{path}: {len(faults) - _TOLD} more lines cannot be read")
