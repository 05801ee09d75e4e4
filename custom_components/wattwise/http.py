"""The HTTP interface to which meters push, and where clients read what is live."""

from http import HTTPStatus
import json
from typing import Any, Final

from aiohttp import web

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.http import KEY_HASS, HomeAssistantView
from homeassistant.util import dt as dt_util

from .const import DOMAIN, SMALL_BYTES
from .history.errors import HistoryError
from .history.receipt import Receipt
from .household import DATA_PUSH_KEYS, async_loaded_households
from .live import channel_values, latest_of_household, meter_settings
from .meter import Meter
from .predictions_view import PredictionsView
from .request_rate import RequestRate
from .sources.push_keys import FirstReading
from .sources.push_payload import DecodedBody, MalformedBodyError, decode

KEY_HEADER: Final = "X-API-Key"
DATA_URL: Final = f"/api/{DOMAIN}/data"

MAX_BODY_BYTES: Final = 1_048_576
# A household that is being loaded, or a meter that is being set up, takes seconds.
_RETRY_SECONDS: Final = 5


@callback
def async_register_views(hass: HomeAssistant) -> None:
    """Open the interface."""
    hass.http.register_view(PushView())
    hass.http.register_view(StatusView())
    hass.http.register_view(ConfigView())
    hass.http.register_view(LatestView())
    hass.http.register_view(PredictionsView())


class _MeterView(HomeAssistantView):
    """A view for devices that authenticate with their meter's key."""

    requires_auth = False

    def _meter(self, request: web.Request) -> Meter:
        """Return the meter whose key the request carries.

        Raises the answer to a request without a valid key. Home Assistant's ban
        logic counts the 401.
        """
        keys = request.app[KEY_HASS].data[DATA_PUSH_KEYS]
        key = request.headers.get(KEY_HEADER, "")
        if meter := keys.find(key):
            return meter
        if keys.is_paused(key):
            raise _unavailable("The household of this meter is not loaded")
        if keys.is_awaited(key):
            raise _unavailable(
                "Received. Finish the set-up in Home Assistant, then send again"
            )
        raise web.HTTPUnauthorized(
            text=json.dumps({"message": "Invalid API key"}),
            content_type="application/json",
        )


class PushView(_MeterView):
    """Takes readings."""

    url = DATA_URL
    name = f"api:{DOMAIN}:data"

    def __init__(self) -> None:
        """Start with full allowances."""
        self._rate = RequestRate()

    async def post(self, request: web.Request) -> web.Response:
        """Answer once the readings are on disk."""
        hass = request.app[KEY_HASS]
        key = request.headers.get(KEY_HEADER, "")
        if hass.data[DATA_PUSH_KEYS].is_awaited(key):
            await self._note_first(request, key)
        meter = self._meter(request)
        wait = self._rate.retry_after(meter.profile.meter_id, hass.loop.time())
        if wait is not None:
            return self._problem(
                HTTPStatus.TOO_MANY_REQUESTS, "Too many requests", retry_after=wait
            )
        try:
            decoded = await self._decode(request)
        except web.HTTPException as err:
            return self._problem(err.status, err.reason)
        except MalformedBodyError as err:
            return self._problem(HTTPStatus.BAD_REQUEST, str(err), field=err.field)
        try:
            receipt = await meter.history.append(
                meter.profile, decoded.readings, decoded.refused
            )
        except HistoryError:
            return self._problem(
                HTTPStatus.SERVICE_UNAVAILABLE,
                "The readings could not be stored; keep them and try again",
                retry_after=_RETRY_SECONDS,
            )
        return self.json(_answer(receipt, decoded), HTTPStatus.ACCEPTED)

    async def _note_first(self, request: web.Request, key: str) -> None:
        """Keep what a meter sends while its set-up form is open, to show it there.

        The device is asked to send it again: it has no meter to belong to yet.
        """
        try:
            readings = (await self._decode(request)).readings
        except web.HTTPException, MalformedBodyError:
            # The form says that something arrived which nobody could read.
            readings = []
        request.app[KEY_HASS].data[DATA_PUSH_KEYS].note_first(
            key, FirstReading(dt_util.utcnow(), tuple(readings))
        )

    async def _decode(self, request: web.Request) -> DecodedBody:
        """Read and decode the body.

        Raises MalformedBodyError, and HTTPException for a wrong type or size.
        """
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(reason="Send application/json")
        body = await _read_limited(request)
        received_ms = int(dt_util.utcnow().timestamp() * 1000)
        if len(body) <= SMALL_BYTES:
            return _parse(body, received_ms)
        hass = request.app[KEY_HASS]
        return await hass.async_add_executor_job(_parse, body, received_ms)

    def _problem(
        self,
        status: int,
        message: str,
        *,
        field: str | None = None,
        retry_after: int | None = None,
    ) -> web.Response:
        headers = {"Retry-After": str(retry_after)} if retry_after else None
        result = {"message": message}
        if field is not None:
            result["field"] = field
        return self.json(result, status, headers)


