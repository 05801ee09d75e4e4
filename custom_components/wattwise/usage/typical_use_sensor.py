"""What a meter usually uses at this hour."""

from typing import Final, override

from homeassistant.core import HomeAssistant

from ..household import WattWiseConfigEntry
from ..meter import Meter
from .power_sensor import UsePowerSensor
from .usage_coordinator import UsageCoordinator

TYPICAL_USE: Final = "typical_use"


class TypicalUseSensor(UsePowerSensor):
    """The median of what is used at this hour of such a day, while anything is."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
    ) -> None:
        """Show it of a meter."""
        super().__init__(hass, entry, meter, usage, TYPICAL_USE)

    @property
    @override
    def available(self) -> bool:
        """Be there also while the meter is silent: this is about its past."""
        return self._usage.last_update_success

    @property
    @override
    def native_value(self) -> float | None:
        """Return the median [W]; None while too little is known of the past."""
        levels = self._use.levels if self._use else None
        return round(levels.p50) if levels else None
