"""What a household's meters tell right now, or told in a period, as a balance."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from .meter import Meter
from .metering.balance import Balance, MeterFlow
from .metering.profile import EnergyKind, MeterRole
from .metering.quantity import Channel

# An inverter that fell silent while it gave less is asleep, as most are at night [W].
_ASLEEP_BELOW_W: Final = 50.0

_FLOW_CHANNELS: Final = {Channel.POWER, Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT}

type _Ways = tuple[float | None, float | None]


def power_balance(meters: Mapping[str, Meter]) -> Balance:
    """Return the balance of momentary power [W] of meters by their ids.

    A production meter that fell silent while it gave next to nothing counts as
    giving nothing, unless something is fed into the grid.
    """
    feeding = any(
        meter.profile.role is MeterRole.GRID and (_power(meter) or 0.0) < 0.0
        for meter in meters.values()
    )

    def ways(meter: Meter) -> _Ways:
        power = _power(meter)
        if meter.profile.role is not MeterRole.PRODUCTION:
            # It has a sign for either way.
            return power, None if power is None else 0.0
        if power is None and not feeding and _is_asleep(meter):
            power = 0.0
        return None, power

    return _balance(meters, ways)


def energy_balance(
    meters: Mapping[str, Meter], period: str, day_start: datetime | None
) -> Balance:
    """Return the balance of energy [Wh] of a field of EnergyTotals.

    Of meters whose sums are not of the day that starts at `day_start` yet, nothing
    is known to have flowed today.
    """

    def ways(meter: Meter) -> _Ways:
        snapshot = meter.coordinator.data
        of_the_day = period != "today" or snapshot.day_start == day_start
        inward, outward = (
            None
            if (totals := snapshot.totals.get(channel)) is None
            else float(getattr(totals, period) if of_the_day else 0.0)
            for channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
        )
        if meter.profile.energy_kind is EnergyKind.POWER:
            # Its power tells both ways; of one of them there was nothing yet.
            if inward is None and outward is not None:
                inward = 0.0
            elif outward is None and inward is not None:
                outward = 0.0
        return inward, outward

    return _balance(meters, ways)


def _balance(meters: Mapping[str, Meter], ways: Callable[[Meter], _Ways]) -> Balance:
    return Balance(
        MeterFlow(key, meter.profile.role, *ways(meter), parent)
        for key, meter, parent in flow_meters(meters)
    )


def flow_meters(
    meters: Mapping[str, Meter],
) -> Iterator[tuple[str, Meter, str | None]]:
    """Yield the meters that tell a flow, and the nearest that measures it too."""
    for key, meter in meters.items():
        if _tells_flow(meter):
            yield key, meter, _parent(meters, meter)


def _parent(meters: Mapping[str, Meter], meter: Meter) -> str | None:
    """Return the nearest meter that measures the flow through a meter too."""
    parent = meter.parent
    for _ in meters:
        if parent is None or parent not in meters or _tells_flow(meters[parent]):
            break
        parent = meters[parent].parent
    return parent


def _tells_flow(meter: Meter) -> bool:
    """Whether a meter tells power or energy; one never heard of may."""
    heard = meter.coordinator.latest.keys()
    return not heard or not heard.isdisjoint(_FLOW_CHANNELS)


def _power(meter: Meter) -> float | None:
    return meter.coordinator.current(Channel.POWER)


def _is_asleep(meter: Meter) -> bool:
    last = meter.coordinator.latest.get(Channel.POWER)
    return (
        last is not None
        and last.value is not None
        and abs(last.value) < _ASLEEP_BELOW_W
        and not meter.coordinator.connected
    )
