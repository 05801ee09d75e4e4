"""The steps that ask for the password of a device which does not let us in any more."""

from collections.abc import Mapping
from typing import Any

import probatio

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_USERNAME

from ..const import CONF_SUBENTRY_ID
from ..sources.device_errors import DeviceError
from ..sources.device_settings import DeviceSettings, HttpEndpoint
from .http_steps import async_credential_fields, problem_key, with_credentials
from .known_devices import async_move_device
from .read_again import async_probe_again


class ReauthSteps(ConfigFlow):
    """Ask for a new password, for all meters of a device at once."""

    _refused_meter: str
    """The subentry of a meter whose device refused the password."""

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin with the meter whose device refused us."""
        self._refused_meter = entry_data[CONF_SUBENTRY_ID]
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password or token, and try it."""
        household = self._get_reauth_entry()
        if (meter := household.subentries.get(self._refused_meter)) is None:
            return self.async_abort(reason="meter_removed")
        settings = DeviceSettings.from_data(meter.data)
        endpoint = HttpEndpoint.from_data(meter.data)
        errors: dict[str, str] = {}
        if user_input is not None:
            endpoint = with_credentials(endpoint, user_input)
            try:
                await async_probe_again(self.hass, settings, endpoint)
            except DeviceError as err:
                errors["base"] = problem_key(err)
            else:
                async_move_device(self.hass, settings.device, endpoint)
                return self.async_abort(reason="reauth_successful")
        schema = probatio.Schema(
            await async_credential_fields(self.hass, (settings.dialect,))
        )
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or {CONF_USERNAME: endpoint.username}
            ),
            errors=errors,
            description_placeholders={"meter": meter.title, "host": endpoint.host},
        )
