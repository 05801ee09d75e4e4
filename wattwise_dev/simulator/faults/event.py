"""What a fault is and what it says it did."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np

from ..household import ENERGY_EXPORT, ENERGY_IMPORT
from ..sample import Sample, Value

type Transform = Callable[
    [Iterator[Sample], FaultEvent, np.random.Generator], Iterator[Sample]
]
"""Applies one event to the samples of a meter."""


@dataclass(slots=True)
class FaultEvent:
    """One occurrence of a fault: planned before, completed while it happens."""

    fault: str
    meter: str
    start_s: int
    """First second [since the epoch] that it can touch."""
    end_s: int
    """Last second that it can touch; persistent faults go on with the new level."""
    times: list[int] = field(default_factory=list)
    """When the samples it touched were measured [s since the epoch]."""
    channels: tuple[str, ...] = ()
    """What it touched; empty for faults of the whole sample."""
    amount: float | None = None
    """How much, in the unit that the fault's description names."""
    shift: dict[str, float] = field(default_factory=dict)
    """By how much counters [kWh] stay changed after it."""

    def covers(self, sample: Sample) -> bool:
        """Whether the event can touch a sample."""
        return self.start_s <= sample.due_s <= self.end_s

    def strikes(self, sample: Sample) -> bool:
        """Whether the event touches a sample: at least the first one after its start."""
        return self.covers(sample) or (sample.due_s >= self.start_s and not self.times)

    def note(self, sample: Sample, *channels: str) -> None:
        """Take a sample that was touched, and what of it, into the record."""
        self.times.append(sample.due_s)
        self.channels = channels

    def as_dict(self) -> dict[str, object]:
        """Return the record, with times in ISO 8601."""
        return {
            "fault": self.fault,
            "meter": self.meter,
            "start": _iso(self.start_s),
            "end": _iso(self.end_s),
            "times": [_iso(time_s) for time_s in self.times],
            "channels": list(self.channels),
            "amount": self.amount,
            "shift": self.shift,
        }


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault."""

    name: str
    description: str
    transform: Transform
    per_day: float
    """How often it happens; at least once in every simulation."""
    duration_s: tuple[int, int] = (0, 0)
    """Shortest and longest duration; 0 stands for one sample."""


def counter_values(sample: Sample) -> dict[str, float]:
    """Return what the counters [kWh] of a sample show, where they show a number."""
    return {
        channel: value
        for channel in (ENERGY_IMPORT, ENERGY_EXPORT)
        if isinstance(value := sample.values.get(channel), float)
    }


def replaced(sample: Sample, values: Mapping[str, Value]) -> Sample:
    """Return a sample with some other values."""
    return Sample(sample.due_s, sample.time_s, {**sample.values, **values})


def shifted(sample: Sample, by: Mapping[str, float]) -> Sample:
    """Return a sample with counters [kWh] changed by an amount."""
    if not by:
        return sample
    counters = counter_values(sample)
    return replaced(
        sample,
        {
            channel: round(value + by.get(channel, 0.0), 6)
            for channel, value in counters.items()
        },
    )


def _iso(time_s: int) -> str:
    """Return epoch seconds in ISO 8601, UTC."""
    return datetime.fromtimestamp(time_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
