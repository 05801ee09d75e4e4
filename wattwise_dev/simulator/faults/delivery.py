"""Faults between the meter and whoever listens: lost, doubled, late, mistimed."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from ..sample import Sample
from .event import FaultEvent

_LATE_BY: Final = (2, 6)
_AHEAD_S: Final = (3_600, 3 * 86_400)
_LONGEST_UPTIME_S: Final = 86_400


def outage(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Lose all samples for a while; counters go on unseen."""
    del rng
    for sample in samples:
        if event.strikes(sample):
            event.note(sample)
        else:
            yield sample


def duplicate(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Send one sample twice."""
    del rng
    for sample in samples:
        yield sample
        if sample.due_s >= event.start_s and not event.times:
            event.note(sample)
            yield Sample(sample.due_s, sample.time_s, dict(sample.values))


def disorder(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Send one sample after some that were measured later."""
    overtaking = int(rng.integers(*_LATE_BY))
    event.amount = float(overtaking)
    late: Sample | None = None
    for sample in samples:
        if late is None and not event.times and sample.due_s >= event.start_s:
            late = sample
            event.note(sample)
            continue
        yield sample
        if late is not None:
            overtaking -= 1
            if overtaking == 0:
                yield late
                late = None
    if late is not None:
        yield late


def future(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Stamp one sample with a time that has not come yet."""
    ahead = int(rng.integers(*_AHEAD_S))
    event.amount = float(ahead)
    for sample in samples:
        if sample.due_s >= event.start_s and not event.times:
            event.note(sample)
            yield Sample(sample.due_s, sample.time_s + ahead, sample.values)
        else:
            yield sample


def clock_1970(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Stamp samples with the time since the meter started, as if that were 1970."""
    uptime = int(rng.integers(_LONGEST_UPTIME_S))
    for sample in samples:
        if event.strikes(sample):
            event.note(sample)
            since_start = uptime + sample.due_s - event.start_s
            yield Sample(sample.due_s, since_start, sample.values)
        else:
            yield sample
