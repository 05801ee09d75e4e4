"""One conversation with a device, for all meters that are made of it."""

import asyncio
from asyncio import Event, Task
from collections.abc import Hashable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
import json
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN, LOGGER
from ...dialects.contract.dialect import Address, Dialect, HttpDialect
from ...dialects.contract.field import Decoded
from ..device_errors import (
    DeviceAuthError,
    DeviceError,
    OtherCertificateError,
    UnreadableAnswerError,
)
from ..device_settings import HttpEndpoint
from .client import Answer, DeviceClient, without_query
from .other_device import (
    OtherDeviceError,
    async_forget_other_device,
    async_report_other_device,
)
from .pace import Pace, back_off_s
from .probe import GENERIC_DIALECT

# Addresses may change hands while nobody notices [s].
IDENTITY_INTERVAL_S: Final = 900.0
# A stream that lasted this long was no failure to be careful about [s].
_GOOD_STREAM_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Told:
    """What a device said, and when: UTC in milliseconds since the epoch."""

    decoded: Decoded
    time_ms: int


class DeviceListener(Protocol):
    """A meter that is made of a device."""

    name: str
    """What the user calls it."""

    def async_take_poll(self, told: Sequence[Told]) -> None:
        """Take the answers of a poll: all that the device knows."""

    def async_take_event(self, told: Told) -> None:
        """Take what the device said by itself: some of what it knows."""

    def async_password_refused(self, *, other_certificate: bool) -> None:
        """Get another password; the device is not asked any more.

        `other_certificate` if it was not told any, as it may be another device.
        """


