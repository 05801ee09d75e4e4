"""What the grid meters told of currents, power factor and the highest power."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from ..history.periods.calendar import Period
from ..history.questions.queries import Queries
from ..metering.profile import MeterProfile
from ..metering.quantity import Channel

PHASES: Final = 3
_CURRENTS: Final = (Channel.CURRENT_L1, Channel.CURRENT_L2, Channel.CURRENT_L3)


@dataclass(slots=True)
class ConnectionHours:
    """By the start of the hour [s]: the power factor, and currents of three phases [A].

    `highest_w` is the highest power that was read.
    """

    power_factors: dict[int, float] = field(default_factory=dict)
    phases: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    highest_w: float | None = None


def connection_hours(
    queries: Queries,
    meters: Sequence[MeterProfile],
    lately_ms: int,
    start_ms: int,
    end_ms: int,
) -> ConnectionHours:
    """Ask what grid meters told in [start_ms, end_ms), of hours since `lately_ms`.

    Three meters are taken for those of three phases. Of other several ones nothing is
    known: they need not have told at the same moment.
    """
    if len(meters) == PHASES:
        return ConnectionHours(
            phases=_together(
                [
                    {
                        # What a roof feeds in is no load.
                        hour: max(0.0, power) / meter.nominal_voltage_v
                        for hour, power in _means(
                            queries, meter, Channel.POWER, lately_ms, end_ms
                        ).items()
                    }
                    for meter in meters
                ]
            )
        )
    if len(meters) != 1:
        return ConnectionHours()
    (meter,) = meters
    highest = [
        bucket.max
        for bucket in queries.buckets(
            meter.meter_id, Channel.POWER, start_ms, end_ms, Period.HOUR
        )
        if bucket.max is not None
    ]
    return ConnectionHours(
        _means(queries, meter, Channel.POWER_FACTOR, lately_ms, end_ms),
        _together([_means(queries, meter, c, lately_ms, end_ms) for c in _CURRENTS]),
        max(highest, default=None),
    )


def _means(
    queries: Queries,
    meter: MeterProfile,
    channel: Channel,
    start_ms: int,
    end_ms: int,
) -> dict[int, float]:
    return {
        bucket.start_ms // 1000: bucket.mean
        for bucket in queries.buckets(
            meter.meter_id, channel, start_ms, end_ms, Period.HOUR
        )
        if bucket.mean is not None
    }


def _together(
    phases: Sequence[dict[int, float]],
) -> dict[int, tuple[float, float, float]]:
    first, second, third = phases
    return {
        hour: (current, second[hour], third[hour])
        for hour, current in first.items()
        if hour in second and hour in third
    }
