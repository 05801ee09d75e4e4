"""What a home used and gave in the quarters or halves of hours, where meters tell."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from ..history.periods.calendar import HOUR_MS
from ..history.questions.queries import Queries
from ..metering.profile import EnergyKind
from ..metering.quantity import Channel
from .energy_of_hours import (
    Flow,
    HomeHours,
    MeteredFlow,
    Ways,
    balanced,
    energy_told,
    is_known,
    slept,
)
from .resolutions import HOUR, QUARTER


def energy_of_parts(
    queries: Queries,
    meters: Sequence[MeteredFlow],
    start_ms: int,
    end_ms: int,
    step: int,
    apart: Collection[str] = (),
) -> HomeHours:
    """Balance the meters in slots of 900 or 1800 s that begin in [start_ms, end_ms).

    Both are whole hours of the home's clock. Hours in which a meter told less often
    than there are slots are left out: the history divides what flowed between two
    readings evenly, which says nothing of how it flowed. So are hours whose readings of
    5 minutes are not kept any more. See `energy_of_hours`.
    """
    quarters = {
        meter.key: _quarters(queries, meter, start_ms, end_ms) for meter in meters
    }
    told = {key: energy_told(found.ways) for key, found in quarters.items()}
    asleep = slept(meters, told, QUARTER, end_ms // 1000)
    flows = {
        key: _flows(found, asleep[key], start_ms // 1000, step)
        for key, found in quarters.items()
    }
    return balanced(meters, flows, apart)


def _flows(
    quarters: _Quarters, asleep: set[int], first: int, step: int
) -> dict[int, Flow]:
    """Return what flowed inward and outward [Wh] in each slot that is known.

    Slots are counted from the `first` one [s]; `asleep` are quarters slept through.
    """
    starts = set(quarters.slots(step))
    starts |= {start for start in asleep if (start - first) % step == 0}
    return {start: quarters.flow(start, step) for start in starts}


@dataclass(frozen=True, slots=True)
class _Quarters:
    """What a meter told of the quarters of hours, by their start [s since the epoch].

    `ways` are the energies [Wh] that flowed inward and outward, `covered` the quarters
    in which at least one is known, `readings` how many there were in each hour.
    """

    is_power: bool
    ways: Ways
    covered: set[int]
    readings: Counter[int]

    def slots(self, step: int) -> Iterator[int]:
        """Yield the slots of hours in which there were at least as many readings."""
        for hour, count in self.readings.items():
            if count >= HOUR // step:
                yield from (
                    start
                    for start in range(hour, hour + HOUR, step)
                    if self.covered.issuperset(range(start, start + step, QUARTER))
                )

    def flow(self, start: int, step: int) -> Flow:
        """Return what flowed both ways in a slot that is covered, or slept through."""
        inward, outward = (
            sum(
                way.get(quarter, 0.0) for quarter in range(start, start + step, QUARTER)
            )
            # What a meter never told is unknown; what it told at other times, nothing.
            if way or self.is_power
            else None
            for way in self.ways
        )
        return inward, outward


def _quarters(
    queries: Queries, meter: MeteredFlow, start_ms: int, end_ms: int
) -> _Quarters:
    is_power = meter.energy_kind is EnergyKind.POWER
    found = _Quarters(is_power, ({}, {}), set(), Counter())
    ways: dict[Channel, dict[int, float] | None] = {
        Channel.ENERGY_IMPORT: found.ways[0],
        Channel.ENERGY_EXPORT: found.ways[1],
    }
    if is_power:
        # Energy is made of the readings of this one.
        ways[Channel.POWER] = None
    for channel, way in ways.items():
        for bucket in queries.buckets(
            meter.meter_id, channel, start_ms, end_ms, QUARTER
        ):
            if bucket.end_ms - bucket.start_ms > QUARTER * 1000:
                continue
            hour_ms = (bucket.start_ms - start_ms) // HOUR_MS * HOUR_MS + start_ms
            found.readings[hour_ms // 1000] += bucket.count
            if way is not None and is_known(bucket):
                way[bucket.start_ms // 1000] = bucket.energy_wh
    found.covered.update(*found.ways)
    return found
