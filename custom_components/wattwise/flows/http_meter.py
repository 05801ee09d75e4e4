"""How a meter is added that WattWise asks over HTTP."""

from typing import Any, Final, override

import probatio
from yarl import URL

from homeassistant.config_entries import SubentryFlowContext, SubentryFlowResult
from homeassistant.const import CONF_HOST, CONF_PATH
from homeassistant.helpers.selector import TextSelector

from ..sources.device_errors import DeviceAuthError, DeviceError, UnknownDeviceError
from ..sources.device_settings import HttpEndpoint
from ..sources.found_device import FoundDevice
from .device_steps import problem_of, with_some_circuit
from .http_steps import HttpSteps, problem_key
from .meter_steps import MeterSubentryFlow

_SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(CONF_HOST): TextSelector(),
        probatio.Optional(CONF_PATH): TextSelector(),
    }
)


class HttpMeterSteps(
    HttpSteps[SubentryFlowContext, SubentryFlowResult, tuple[str, str]],
    MeterSubentryFlow,
):
    """Add a device by its address."""

    _address: dict[str, Any]
    """What was entered."""
    _shown_path: str | None
    """The path in the address, which may be that of any page of the device."""

    async def async_step_http(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask where the device answers."""
        if user_input is None:
            return self._show_http({}, {})
        self._address = user_input
        parsed = parse_address(user_input[CONF_HOST])
        if parsed is None:
            return self._show_http(user_input, {CONF_HOST: "invalid_address"})
        self._endpoint, self._shown_path = parsed
        entered = user_input.get(CONF_PATH, "").strip().removeprefix("/")
        self._path = f"/{entered}" if entered else None
        try:
            found = await self._async_probe()
        except DeviceAuthError:
            return await self.async_step_credentials()
        except DeviceError as err:
            return self._show_http(user_input, {"base": problem_key(err)})
        return await self._async_probed(found)

    @override
    async def _async_probe(self) -> FoundDevice:
        try:
            return await super()._async_probe()
        except UnknownDeviceError:
            if self._path or not self._shown_path:
                raise
        # People copy the address of the page that shows the values.
        self._path = self._shown_path
        return await super()._async_probe()

    @override
    async def _async_probed(self, found: FoundDevice) -> SubentryFlowResult:
        if self._path is not None:
            found = with_some_circuit(found)
        if problem := problem_of(self.hass, found):
            return self._show_http(self._address, {"base": problem})
        return await self._async_offer(found)

    def _show_http(
        self, known: dict[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id="http",
            data_schema=self.add_suggested_values_to_schema(_SCHEMA, known),
            errors=errors,
        )


def parse_address(text: str) -> tuple[HttpEndpoint, str | None] | None:
    """Return where a device answers, and the path if the address has one.

    Understands host names, IP addresses and what stands in a browser's address bar;
    None for anything else.
    """
    text = text.strip()
    try:
        url = URL(text if "://" in text else f"http://{text}")
        host, port = url.host, url.explicit_port
    except ValueError:
        return None
    if not host or url.scheme not in {"http", "https"} or any(map(str.isspace, host)):
        return None
    path = url.path_qs if url.path_qs != "/" else None
    return HttpEndpoint(host, port, url.user, url.password), path
