"""The mean power of a meter's running interval, which its zone judges."""

from typing import Final, override

from homeassistant.components.sensor import (
    SensorStateClass,
)
from homeassistant.core import HomeAssistant

from ..household import WattWiseConfigEntry
from ..meter import Meter
from .power_sensor import UsePowerSensor
from .usage_coordinator import UsageCoordinator

MEAN_POWER: Final = "mean_power"


class MeanPowerSensor(UsePowerSensor):
    """The mean power of the interval that ends with the last whole minute."""

    _attr_state_class = SensorStateClass.MEASUREMENT

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        usage: UsageCoordinator,
    ) -> None:
        """Show it of a meter."""
        super().__init__(hass, entry, meter, usage, MEAN_POWER)

    @property
    @override
    def native_value(self) -> float | None:
        """Return the mean [W]; None while too little is known of the interval."""
        if (use := self._use) is None or use.watts is None:
            return None
        return round(use.watts)