class StatusView(_MeterView):
    """Tells a device how its meter is doing."""

    url = f"/api/{DOMAIN}/status"
    name = f"api:{DOMAIN}:status"

    async def get(self, request: web.Request) -> web.Response:
        """Return the state of the meter."""
        meter = self._meter(request)
        coordinator = meter.coordinator
        return self.json(
            {
                "meter": meter.name,
                "connected": coordinator.connected,
                "last_reading": coordinator.last_seen,
                "values": channel_values(coordinator),
                "refused": sum(item.count for item in coordinator.data.refused),
            }
        )


class ConfigView(_MeterView):
    """Tells a device how it shall report."""

    url = f"/api/{DOMAIN}/config"
    name = f"api:{DOMAIN}:config"

    async def get(self, request: web.Request) -> web.Response:
        """Return the interval, the thresholds and the time."""
        return self.json(meter_settings(self._meter(request)))


class LatestView(HomeAssistantView):
    """Shows signed-in users what all meters reported in the last minute."""

    url = f"/api/{DOMAIN}/latest"
    name = f"api:{DOMAIN}:latest"

    async def get(self, request: web.Request) -> web.Response:
        """Return the live values of every household."""
        households = async_loaded_households(request.app[KEY_HASS])
        return self.json(
            {"households": [latest_of_household(e.runtime_data) for e in households]}
        )


async def _read_limited(request: web.Request) -> bytes:
    """Read the body; raises HTTPRequestEntityTooLarge, reading no more than needed."""
    body = bytearray()
    if (request.content_length or 0) <= MAX_BODY_BYTES:
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > MAX_BODY_BYTES:
                break
        else:
            return bytes(body)
    raise web.HTTPRequestEntityTooLarge(
        MAX_BODY_BYTES,
        request.content_length or len(body),
        reason=f"Send at most {MAX_BODY_BYTES} bytes",
    )


def _parse(body: bytes, received_ms: int) -> DecodedBody:
    try:
        parsed = json.loads(body)
    except ValueError, RecursionError:
        raise MalformedBodyError("", "is not valid JSON") from None
    return decode(parsed, received_ms)


def _answer(receipt: Receipt, decoded: DecodedBody) -> dict[str, Any]:
    """Return what the sender is told; counts are of single channel values."""
    answer: dict[str, Any] = {
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicate,
        "held": receipt.held,
        "refused": [
            {"index": item.index, "channel": item.channel, "reason": item.reason}
            for item in receipt.refused
        ],
    }
    if ignored := decoded.ignored | {channel.value for channel in receipt.unused}:
        answer["ignored"] = sorted(ignored)
    return answer


def _unavailable(message: str) -> web.HTTPServiceUnavailable:
    return web.HTTPServiceUnavailable(
        headers={"Retry-After": str(_RETRY_SECONDS)},
        text=json.dumps({"message": message}),
        content_type="application/json",
    )
