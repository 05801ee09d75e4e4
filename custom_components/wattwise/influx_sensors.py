"""Sensors that tell how the export to InfluxDB does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory
from homeassistant.helpers.typing import StateType

from .entity import household_device_info, household_unique_id
from .history.influx.errors import ERROR_KEYS
from .history.influx.sender import ExportState
from .household import WattWiseConfigEntry
from .influx_export import InfluxExport

_WORKING: Final = "working"
_CATCHING_UP: Final = "catching_up"


@dataclass(frozen=True, kw_only=True)
class InfluxSensorDescription(SensorEntityDescription):
    """A sensor of the export."""

    value_fn: Callable[[ExportState], StateType]


def _status(state: ExportState) -> str | None:
    if state.error:
        return state.error
    if state.delivered_ms is None:
        # Before the first delivery nothing is known of the server.
        return None
    return _CATCHING_UP if state.waiting.past_channels else _WORKING


INFLUX_SENSORS: Final = (
    InfluxSensorDescription(
        key="influx_status",
        translation_key="influx_status",
        device_class=SensorDeviceClass.ENUM,
        options=[_WORKING, _CATCHING_UP, *ERROR_KEYS],
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=_status,
    ),
    InfluxSensorDescription(
        key="influx_waiting",
        translation_key="influx_waiting",
        state_class=SensorStateClass.MEASUREMENT,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.waiting.readings,
    ),
    InfluxSensorDescription(
        key="influx_rejected",
        translation_key="influx_rejected",
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda state: state.waiting.rejected,
    ),
)


class InfluxSensor(SensorEntity):
    """A sensor of a household's export."""

    _attr_has_entity_name = True
    _attr_should_poll = False
    entity_description: InfluxSensorDescription

    def __init__(
        self,
        entry: WattWiseConfigEntry,
        export: InfluxExport,
        description: InfluxSensorDescription,
    ) -> None:
        """Follow the export."""
        self.entity_description = description
        self._export = export
        self._attr_unique_id = household_unique_id(entry, description.key)
        self._attr_device_info = household_device_info(entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Begin to follow."""
        self.async_on_remove(self._export.async_add_listener(self.async_write_ha_state))

    @property
    @override
    def native_value(self) -> StateType:
        """What the sensor shows."""
        return self.entity_description.value_fn(self._export.state)
