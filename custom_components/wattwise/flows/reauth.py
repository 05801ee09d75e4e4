"""The steps that get us in again where a device does not let us any more."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import probatio

from homeassistant.config_entries import (
    ConfigFlow,
    ConfigFlowContext,
    ConfigFlowResult,
    ConfigSubentry,
)
from homeassistant.const import CONF_USERNAME

from ..const import CONF_INFLUX, CONF_OTHER_CERTIFICATE, CONF_SUBENTRY_ID
from ..history.influx.errors import InfluxError
from ..history.influx.settings import InfluxSettings
from ..sources.device_errors import DeviceError
from ..sources.device_settings import DeviceSettings, HttpEndpoint
from .device_problems import problem_key
from .http_steps import async_credential_fields, with_credentials
from .influx_form import CONF_ORG, async_try, login_fields, with_login
from .known_devices import async_move_device
from .pairing_steps import PairingSteps, async_dialect_with_button
from .read_again import async_probe_again


class ReauthSteps(
    PairingSteps[ConfigFlowContext, ConfigFlowResult, str],
    ConfigFlow,
):
    """Get a new password or token, for all meters of a device at once."""

    _refused_meter: str
    """The subentry of a meter whose device refused the password."""
    _first_errors: Mapping[str, str] = MappingProxyType({})
    """What is wrong besides the password."""

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin with what refused us: a meter's device, or the InfluxDB."""
        if CONF_INFLUX in entry_data:
            return await self.async_step_reauth_influx()
        self._refused_meter = entry_data[CONF_SUBENTRY_ID]
        if entry_data.get(CONF_OTHER_CERTIFICATE):
            self._first_errors = {"base": "other_certificate"}
        if (meter := self._meter) is not None:
            dialect = DeviceSettings.from_data(meter.data).dialect
            if await async_dialect_with_button(self.hass, (dialect,)):
                # The device waits for its button only once somebody reads this.
                endpoint = _of_any_certificate(meter)
                return self._show_button(
                    "reauth_button", endpoint, dict(self._first_errors)
                )
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_influx(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for new credentials of the InfluxDB, and try them."""
        entry = self._get_reauth_entry()
        if CONF_INFLUX not in entry.options:
            return self.async_abort(reason="export_ended")
        known = InfluxSettings.from_data(entry.options[CONF_INFLUX])
        errors: dict[str, str] = {}
        detail = ""
        if user_input is not None:
            try:
                settings = await async_try(self.hass, with_login(known, user_input))
            except InfluxError as err:
                errors["base"], detail = err.key, str(err)
            else:
                return self.async_update_and_abort(
                    entry, options={**entry.options, CONF_INFLUX: settings.as_data()}
                )
        suggested = user_input or {CONF_USERNAME: known.username, CONF_ORG: known.org}
        return self.async_show_form(
            step_id="reauth_influx",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(login_fields(known.version)), suggested
            ),
            errors=errors,
            description_placeholders={
                "url": known.url,
                "database": known.database,
                "detail": detail,
            },
        )

    @property
    def _meter(self) -> ConfigSubentry | None:
        """The meter whose device refused us; None if it was removed meanwhile."""
        return self._get_reauth_entry().subentries.get(self._refused_meter)

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password, and try it."""
        if (meter := self._meter) is None:
            return self.async_abort(reason="meter_removed")
        settings = DeviceSettings.from_data(meter.data)
        endpoint = _of_any_certificate(meter)
        errors = {} if user_input else dict(self._first_errors)
        if user_input is not None:
            endpoint = with_credentials(endpoint, user_input)
            try:
                return await self._async_let_in(settings, endpoint)
            except DeviceError as err:
                errors["base"] = problem_key(err)
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

    async def async_step_reauth_button(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Get a new token from the device."""
        if (meter := self._meter) is None:
            return self.async_abort(reason="meter_removed")
        settings = DeviceSettings.from_data(meter.data)
        return await self._async_press_button(
            "reauth_button",
            user_input,
            settings.dialect,
            _of_any_certificate(meter),
            partial(self._async_let_in, settings),
        )

    async def _async_let_in(
        self, settings: DeviceSettings, endpoint: HttpEndpoint
    ) -> ConfigFlowResult:
        """Keep what lets us in; raises DeviceError if it does not."""
        found = await async_probe_again(self.hass, settings, endpoint)
        async_move_device(self.hass, settings.device, found.endpoint or endpoint)
        return self.async_abort(reason="reauth_successful")


def _of_any_certificate(meter: ConfigSubentry) -> HttpEndpoint:
    """Return where a meter's device answers; the user says that it is the device."""
    return replace(HttpEndpoint.from_data(meter.data), fingerprint=None)
