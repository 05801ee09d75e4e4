"""By which intervals the use of each meter is judged."""

from typing import Final

from ..household import Household
from ..household_settings import USAGE_INTERVAL_OF
from ..meter import Meter
from ..metering.profile import MeterRole
from ..metering.quantity import Channel

# All of them divide the hour [min].
INTERVALS: Final = (1, 5, 15, 30, 60)
# Long enough for a kettle not to be a peak, short enough to do something about one.
_USUAL: Final = 15

_FLOWS: Final = (Channel.POWER, Channel.ENERGY_IMPORT)


def has_use(meter: Meter) -> bool:
    """Whether a meter measures what is used, not what is produced or stored."""
    return meter.profile.role in (MeterRole.GRID, MeterRole.APPLIANCE)


def tells_use(meter: Meter) -> bool:
    """Whether it has told any use yet."""
    return any(channel in meter.coordinator.latest for channel in _FLOWS)


def meters_with_use(household: Household) -> dict[str, Meter]:
    """Return the meters that measure use, by the ids of their subentries."""
    return {key: meter for key, meter in household.meters.items() if has_use(meter)}


def possible_intervals(meter: Meter) -> tuple[int, ...]:
    """Return the intervals [min] in which a meter reports once at the least.

    Of one that reports less often than hourly, hours are as fine as it gets.
    """
    reports = meter.profile.interval_s / 60
    return tuple(m for m in INTERVALS if m >= reports) or INTERVALS[-1:]


def interval_key(meter: Meter) -> str:
    """Return under which key the choice is kept."""
    return f"{USAGE_INTERVAL_OF}{meter.profile.meter_id}"


def chosen_interval(household: Household, meter: Meter) -> int:
    """Return the interval [min]: the chosen one, or else the usual one."""
    possible = possible_intervals(meter)
    chosen = int(household.amounts.get(interval_key(meter), _USUAL))
    return chosen if chosen in possible else max(_USUAL, possible[0])
