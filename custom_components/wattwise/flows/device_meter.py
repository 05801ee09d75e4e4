"""How a meter that is read over MQTT or HTTP is changed."""

from asyncio import Task
from dataclasses import replace
from typing import Any, override

import probatio

from homeassistant.config_entries import SubentryFlowContext, SubentryFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD, CONF_USERNAME
from homeassistant.helpers.selector import BooleanSelector, TextSelector

from ..const import CONF_INTERVAL, CONF_SOURCE, SOURCE_HTTP
from ..sources.device_errors import DeviceAuthError, DeviceError
from ..sources.device_settings import DeviceSettings, HttpEndpoint
from ..sources.found_device import FoundDevice
from .device_problems import problem_key
from .device_steps import DeviceSteps
from .found_meter import FoundMeter
from .http_meter import parse_address
from .http_steps import CONF_NO_PASSWORD, async_credential_fields, with_credentials
from .known_devices import async_move_device
from .meter_steps import MeterSubentryFlow
from .mqtt_meter import LISTEN_SECONDS
from .pairing_steps import PairingSteps, async_dialect_with_button
from .read_again import async_probe_again, async_read_again


class DeviceMeterSteps(
    PairingSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    DeviceSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    MeterSubentryFlow,
):
    """Change what a meter is, what its fields stand for, and where it answers."""

    _reading: Task[FoundDevice] | None = None
    _moved: HttpEndpoint
    """Where the device answers now."""

    async def async_step_device_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Read the device anew, so that its values can be shown."""
        own = self._get_reconfigure_subentry()
        if own.data[CONF_SOURCE] == SOURCE_HTTP:
            self._look_at(await async_read_again(self.hass, own, LISTEN_SECONDS))
            return await self._async_describe(self._settings_step, None)
        if self._reading is None:
            self._reading = self._async_begin(
                async_read_again(self.hass, own, LISTEN_SECONDS), "read a device anew"
            )
        if not self._reading.done():
            return self.async_show_progress(
                step_id="device_settings",
                progress_action="read_again",
                description_placeholders={"seconds": str(LISTEN_SECONDS)},
                progress_task=self._reading,
            )
        self._look_at(self._reading.result())
        return self.async_show_progress_done(next_step_id=self._settings_step)

    def _look_at(self, found: FoundDevice) -> None:
        """Take the meter as it was set up, with what its device tells now."""
        own = self._get_reconfigure_subentry()
        self._found = found
        self._open = [FoundMeter(found, found.circuits[0], own.title)]
        self._new_meters = []
        self._answers = None

    @property
    def _settings_step(self) -> str:
        """The form whose texts fit: there are values to be shown or not."""
        return "known_meter" if self._found.fields else "silent_meter"

    async def async_step_known_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a meter whose values of this moment are known."""
        return await self._async_describe("known_meter", user_input)

    async def async_step_silent_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a meter that does not answer at the moment."""
        return await self._async_describe("silent_meter", user_input)

    @override
    async def _async_mapped(self) -> SubentryFlowResult:
        if self._reconfigured is None:
            return await super()._async_mapped()
        return await self._async_describe(self._settings_step, None)

    @override
    async def _async_interval(self) -> float:
        if (own := self._reconfigured) is None:
            return await super()._async_interval()
        interval_s: float = own.data[CONF_INTERVAL]
        return interval_s

    async def async_step_connection(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change where a device answers, and with which password."""
        own = self._get_reconfigure_subentry()
        settings = DeviceSettings.from_data(own.data)
        endpoint = HttpEndpoint.from_data(own.data)
        dialects = (settings.dialect,)
        has_button = await async_dialect_with_button(self.hass, dialects)
        errors: dict[str, str] = {}
        if user_input is not None:
            parsed = parse_address(user_input[CONF_HOST])
            if parsed is None:
                errors[CONF_HOST] = "invalid_address"
            else:
                # What is not entered anew stays what it was.
                moved = replace(
                    parsed[0],
                    password=parsed[0].password or endpoint.password,
                    token=endpoint.token,
                )
                endpoint = with_credentials(moved, user_input)
                try:
                    return await self._async_move(endpoint)
                except DeviceError as err:
                    if isinstance(err, DeviceAuthError) and has_button:
                        self._moved, self._given_token = endpoint, None
                        return await self.async_step_connection_button()
                    errors["base"] = problem_key(err)
        fields = await async_credential_fields(self.hass, (settings.dialect,))
        if own.data.get(CONF_PASSWORD) is not None:
            no_password = probatio.Required(CONF_NO_PASSWORD, default=False)
            fields[no_password] = BooleanSelector()
        schema = probatio.Schema(
            {probatio.Required(CONF_HOST): TextSelector()} | fields
        )
        address = endpoint.place
        if endpoint.uses_tls:
            address = f"https://{address}"
        known = {CONF_HOST: address, CONF_USERNAME: endpoint.username}
        return self.async_show_form(
            step_id="connection",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or known
            ),
            errors=errors,
        )

    async def async_step_connection_button(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Get a new token from the device."""
        own = self._get_reconfigure_subentry()
        dialect = DeviceSettings.from_data(own.data).dialect
        return await self._async_press_button(
            "connection_button", user_input, dialect, self._moved, self._async_move
        )

    async def _async_move(self, endpoint: HttpEndpoint) -> SubentryFlowResult:
        """Have all meters of the device ask there; raises DeviceError."""
        own = self._get_reconfigure_subentry()
        settings = DeviceSettings.from_data(own.data)
        found = await async_probe_again(self.hass, settings, endpoint)
        async_move_device(self.hass, settings.device, found.endpoint or endpoint)
        return self.async_update_and_abort(self._get_entry(), own)
