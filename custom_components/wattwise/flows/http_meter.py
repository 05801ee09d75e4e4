"""How a meter is added that WattWise asks over HTTP."""

from asyncio import Task
from typing import Any, Final, override

import probatio
from yarl import URL

from homeassistant.config_entries import SubentryFlowContext, SubentryFlowResult
from homeassistant.const import CONF_HOST, CONF_PATH
from homeassistant.helpers.selector import TextSelector

from ..dialects.field_behaviour import needs_watching
from ..sources.device_errors import DeviceAuthError, DeviceError, UnknownDeviceError
from ..sources.device_settings import HttpEndpoint
from ..sources.found_device import FoundDevice
from ..sources.http.watch import WATCH_SECONDS, async_watch
from .device_problems import problem_key
from .device_steps import problem_of, with_some_circuit
from .http_steps import HttpSteps
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

    _watching: Task[FoundDevice] | None = None
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
        self._dialect_names = self._given_token = None
        try:
            found = await self._async_probe()
        except DeviceAuthError as err:
            return await self._async_refused(err)
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
        is_unknown = self._path is not None
        self._found = with_some_circuit(found) if is_unknown else found
        if problem := problem_of(self.hass, self._found):
            return self._show_http(self._address, {"base": problem})
        if is_unknown and needs_watching(found.fields, found.circuits):
            return await self.async_step_http_watch()
        return await self.async_step_http_meter()

    async def async_step_http_watch(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Look for a while how values change that do not say what they are."""
        if self._watching is None:
            assert self._path is not None
            self._watching = self._async_begin(
                async_watch(self.hass, self._found, self._endpoint, self._path),
                "watch the values of a device",
            )
        if not self._watching.done():
            return self.async_show_progress(
                step_id="http_watch",
                progress_action="watch",
                description_placeholders={"seconds": f"{WATCH_SECONDS:g}"},
                progress_task=self._watching,
            )
        self._found = self._watching.result()
        self._watching = None
        return self.async_show_progress_done(next_step_id="http_meter")

    async def async_step_http_meter(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go on with the meters of a device."""
        return await self._async_offer(self._found)

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
    endpoint = HttpEndpoint(
        host, port, url.user, url.password, uses_tls=url.scheme == "https"
    )
    return endpoint, path
