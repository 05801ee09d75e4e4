"""The power a simulated meter has to measure to be in a zone."""

from collections.abc import Callable
from functools import partial
from typing import Final

from homeassistant.exceptions import ServiceValidationError

from ..analytics.usage_statistics.use_profile import UsageStatistics
from ..analytics.usage_statistics.zone import Zone, ZoneLimits
from ..const import DOMAIN
from ..household import WattWiseConfigEntry
from ..meter import Meter
from ..sources.simulated.condition import Condition
from ..usage.usage_coordinator import UsageCoordinator

ZONES: Final = {
    Condition.ZONE_GREEN: Zone.GREEN,
    Condition.ZONE_YELLOW: Zone.YELLOW,
    Condition.ZONE_RED: Zone.RED,
    Condition.ZONE_CRITICAL: Zone.CRITICAL,
}
# So far below a border that the zone is left which lies above it.
_BELOW: Final = 0.9
# Of the way from the border of yellow to that of red: from red, too, it is left.
_INTO_YELLOW: Final = 0.35
# So far above what is high that the mean of an interval gets there soon.
_ABOVE: Final = 1.3
# More than any home draws.
_IMPOSSIBLE_W: Final = 1e6


def zone_power(
    entry: WattWiseConfigEntry, meter: Meter, zone: Zone
) -> Callable[[], float | None]:
    """Return what tells the power [W] that is in a zone at the moment.

    Raises ServiceValidationError while it is not known what is usual.
    """
    usage = entry.runtime_data.usage
    assert usage is not None  # a household at work has it
    key = meter.subentry.subentry_id
    use = usage.data.get(key)
    if use is None or not isinstance(use.statistics, UsageStatistics):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="zone_unknown",
            translation_placeholders={"meter": meter.name},
        )
    return partial(_power_in, usage, key, zone)


def _power_in(usage: UsageCoordinator, key: str, zone: Zone) -> float | None:
    use = usage.data.get(key)
    if (
        use is None
        or use.levels is None
        or not isinstance(use.statistics, UsageStatistics)
    ):
        return None
    limits = ZoneLimits.of(use.levels, use.statistics)
    match zone:
        case Zone.GREEN:
            return min(use.levels.p50, _BELOW * limits.yellow_above)
        case Zone.YELLOW:
            above = limits.yellow_above
            return above + _INTO_YELLOW * (limits.red_above - above)
        case Zone.RED:
            return _ABOVE * limits.high_above
        case Zone.CRITICAL:
            return _IMPOSSIBLE_W
