"""The interface of the probe."""

from dataclasses import asdict
from http import HTTPStatus
import json
from typing import Any

from aiohttp import web

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView

from .lag import LagSampler
from .loop_time import measured_loop_time

# As the integration does it.
_SMALL_BODY_BYTES = 4_096


class LagView(HomeAssistantView):
    """Hands the samples of the loop's lag out."""

    url = "/api/wattwise_probe/lag"
    name = "api:wattwise_probe:lag"

    def __init__(self, sampler: LagSampler) -> None:
        """Show what this sampler notes."""
        self._sampler = sampler

    async def get(self, request: web.Request) -> web.Response:
        """Return the lags [ms] since the last request."""
        return self.json({"lags_ms": self._sampler.take()})


class BareView(HomeAssistantView):
    """Answers what a meter pushes, and stores nothing."""

    url = "/api/wattwise_probe/data"
    name = "api:wattwise_probe:data"
    requires_auth = False

    async def post(self, request: web.Request) -> web.Response:
        """Parse the body as the integration does, count, and answer."""
        body = await request.read()
        if len(body) <= _SMALL_BODY_BYTES:
            parsed = json.loads(body)
        else:
            hass = request.app[KEY_HASS]
            parsed = await hass.async_add_executor_job(json.loads, body)
        return self.json(answer(parsed), HTTPStatus.ACCEPTED)


class SetUpView(HomeAssistantView):
    """Sets a disabled config entry up and says what the event loop spent on it."""

    url = "/api/wattwise_probe/set_up"
    name = "api:wattwise_probe:set_up"

    async def post(self, request: web.Request) -> web.Response:
        """Enable the entry, measure, and disable it again when asked to."""
        hass = request.app[KEY_HASS]
        asked = await request.json()
        entry_id = asked["entry_id"]
        with measured_loop_time() as spent:
            set_up = await hass.config_entries.async_set_disabled_by(entry_id, None)
        if asked["disable_after"]:
            await hass.config_entries.async_set_disabled_by(
                entry_id, ConfigEntryDisabler.USER
            )
        return self.json({"set_up": set_up, **asdict(spent)})


def answer(parsed: Any) -> dict[str, Any]:
    """Return the answer to a body, of the form of the integration's."""
    items = parsed.get("readings", [parsed])
    return {
        "accepted": sum(len(item) - 1 for item in items),
        "duplicate": 0,
        "held": 0,
        "refused": [],
    }
