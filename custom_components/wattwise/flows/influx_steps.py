"""The steps that set up, change and end the export to InfluxDB."""

from dataclasses import replace
from typing import Any

import probatio

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector

from ..const import CONF_INFLUX
from ..history.influx.errors import InfluxError
from ..history.influx.settings import InfluxSettings
from .influx_form import (
    CONF_DATABASE,
    async_find_server,
    async_try,
    login_fields,
    server_fields,
    with_login,
)

_EXAMPLE_URL = "http://homeassistant.local:8086"


class InfluxSteps(OptionsFlow):
    """Write all readings to an InfluxDB as well."""

    _influx: InfluxSettings
    """The server that was found, with what is known of it."""

    async def async_step_influx(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Set the export up, or ask what to do with the one there is."""
        if (known := self._known_influx) is None:
            return await self.async_step_influx_server()
        return self.async_show_menu(
            step_id="influx",
            menu_options=["influx_server", "influx_end"],
            description_placeholders={"url": known.url, "database": known.database},
        )

    @property
    def _known_influx(self) -> InfluxSettings | None:
        """The settings of the export there is."""
        data = self.config_entry.options.get(CONF_INFLUX)
        return InfluxSettings.from_data(data) if data else None

    async def async_step_influx_server(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask where the server is, and the server what it is."""
        errors: dict[str, str] = {}
        placeholders = {"detail": "", "example": _EXAMPLE_URL}
        known = self._known_influx
        if user_input is not None:
            try:
                found = await async_find_server(
                    self.hass, user_input, known.token if known else None
                )
            except InfluxError as err:
                errors["base"], placeholders["detail"] = err.key, str(err)
            else:
                if known and known.version is found.version:
                    found = replace(
                        known,
                        url=found.url,
                        verify_tls=found.verify_tls,
                        token=found.token,
                    )
                self._influx = found
                return await self.async_step_influx_login()
        suggested = user_input or (
            {"url": known.url, "verify_ssl": known.verify_tls}
            if known
            else {"url": _EXAMPLE_URL}
        )
        return self.async_show_form(
            step_id="influx_server",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(server_fields()), suggested
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_influx_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for database and credentials, and try them."""
        step = f"influx_login_{self._influx.version}"
        errors: dict[str, str] = {}
        placeholders = {"url": self._influx.url, "detail": ""}
        if user_input is not None:
            database = user_input[CONF_DATABASE].strip()
            wanted = replace(with_login(self._influx, user_input), database=database)
            try:
                settings = await async_try(self.hass, wanted)
            except InfluxError as err:
                errors["base"], placeholders["detail"] = err.key, str(err)
                placeholders["database"] = database
            else:
                return self._save(settings)
        suggested = user_input or {
            CONF_DATABASE: self._influx.database,
            "username": self._influx.username,
            "org": self._influx.org,
        }
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    {
                        probatio.Required(CONF_DATABASE): TextSelector(),
                        **login_fields(self._influx.version),
                    }
                ),
                suggested,
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    # Each version has a form of its own, with its own words.
    async_step_influx_login_1 = async_step_influx_login
    async_step_influx_login_2 = async_step_influx_login
    async_step_influx_login_3 = async_step_influx_login

    async def async_step_influx_end(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Write nothing to InfluxDB any more, once that is confirmed."""
        if user_input is not None:
            return self._save(None)
        return self.async_show_form(
            step_id="influx_end", data_schema=probatio.Schema({})
        )

    @callback
    def _save(self, settings: InfluxSettings | None) -> ConfigFlowResult:
        options = {**self.config_entry.options}
        options.pop(CONF_INFLUX, None)
        if settings:
            options[CONF_INFLUX] = settings.as_data()
        return self.async_create_entry(data=options)
