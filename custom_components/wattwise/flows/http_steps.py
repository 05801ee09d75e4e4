"""The steps between the address of a device and what it tells over HTTP."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import probatio

from homeassistant.const import CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowContext, FlowResult
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)

from ..dialects.contract.dialect import HttpAuth
from ..sources.device_errors import DeviceAuthError, DeviceError
from ..sources.device_settings import HttpEndpoint
from ..sources.found_device import FoundDevice
from ..sources.http.probe import async_probe
from .device_problems import problem_key
from .device_steps import DeviceSteps, async_dialects
from .pairing_steps import PairingSteps, async_dialect_with_button

CONF_NO_PASSWORD: Final = "no_password"
# What the user is called on most devices, on some always.
_USUAL_USER: Final = "admin"


class HttpSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](
    PairingSteps[ContextT, ResultT, HandlerT],
    DeviceSteps[ContextT, ResultT, HandlerT],
):
    """Asks a device what it is, and people for its password or its button."""

    _endpoint: HttpEndpoint
    _dialect_names: Sequence[str] | None = None
    """What the device may speak; None if nothing is known about it."""
    _path: str | None = None
    """Where a device answers that speaks no dialect."""

    async def _async_probe(self) -> FoundDevice:
        """Return the device with what it tells now; raises DeviceError."""
        return await async_probe(
            self.hass, self._endpoint, self._dialect_names, self._path
        )

    @abstractmethod
    async def _async_probed(self, found: FoundDevice) -> ResultT:
        """Go on with a device that has let us in."""

    async def _async_refused(self, err: DeviceAuthError) -> ResultT:
        """Ask for what the device wants before it lets us in."""
        if await self._async_narrow(err):
            return await self.async_step_press_button()
        return await self.async_step_credentials()

    async def _async_narrow(self, err: DeviceAuthError) -> bool:
        """Remember what refused us; return whether it wants its button pressed."""
        with_button = await async_dialect_with_button(self.hass, err.dialects)
        self._dialect_names = (with_button,) if with_button else err.dialects
        return with_button is not None

    async def async_step_press_button(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Get a token from the device."""
        assert self._dialect_names is not None
        return await self._async_press_button(
            "press_button",
            user_input,
            self._dialect_names[0],
            self._endpoint,
            self._async_paired,
        )

    async def _async_paired(self, endpoint: HttpEndpoint) -> ResultT:
        """Go on with a device that has given us a token."""
        self._endpoint = endpoint
        return await self._async_probed(await self._async_probe())

    async def async_step_credentials(
        self, user_input: dict[str, Any] | None = None
    ) -> ResultT:
        """Ask for the password of a device."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._endpoint = with_credentials(self._endpoint, user_input)
            try:
                found = await self._async_probe()
            except DeviceError as err:
                errors["base"] = problem_key(err)
            else:
                return await self._async_probed(found)
        schema = probatio.Schema(
            await async_credential_fields(self.hass, self._dialect_names)
        )
        return self.async_show_form(
            step_id="credentials",
            data_schema=self.add_suggested_values_to_schema(
                schema, user_input or {CONF_USERNAME: _USUAL_USER}
            ),
            errors=errors,
            description_placeholders={"host": self._endpoint.host},
        )


def with_credentials(endpoint: HttpEndpoint, answers: dict[str, Any]) -> HttpEndpoint:
    """Return the endpoint with what was entered.

    A password that was left empty stays what it was: forms do not show it.
    """
    if answers.get(CONF_NO_PASSWORD):
        return replace(endpoint, username=None, password=None)
    return replace(
        endpoint,
        username=answers.get(CONF_USERNAME) or None,
        password=answers.get(CONF_PASSWORD) or endpoint.password,
    )


async def async_credential_fields(
    hass: HomeAssistant, dialect_names: Sequence[str] | None
) -> dict[probatio.Marker, Any]:
    """Return the form fields for what devices of these dialects may want to know.

    Empty where such devices have no password: they refuse everybody, or give out
    tokens.
    """
    dialects = await async_dialects(hass)
    ways = {
        dialect.http.auth
        for name, dialect in dialects.items()
        if dialect.http and (dialect_names is None or name in dialect_names)
    }
    secret = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))
    fields: dict[probatio.Marker, Any] = {}
    if ways - {HttpAuth.BEARER, HttpAuth.NONE}:
        fields[probatio.Optional(CONF_USERNAME)] = TextSelector()
        fields[probatio.Optional(CONF_PASSWORD)] = secret
    return fields
