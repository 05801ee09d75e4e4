"""Faults of energy counters."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ..sample import Sample
from .event import FaultEvent, counter_values, replaced, shifted

_DIP_KWH: Final = 0.1
_WH_PER_KWH: Final = 1000.0
_RESTART_S: Final = (20, 120)
_HIGHEST_KWH: Final = 90_000.0


def reset(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let all counters begin again at zero and count on from there."""
    del rng
    yield from _from_level(samples, event, 0.0)


def swap(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let another meter go on, whose counters stand elsewhere."""
    yield from _from_level(
        samples, event, round(float(rng.uniform(0, _HIGHEST_KWH)), 3)
    )


def zero(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let the meter restart: silent for a moment, then one sample of zeros."""
    event.amount = 0.0
    event.end_s = event.start_s + int(rng.integers(*_RESTART_S))
    for sample in samples:
        if event.covers(sample):
            continue
        if sample.due_s > event.end_s and not event.times:
            counters = counter_values(sample)
            event.note(sample, *counters)
            yield replaced(sample, dict.fromkeys(counters, 0.0))
        else:
            yield sample


def dip(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let the counters fall by 0.1 kWh for one sample."""
    del rng
    event.amount = -_DIP_KWH
    for sample in samples:
        if sample.due_s >= event.start_s and not event.times:
            counters = counter_values(sample)
            event.note(sample, *counters)
            yield shifted(sample, dict.fromkeys(counters, -_DIP_KWH))
        else:
            yield sample


def wh_as_kwh(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Let the meter send its counters in Wh where kWh are expected."""
    del rng
    event.amount = _WH_PER_KWH
    for sample in samples:
        if event.strikes(sample):
            counters = counter_values(sample)
            event.note(sample, *counters)
            yield replaced(
                sample,
                {
                    channel: round(value * _WH_PER_KWH, 3)
                    for channel, value in counters.items()
                },
            )
        else:
            yield sample


def _from_level(
    samples: Iterator[Sample], event: FaultEvent, level: float
) -> Iterator[Sample]:
    """Let the counters go on from another level [kWh], from the event on."""
    event.amount = level
    for sample in samples:
        if sample.due_s >= event.start_s and not event.times:
            counters = counter_values(sample)
            event.note(sample, *counters)
            event.shift = {
                channel: level - value for channel, value in counters.items()
            }
        yield shifted(sample, event.shift)
