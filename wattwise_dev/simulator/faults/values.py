"""Faults of single values: not a number, nothing, nonsense."""

from collections.abc import Iterator
import math
from typing import Final

import numpy as np

from ..sample import Sample, Value
from .event import FaultEvent, replaced

_NONSENSE: Final[tuple[Value, ...]] = (
    "unavailable",
    "",
    "12,5 W",
    "0x1F",
    "true",
    9.9e12,
    -8_388_608.0,
)


def nan(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Replace one value by NaN."""
    yield from _replace_one(samples, event, rng, math.nan)


def none(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Replace one value by nothing."""
    yield from _replace_one(samples, event, rng, None)


def garbage(
    samples: Iterator[Sample], event: FaultEvent, rng: np.random.Generator
) -> Iterator[Sample]:
    """Replace one value by text or by a number that cannot be."""
    nonsense = _NONSENSE[int(rng.integers(len(_NONSENSE)))]
    yield from _replace_one(samples, event, rng, nonsense)


def _replace_one(
    samples: Iterator[Sample],
    event: FaultEvent,
    rng: np.random.Generator,
    value: Value,
) -> Iterator[Sample]:
    """Replace one value of the event's first sample."""
    for sample in samples:
        if sample.due_s >= event.start_s and not event.times:
            channels = tuple(sample.values)
            channel = channels[int(rng.integers(len(channels)))]
            event.note(sample, channel)
            yield replaced(sample, {channel: value})
        else:
            yield sample