class DeviceHub:
    """Asks a device again and again, as often as it can bear and only when needed."""

    def __init__(
        self,
        hass: HomeAssistant,
        device: str,
        endpoint: HttpEndpoint,
        dialect: Dialect,
        http: HttpDialect,
        address: Address,
    ) -> None:
        """Prepare to read the device with this key of identity at the endpoint."""
        self.device = device
        self.available: bool | None = None
        """Whether the device answers; None until that is known."""
        self._hass = hass
        self._endpoint = endpoint
        self._http = http
        self._address = address
        self._says_who_it_is = dialect.name != GENERIC_DIALECT
        self._client = DeviceClient(hass, endpoint, http, dialect.http_headers)
        self._listeners: list[DeviceListener] = []
        self._task: Task[None] | None = None
        self._woken = Event()
        self._pace = Pace(http.interval_s)
        self._identified_at: float | None = None
        self._stream_due_at = 0.0
        self._stream_failures = 0
        self._was_surprised = False

    @property
    def in_use(self) -> bool:
        """Whether any meter is made of the device."""
        return bool(self._listeners)

    @callback
    def async_attach(self, listener: DeviceListener) -> None:
        """Tell a meter what the device says, from now on."""
        self._listeners.append(listener)
        if self._task is None or self._task.done():
            self._task = self._hass.async_create_background_task(
                self._converse(), f"{DOMAIN} reads {self._endpoint.host}"
            )

    @callback
    def async_detach(self, listener: DeviceListener) -> None:
        """Tell a meter nothing any more; nobody asks for the last one."""
        self._listeners.remove(listener)
        if not self._listeners and self._task:
            self._task.cancel()
            self._task = None
            async_forget_other_device(self._hass, self.device)

    @callback
    def async_wake(self) -> None:
        """Ask at once: the device has just announced itself."""
        self._woken.set()

    async def _converse(self) -> None:
        """Ask until nobody listens, or the device wants another password."""
        try:
            while True:
                began = self._hass.loop.time()
                await self._visit()
                asked_s = self._hass.loop.time() - began
                await self._pause(self._pace.pause_s() - asked_s)
        except (DeviceAuthError, OtherCertificateError) as err:
            LOGGER.debug("%s lets us in no more: %s", self._endpoint.host, err)
            self.available = False
            is_other = isinstance(err, OtherCertificateError)
            for listener in self._listeners:
                listener.async_password_refused(other_certificate=is_other)

    async def _visit(self) -> None:
        """Ask for everything once, then listen as long as the device tells.

        Raises DeviceAuthError or OtherCertificateError.
        """
        try:
            await self._identify()
            await self._poll()
            await self._follow_events()
        except DeviceAuthError, OtherCertificateError:
            raise
        except DeviceError as err:
            self._note_failure(err)
        except Exception as err:  # noqa: BLE001
            # Whatever one answer has brought about, the next one may be better.
            self._note_surprise(err)

    async def _pause(self, seconds: float) -> None:
        try:
            # Even one that is overdue lets others have their turn.
            async with asyncio.timeout(max(seconds, 0.01)):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    async def _identify(self) -> None:
        """Make sure that it is our device which answers, now and then.

        Raises OtherDeviceError if another does.
        """
        path = self._http.identify_path
        now = self._hass.loop.time()
        known_at = self._identified_at
        if not self._says_who_it_is or (
            known_at is not None and now - known_at < IDENTITY_INTERVAL_S
        ):
            return
        answer = await self._client.get(path)
        identity = self._http.identity(answer.body)
        if identity is None:
            raise UnreadableAnswerError(
                f"{without_query(path)}: an answer of another kind"
            )
        if identity.key != self.device:
            raise OtherDeviceError(identity)
        async_forget_other_device(self._hass, self.device)
        self._identified_at = now

    async def _poll(self) -> None:
        """Ask for everything once, and pass on what is readable of it.

        Raises UnreadableAnswerError if nothing is.
        """
        told: list[Told] = []
        slowest_s = 0.0
        paths = self._http.read_paths(self._address)
        problem = "the answers hold no values"
        for path in paths:
            try:
                answer = await self._client.get(path)
            except UnreadableAnswerError as err:
                # A part that was taken off a device does not silence the others.
                problem = str(err)
                continue
            told.append(await self._decode(path, answer))
            slowest_s = max(slowest_s, answer.seconds)
        self._pace.note_duration(slowest_s)
        if any(_holds_values(said.decoded) for said in told):
            self._note_success()
        elif paths:
            raise UnreadableAnswerError(problem)
        for listener in self._listeners:
            listener.async_take_poll(told)

    async def _follow_events(self) -> None:
        """Pass on what the device says by itself, as long as it does.

        Where it can be asked as well, an end of the stream is no failure.
        """
        path, clock = self._http.event_path, self._hass.loop.time
        if path is None or clock() < self._stream_due_at:
            return
        began = clock()
        try:
            async with aclosing(self._client.events(path)) as answers:
                async for answer in answers:
                    self._note_success()
                    told = await self._decode(path, answer)
                    for listener in self._listeners:
                        listener.async_take_event(told)
            raise UnreadableAnswerError(f"{without_query(path)}: the stream ended")
        except DeviceAuthError, OtherCertificateError:
            raise
        except DeviceError as err:
            if not self._http.read_paths(self._address):
                raise
            LOGGER.debug("%s sends no events: %s", self._endpoint.host, err)
        if clock() - began >= _GOOD_STREAM_S:
            self._stream_failures = 0
        self._stream_due_at = clock() + back_off_s(self._stream_failures)
        self._stream_failures += 1

    async def _decode(self, path: str, answer: Answer) -> Told:
        what = (self._address, path, answer.body)
        if answer.is_small:
            decoded = self._http.decode(*what)
        else:
            decoded = await self._hass.async_add_executor_job(self._http.decode, *what)
        return Told(decoded, answer.time_ms)

    def _note_success(self) -> None:
        self._pace.note_answer()
        self.available = True

    def _note_surprise(self, err: Exception) -> None:
        """Take note of what should not happen, with all details the first time."""
        if not self._was_surprised:
            LOGGER.error(
                "Reading %s failed unexpectedly", self._endpoint.host, exc_info=err
            )
        self._was_surprised = True
        self._note_failure(err)

    def _note_failure(self, err: Exception) -> None:
        host = self._endpoint.host
        LOGGER.debug("%s cannot be read: %s", host, err)
        self._identified_at = None
        self._pace.note_failure(is_certain=isinstance(err, OtherDeviceError))
        if self._pace.is_outage:
            self.available = False
        if isinstance(err, OtherDeviceError):
            meters = ", ".join(listener.name for listener in self._listeners)
            async_report_other_device(self._hass, self.device, meters, host, err.name)


_DATA_HUBS: HassKey[dict[Hashable, DeviceHub]] = HassKey(f"{DOMAIN}_http_hubs")


@callback
def async_listen(
    hass: HomeAssistant,
    listener: DeviceListener,
    device: str,
    endpoint: HttpEndpoint,
    dialect: Dialect,
    http: HttpDialect,
    address: Address,
) -> tuple[DeviceHub, CALLBACK_TYPE]:
    """Attach a meter to the conversation with its device; begins it if need be.

    Returns the conversation, and what ends the meter's part in it.
    """
    hubs = hass.data.setdefault(_DATA_HUBS, {})
    key = (device, endpoint, dialect.name, json.dumps(address, sort_keys=True))
    hub = hubs.get(key)
    if hub is None:
        hub = hubs[key] = DeviceHub(
            hass, device, endpoint, dialect, http, dict(address)
        )
    hub.async_attach(listener)

    @callback
    def async_stop() -> None:
        hub.async_detach(listener)
        if not hub.in_use:
            hubs.pop(key, None)

    return hub, async_stop


@callback
def async_wake(hass: HomeAssistant, device: str) -> None:
    """Ask a device at once that has just announced itself."""
    for hub in hass.data.get(_DATA_HUBS, {}).values():
        if hub.device == device:
            hub.async_wake()


def _holds_values(decoded: Decoded) -> bool:
    """Whether a message holds anything of its dialect, good or bad."""
    return bool(decoded.fields) or any(refused.key for refused in decoded.refused)
