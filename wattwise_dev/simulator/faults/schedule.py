"""When faults happen, and one occurrence after the other."""

from collections.abc import Iterator
from typing import Final

from ..randomness import numbered_generator
from ..sample import Sample
from .event import Fault, FaultEvent, shifted

_DAY_S: Final = 86_400


def plan(
    fault: Fault, meter: str, start_s: int, end_s: int, seed: int
) -> list[FaultEvent]:
    """Return when a fault happens between two times [s]: one event per equal part."""
    rng = numbered_generator(seed, meter, fault.name, "plan", number=start_s)
    span = end_s - start_s
    count = max(1, round(fault.per_day * span / _DAY_S))
    part = span / count
    events = []
    for index in range(count):
        # Events keep away from the edges, so that there is a before and an after.
        begin = start_s + int(part * (index + rng.uniform(0.1, 0.6)))
        lasts = int(min(rng.uniform(*fault.duration_s), part * 0.3))
        events.append(FaultEvent(fault.name, meter, begin, begin + lasts))
    return events


def occurrences(
    fault: Fault, events: list[FaultEvent], samples: Iterator[Sample], seed: int
) -> Iterator[Sample]:
    """Let the events of one fault happen, each to the samples until the next one."""
    stream = _Pushback(samples)
    level: dict[str, float] = {}
    for index, event in enumerate(events):
        rng = numbered_generator(
            seed, event.meter, fault.name, "effect", number=event.start_s
        )
        last = index + 1 == len(events)
        part = stream if last else _before(stream, events[index + 1].start_s)
        # What an event did to the counters stays when the next one comes.
        moved = (shifted(sample, level) for sample in part)
        yield from fault.transform(moved, event, rng)
        for channel, by in event.shift.items():
            level[channel] = level.get(channel, 0.0) + by


class _Pushback:
    """An iterator that takes a sample back."""

    def __init__(self, samples: Iterator[Sample]) -> None:
        """Iterate over samples."""
        self._samples = samples
        self._returned: list[Sample] = []

    def __iter__(self) -> _Pushback:
        """Return itself."""
        return self

    def __next__(self) -> Sample:
        """Return what was pushed back last, or the next sample."""
        return self._returned.pop() if self._returned else next(self._samples)

    def push(self, sample: Sample) -> None:
        """Take a sample back."""
        self._returned.append(sample)


def _before(stream: _Pushback, time_s: int) -> Iterator[Sample]:
    """Yield the samples measured before a time and leave the others."""
    for sample in stream:
        if sample.due_s >= time_s:
            stream.push(sample)
            return
        yield sample
