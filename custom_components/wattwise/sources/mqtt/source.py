"""Meters that publish over MQTT, read with Home Assistant's own client."""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Final

from homeassistant.components.mqtt import ReceiveMessage
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, SMALL_BYTES
from ...dialects import all_dialects
from ...dialects.contract.dialect import Address
from ...dialects.contract.field import Decoded, RefusedField
from ...metering.reading import Reading, Refusal, RefusedReading
from ..device_errors import UnknownDialectError
from ..device_settings import DeviceSettings
from ..field_assembly import FieldAssembly
from ..source import ReadingCallback, RefusedCallback
from .announcements import AddressCallback, async_follow_device, is_elsewhere
from .link import MqttLink

# Messages that wait to be decoded fill the memory no further than this, with what
# each takes beside its payload.
_MAX_WAITING_BYTES: Final = 2_097_152
_MESSAGE_BYTES: Final = 1_024
# The event loop gets a turn after this many readings of one message.
_READINGS_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class _Message:
    """A message, and when it came."""

    topic: str
    payload: bytes
    retained: bool
    received_ms: int

    @property
    def size(self) -> int:
        """How much memory it takes, roughly."""
        return len(self.payload) + _MESSAGE_BYTES


@dataclass(frozen=True, slots=True)
class _News:
    """What a message says of the meter."""

    readings: Sequence[Reading]
    refused: Sequence[RefusedReading]
    online: bool | None
    is_live: bool
    """Whether the device itself must have sent values just now."""


class MqttSource:
    """Turns the messages of a device into readings of one of its circuits."""

    def __init__(
        self,
        hass: HomeAssistant,
        settings: DeviceSettings,
        on_reading: ReadingCallback,
        on_refused: RefusedCallback,
        on_moved: AddressCallback,
        on_availability: CALLBACK_TYPE,
    ) -> None:
        """Read the circuit of these settings.

        `on_moved` learns the address when the device's topics have changed,
        `on_availability` is called when `available` may have.
        """
        self._hass = hass
        self._settings = settings
        self._address = settings.address
        self._on_reading = on_reading
        self._on_refused = on_refused
        self._on_moved = on_moved
        self._on_availability = on_availability
        self._assembly = FieldAssembly(settings.channels)
        self._link = MqttLink(hass, self._connection_changed)
        self._online: bool | None = None
        self._waiting: deque[_Message] = deque()
        self._waiting_bytes = 0
        self._worker: asyncio.Task[None] | None = None
        self._unfollow: CALLBACK_TYPE | None = None

    @property
    def available(self) -> bool | None:
        """Whether the meter is there; None where only its readings can tell.

        A device that says it is online may still have nothing to tell.
        """
        return None if self._link.connected and self._online is not False else False

    async def async_start(self) -> CALLBACK_TYPE:
        """Begin to read, now or as soon as there is a broker; returns what ends it.

        Raises UnknownDialectError.
        """
        dialects = await self._hass.async_add_import_executor_job(all_dialects)
        dialect = dialects.get(self._settings.dialect)
        if dialect is None or dialect.mqtt is None:
            raise UnknownDialectError(self._settings.dialect)
        self._speech = dialect.mqtt
        self._listen()
        self._unfollow = async_follow_device(
            self._hass, dialect, self._settings.device, self._take_address
        )
        return self._stop

    @callback
    def _stop(self) -> None:
        self._link.async_stop()
        if self._unfollow:
            self._unfollow()
            self._unfollow = None
        if self._worker:
            self._worker.cancel()

    def _listen(self) -> None:
        topics = self._speech.topics(self._address)
        self._link.async_listen([(topic, self._take) for topic in topics])

    @callback
    def _take_address(self, announced: Address) -> None:
        """Follow the device where it has gone."""
        if is_elsewhere(self._speech, self._address, announced):
            self._address = announced
            self._listen()
            self._on_moved(announced)

    @callback
    def _connection_changed(self) -> None:
        if not self._link.connected:
            # Whether it is online may change while nobody can tell.
            self._online = None
        self._on_availability()

    @callback
    def _take(self, received: ReceiveMessage) -> None:
        payload = received.payload
        assert isinstance(payload, bytes)  # the link asks for no encoding
        now_ms = int(dt_util.utcnow().timestamp() * 1000)
        message = _Message(received.topic, payload, received.retain, now_ms)
        if self._worker is None and len(payload) <= SMALL_BYTES:
            news = self._read(message)
            for reading in news.readings:
                self._on_reading(reading)
            self._note(news)
            return
        self._enqueue(message)
        if self._worker is None:
            self._worker = self._hass.async_create_background_task(
                self._async_work(), f"{DOMAIN} MQTT messages", eager_start=False
            )

    def _enqueue(self, message: _Message) -> None:
        """Have a message wait, in place of the oldest ones if there are too many."""
        self._waiting.append(message)
        self._waiting_bytes += message.size
        while self._waiting_bytes > _MAX_WAITING_BYTES and len(self._waiting) > 1:
            dropped = self._dequeue()
            if not dropped.retained:
                self._on_refused(RefusedReading(0, None, Refusal.TOO_FAST))

    def _dequeue(self) -> _Message:
        message = self._waiting.popleft()
        self._waiting_bytes -= message.size
        return message

    async def _async_work(self) -> None:
        """Read the messages that wait, in their order."""
        try:
            while self._waiting:
                message = self._dequeue()
                news = await self._hass.async_add_executor_job(self._read, message)
                for readings in batched(news.readings, _READINGS_AT_ONCE, strict=False):
                    for reading in readings:
                        self._on_reading(reading)
                    await asyncio.sleep(0)
                self._note(news)
        finally:
            self._worker = None

    def _read(self, message: _Message) -> _News:
        """Return what a message says of the meter."""
        try:
            payload = message.payload.decode()
        except UnicodeDecodeError:
            decoded = Decoded(refused=[RefusedField("", Refusal.MALFORMED)])
        else:
            decoded = self._speech.decode(self._address, message.topic, payload)
        if message.retained:
            self._assembly.prime(decoded)
            timed = [field for field in decoded.fields if field.time_ms is not None]
            # What is wrong with it was counted when it came for the first time.
            decoded = Decoded(timed, online=decoded.online)
        readings, refused = self._assembly.take(decoded, message.received_ms)
        is_live = bool(decoded.fields) and not message.retained
        return _News(readings, refused, decoded.online, is_live)

    def _note(self, news: _News) -> None:
        """Tell what was refused, and whether the device is online."""
        for refused in news.refused:
            self._on_refused(refused)
        online = self._online
        if news.online is not None:
            online = news.online
        elif news.is_live and online is False:
            # Its last will was late: it is there again, or another one of its kind.
            online = None
        if online is not self._online:
            self._online = online
            self._on_availability()
