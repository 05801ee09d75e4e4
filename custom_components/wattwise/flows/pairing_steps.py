"""The step in which a device gives out its token, when its button is pressed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import probatio

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowContext, FlowHandler, FlowResult

from ..sources.device_errors import DeviceAuthError, DeviceError
from ..sources.device_settings import HttpEndpoint
from ..sources.http.pairing import async_pair
from .device_problems import problem_key
from .device_steps import async_dialects


class PairingSteps[
    ContextT: FlowContext,
    ResultT: FlowResult[Any, Any],
    HandlerT,
](FlowHandler[ContextT, ResultT, HandlerT]):
    """Has people press the button of a device."""

    _given_token: str | None = None
    """What a device gave out; it does so only once."""

    async def _async_press_button(
        self,
        step_id: str,
        user_input: dict[str, Any] | None,
        dialect_name: str,
        endpoint: HttpEndpoint,
        go_on: Callable[[HttpEndpoint], Awaitable[ResultT]],
    ) -> ResultT:
        """Ask a device for its token, then go on with it.

        `go_on` raises DeviceError where the device does not let us in with it.
        """
        errors: dict[str, str] = {}
        try:
            if self._given_token is None:
                dialect = (await async_dialects(self.hass))[dialect_name]
                paired = await async_pair(self.hass, endpoint, dialect)
                self._given_token = paired.token if paired else None
            if self._given_token is not None:
                return await go_on(replace(endpoint, token=self._given_token))
            if user_input is not None:
                errors["base"] = "button_not_pressed"
        except DeviceError as err:
            if isinstance(err, DeviceAuthError):
                self._given_token = None
            errors["base"] = problem_key(err)
        return self._show_button(step_id, endpoint, errors)

    def _show_button(
        self, step_id: str, endpoint: HttpEndpoint, errors: dict[str, str]
    ) -> ResultT:
        return self.async_show_form(
            step_id=step_id,
            data_schema=probatio.Schema({}),
            errors=errors,
            description_placeholders={"host": endpoint.host},
        )


async def async_dialect_with_button(
    hass: HomeAssistant, dialect_names: Sequence[str]
) -> str | None:
    """Return the dialect among these whose devices give out tokens, if there is one.

    Only such devices refuse in that dialect; many refuse whatever they do not know.
    """
    dialects = await async_dialects(hass)
    return next((name for name in dialect_names if dialects[name].pairing), None)
