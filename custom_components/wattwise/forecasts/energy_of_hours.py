"""What a home and its meters used and gave in each hour, from the meters' roll-ups."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from ..history.periods.bucket import Bucket
from ..history.periods.calendar import HOUR_MS, Period
from ..history.questions.queries import MAX_BUCKETS, Queries
from ..metering.balance import Balance, MeterFlow
from ..metering.profile import EnergyKind, MeterRole
from ..metering.quantity import Channel
from .inverter_nights import nights
from .resolutions import HOUR

# An hour of which less is known is a gap: the rest would have to be guessed.
_LEAST_COVERED: Final = 0.75
_CHANNELS: Final = (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)

type Flow = tuple[float | None, float | None]
type Hours = dict[int, float]
type Ways = tuple[Hours, Hours]


@dataclass(frozen=True, slots=True)
class MeteredFlow:
    """A meter that tells energy: `parent` is the key of what measures it too."""

    key: str
    meter_id: str
    role: MeterRole
    energy_kind: EnergyKind
    parent: str | None


@dataclass(frozen=True, slots=True)
class HomeHours:
    """Energy [kWh] by the start of the hour [s since the epoch]; gaps are left out.

    `meters` is what single meters tell, by their keys: what an appliance used, what a
    roof gave.
    """

    consumption: Hours = field(default_factory=dict)
    production: Hours = field(default_factory=dict)
    meters: dict[str, Hours] = field(default_factory=dict)

    def update(self, other: HomeHours) -> None:
        """Take the hours of another reading over."""
        self.consumption.update(other.consumption)
        self.production.update(other.production)
        for key, hours in other.meters.items():
            self.meters.setdefault(key, {}).update(hours)

    def copy(self) -> HomeHours:
        """Return the same hours, which stay as they are when these are updated."""
        return HomeHours(
            dict(self.consumption),
            dict(self.production),
            {key: dict(hours) for key, hours in self.meters.items()},
        )


def energy_of_hours(
    queries: Queries,
    meters: Sequence[MeteredFlow],
    start_ms: int,
    end_ms: int,
    apart: Collection[str] = (),
) -> HomeHours:
    """Balance the meters hour by hour, for hours that begin in [start_ms, end_ms).

    What needs a meter that told nothing in an hour is not known in that hour. `apart`
    are the keys of meters whose own hours are wanted, too.
    """
    ways = {meter.key: _ways(queries, meter, start_ms, end_ms) for meter in meters}
    told = {key: energy_told(both) for key, both in ways.items()}
    asleep = slept(meters, told, HOUR, end_ms // 1000)
    flows = {
        meter.key: _flows(meter, ways[meter.key], asleep[meter.key]) for meter in meters
    }
    return balanced(meters, flows, apart)


def balanced(
    meters: Sequence[MeteredFlow],
    flows: Mapping[str, Mapping[int, Flow]],
    apart: Collection[str],
) -> HomeHours:
    """Balance what flowed through each meter, by the start of the hour or part of one."""
    hours = HomeHours(meters={key: {} for key in flows if key in apart})
    for hour in sorted(set().union(*flows.values())):
        balance = Balance(
            MeterFlow(
                meter.key,
                meter.role,
                *flows[meter.key].get(hour, (None, None)),
                meter.parent,
            )
            for meter in meters
        )
        for sums, energy in (
            (hours.consumption, balance.consumption()),
            (hours.production, balance.production()),
            *((own, balance.through(key)) for key, own in hours.meters.items()),
        ):
            if energy is not None:
                sums[hour] = energy / 1000
    return hours


def energy_told(ways: Ways) -> Hours:
    """Return what flowed both ways together [Wh] in the slots that a meter told of."""
    inward, outward = ways
    return {
        slot: inward.get(slot, 0.0) + outward.get(slot, 0.0)
        for slot in inward.keys() | outward.keys()
    }


def slept(
    meters: Sequence[MeteredFlow], told: Mapping[str, Hours], step: int, end: int
) -> dict[str, set[int]]:
    """Return through which slots the inverter of each meter slept, up to an end [s].

    `told` is what each meter told, see `energy_told`.
    """
    others = [meter for meter in meters if meter.role is not MeterRole.PRODUCTION]
    awake = set().union(*(told[meter.key] for meter in others)) if others else None
    return {
        meter.key: nights(told[meter.key], step, end, awake)
        if meter.role is MeterRole.PRODUCTION
        else set()
        for meter in meters
    }


def _ways(queries: Queries, meter: MeteredFlow, start_ms: int, end_ms: int) -> Ways:
    """Return what is known of each hour [Wh], inward and outward."""
    inward, outward = (
        {
            bucket.start_ms // 1000: bucket.energy_wh
            for bucket in _hours(queries, meter.meter_id, channel, start_ms, end_ms)
            if is_known(bucket)
        }
        for channel in _CHANNELS
    )
    return inward, outward


def _flows(meter: MeteredFlow, ways: Ways, asleep: set[int]) -> dict[int, Flow]:
    """Return what flowed inward and outward [Wh] in each hour that is known."""
    told = [bool(way) for way in ways]
    flows: dict[int, Flow] = {}
    for hour in asleep.union(*ways):
        inward, outward = (
            # What a meter never told is unknown; what it told before or later, nothing.
            way.get(hour, 0.0) if has else None
            for way, has in zip(ways, told, strict=True)
        )
        if meter.energy_kind is EnergyKind.POWER:
            inward, outward = inward or 0.0, outward or 0.0
        flows[hour] = inward, outward
    return flows


def _hours(
    queries: Queries, meter_id: str, channel: Channel, start_ms: int, end_ms: int
) -> Iterator[Bucket]:
    """Yield the hours of a channel, however many years they are."""
    width_ms = MAX_BUCKETS * HOUR_MS // 2
    for begin_ms in range(start_ms, end_ms, width_ms):
        until_ms = min(end_ms, begin_ms + width_ms)
        yield from queries.buckets(meter_id, channel, begin_ms, until_ms, Period.HOUR)


def is_known(bucket: Bucket) -> bool:
    """Whether enough of a bucket was measured."""
    width_ms = bucket.end_ms - bucket.start_ms
    return bucket.covered_ms >= _LEAST_COVERED * width_ms
