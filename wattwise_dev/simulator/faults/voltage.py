"""Voltage events, named as in EN 50160; loads keep their power meanwhile."""

from collections.abc import Callable, Iterator
from functools import partial
from operator import mul
from typing import Final

import numpy as np

from ..electrical import NOMINAL_V
from ..sample import Sample, Value
from .event import FaultEvent, Transform, counter_values, replaced, shifted

_SAG: Final = (0.40, 0.85)
_SWELL: Final = (1.12, 1.25)
_LOW: Final = (0.82, 0.89)
_HIGH: Final = (1.11, 1.14)
_FLUCTUATION: Final = 0.05


def _level(low_share: float, high_share: float) -> Transform:
    """Return the transform that holds the voltage at a level between two shares."""

    def transform(
        samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
    ) -> Iterator[Sample]:
        share = round(float(rng.uniform(low_share, high_share)), 3)
        event.amount = share
        for sample in samples:
            if event.strikes(sample):
                yield _with_voltage(
                    sample, event, lambda volts: NOMINAL_V * share + rng.normal(0, 0.3)
                )
            else:
                yield sample

    return transform


sag: Final = _level(*_SAG)
swell: Final = _level(*_SWELL)
low: Final = _level(*_LOW)
high: Final = _level(*_HIGH)


def fluctuation(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let the voltage jump up and down from one sample to the next."""
    event.amount = sign = _FLUCTUATION
    for sample in samples:
        if event.strikes(sample):
            sign = -sign
            factor = 1 + sign * float(rng.uniform(0.7, 1.0))
            yield _with_voltage(sample, event, partial(mul, factor))
        else:
            yield sample


def interruption(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let the supply fail: everything is zero and the counters stand still."""
    event.amount = 0.0
    before: dict[str, float] = {}
    for sample in samples:
        counters = counter_values(sample)
        values: dict[str, Value] = {}
        if event.strikes(sample):
            event.note(sample, *sample.values)
            for channel, value in counters.items():
                missed = value - before.get(channel, value)
                event.shift[channel] = event.shift.get(channel, 0.0) - missed
            for channel in sample.values.keys() - counters:
                values[channel] = 0.0
            for channel in sorted(values):
                if channel.startswith("voltage"):
                    values[channel] = round(abs(float(rng.normal(0, 0.4))), 2)
        before = counters
        yield shifted(replaced(sample, values), event.shift)


def _with_voltage(
    sample: Sample, event: FaultEvent, change: Callable[[float], float]
) -> Sample:
    """Return a sample with other voltages and the currents that go with them."""
    values: dict[str, Value] = {}
    for channel, volts in sample.values.items():
        if not channel.startswith("voltage") or not isinstance(volts, float):
            continue
        after = values[channel] = round(float(change(volts)), 2)
        current = channel.replace("voltage", "current")
        amperes = sample.values.get(current)
        if isinstance(amperes, float):
            values[current] = round(amperes * volts / after, 3)
    event.note(sample, *values)
    return replaced(sample, values)
