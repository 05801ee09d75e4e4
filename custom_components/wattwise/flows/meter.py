"""How a meter is added to a household, and changed."""

from typing import Any, Final

from homeassistant.config_entries import SubentryFlowResult

from ..const import (
    CONF_SOURCE,
    SOURCE_ENTITIES,
    SOURCE_HTTP,
    SOURCE_MQTT,
    SOURCE_SIMULATED,
)
from .device_meter import DeviceMeterSteps
from .entity_meter import EntityMeterSteps
from .http_meter import HttpMeterSteps
from .mqtt_meter import MqttMeterSteps
from .push_meter import PushMeterSteps
from .simulated_meter import SimulatedMeterSteps, is_simulated

_MENU_OF_PUSH: Final = ["settings", "rotate_key"]
_MENU_OF_HTTP: Final = ["device_settings", "connection"]


class MeterFlow(
    DeviceMeterSteps,
    MqttMeterSteps,
    HttpMeterSteps,
    PushMeterSteps,
    EntityMeterSteps,
    SimulatedMeterSteps,
):
    """Add a meter of any kind, and change it."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where the readings come from."""
        entry = self._get_entry()
        if is_simulated(entry):
            return await self.async_step_simulated_roof()
        menu = ["entities", "mqtt", "http", "push"]
        if not entry.subentries:
            menu.append("simulated")
        return self.async_show_menu(step_id="user", menu_options=menu)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a meter as far as its kind allows."""
        source = self._get_reconfigure_subentry().data[CONF_SOURCE]
        if source == SOURCE_ENTITIES:
            return await self.async_step_channels()
        if source == SOURCE_SIMULATED:
            return self.async_abort(reason="nothing_to_change")
        if source == SOURCE_MQTT:
            return await self.async_step_device_settings()
        menu = _MENU_OF_HTTP if source == SOURCE_HTTP else _MENU_OF_PUSH
        return self.async_show_menu(step_id="reconfigure", menu_options=menu)
