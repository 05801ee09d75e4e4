"""What a meter's history tells of the quality of the supply."""

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from .analytics.power_quality.supply_voltage import (
    MEAN_SECONDS,
    SupplyVoltage,
    supply_voltage,
)
from .analytics.power_quality.voltage_events import (
    EventFinder,
    EventKind,
    VoltageEvent,
)
from .history.questions.queries import MAX_BUCKETS, Queries
from .meter import Meter
from .metering.quantity import Channel

_MEAN_MS: Final = MEAN_SECONDS * 1000
# A mean of which less was measured is not one of ten minutes.
_LEAST_COVERED: Final = 0.5
# The gravest ones; of a line that trembles there are thousands.
EVENTS_KEPT: Final = 100


@dataclass(slots=True)
class PhaseEvents:
    """The events of a phase: how many of each kind, and the gravest of them in order."""

    counts: Counter[EventKind] = field(default_factory=Counter)
    gravest: list[VoltageEvent] = field(default_factory=list)
    known_since_ms: int | None = None
    """The first reading that is still kept one by one; None if there is none."""


async def async_supply_voltage(
    meter: Meter, channel: Channel, start_ms: int, end_ms: int
) -> SupplyVoltage | None:
    """Judge the 10-minute means of a phase; None if none is known.

    Raises HistoryError.
    """
    return await meter.history.ask(
        partial(
            _supply_voltage,
            meter_id=meter.profile.meter_id,
            nominal_v=meter.profile.nominal_voltage_v,
            channel=channel,
            start_ms=start_ms,
            end_ms=end_ms,
        )
    )


def _supply_voltage(
    queries: Queries,
    meter_id: str,
    nominal_v: float,
    channel: Channel,
    start_ms: int,
    end_ms: int,
) -> SupplyVoltage | None:
    means: list[float] = []
    width_ms = MAX_BUCKETS // 2 * _MEAN_MS
    for begin_ms in range(start_ms, end_ms, width_ms):
        until_ms = min(end_ms, begin_ms + width_ms)
        means += [
            bucket.integral / bucket.covered_ms
            for bucket in queries.buckets(
                meter_id, channel, begin_ms, until_ms, MEAN_SECONDS
            )
            # Of what is long ago only the means of hours are left.
            if bucket.end_ms - bucket.start_ms == _MEAN_MS
            and bucket.covered_ms >= _LEAST_COVERED * _MEAN_MS
        ]
    return supply_voltage(means, nominal_v, (end_ms - start_ms) // _MEAN_MS)


async def async_voltage_events(
    meter: Meter, channel: Channel, start_ms: int, end_ms: int
) -> PhaseEvents:
    """Find the dips, swells and interruptions of a phase; raises HistoryError."""
    nominal_v = meter.profile.nominal_voltage_v
    finder = EventFinder(nominal_v, meter.profile.hold_ms)
    found = PhaseEvents()

    def keep(event: VoltageEvent | None) -> None:
        if event is None:
            return
        found.counts[event.kind] += 1
        found.gravest.append(event)
        if len(found.gravest) > 2 * EVENTS_KEPT:
            _keep_gravest(found, nominal_v)

    pages = meter.history.raw(meter.profile.meter_id, channel, start_ms, end_ms)
    async for page in pages:
        if found.known_since_ms is None:
            found.known_since_ms = page[0].time_ms
        for reading in page:
            if reading.value is not None:
                keep(finder.note(reading.time_ms, reading.value))
    keep(finder.finish())
    _keep_gravest(found, nominal_v)
    return found


def _keep_gravest(found: PhaseEvents, nominal_v: float) -> None:
    gravest = sorted(found.gravest, key=lambda event: -abs(event.extreme_v - nominal_v))
    found.gravest = sorted(gravest[:EVENTS_KEPT], key=lambda event: event.start_ms)
