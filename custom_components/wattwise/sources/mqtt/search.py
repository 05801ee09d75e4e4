"""Finding meters by listening to a broker for a while."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
import json
from typing import Final

from paho.mqtt.client import topic_matches_sub

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ...const import SOURCE_MQTT
from ...dialects import all_dialects
from ...dialects.contract.dialect import (
    DeviceIdentity,
    Dialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from ...dialects.contract.field import Field
from ..device_errors import (
    DeviceUnreachableError,
    MqttUnavailableError,
    UnreadableAnswerError,
)
from ..found_device import FoundDevice
from .ear import MqttEar, async_confirmed

type ProgressCallback = Callable[[float], None]

OWN_DIALECT: Final = "wattwise_mqtt"
TOPIC_DIALECT: Final = "generic_json"
# These know a device only by what it says of itself for others.
_LEAST_SPECIFIC: Final = ("ha_discovery", TOPIC_DIALECT)

# What was heard is looked through this often, in a thread.
_TURN_SECONDS: Final = 0.25
_MAX_DEVICES: Final = 500
# Of each dialect so many messages are remembered, if they are no longer than this.
_MAX_TOPICS: Final = 2_000
_MAX_VALUES: Final = 8_192
# How long a device that announced itself may take to send values.
_FIRST_VALUES_SECONDS: Final = 5.0
# Values that a device sends one by one come within this time.
_REST_SECONDS: Final = 0.5


@dataclass(slots=True)
class _Device:
    """A device that was found, and what it has told since."""

    dialect: Dialect
    speech: MqttDialect
    finding: MqttFinding
    fields: dict[str, Field] = field(default_factory=dict)
    heard: bool = False
    """Whether any message of it came, readable or not."""

    def hear(self, topic: str, payload: str) -> None:
        """Take a message of the device into account."""
        decoded = self.speech.decode(self.finding.address, topic, payload)
        self.fields |= {
            told.key: told
            for told in decoded.fields
            if told.key in self.fields or _can_be_kept(told.key)
        }
        self.heard = True

    def as_found(self) -> FoundDevice:
        """Return the device as it is offered to the user."""
        return FoundDevice(
            self.finding.identity,
            SOURCE_MQTT,
            self.dialect.name,
            self.finding.address,
            self.fields,
            tuple(self.dialect.circuits(self.fields)),
        )


async def async_search_mqtt(
    hass: HomeAssistant,
    seconds: float,
    dialect_names: Collection[str] | None = None,
    on_progress: ProgressCallback | None = None,
) -> list[FoundDevice]:
    """Return the devices that speak on the broker within some time [s].

    Only these dialects are understood, by default all. `on_progress` learns the
    share of the time that is over. Raises MqttUnavailableError.
    """
    dialects = [
        dialect
        for dialect in (await _async_dialects(hass)).values()
        if dialect_names is None or dialect.name in dialect_names
    ]
    ear = MqttEar(hass)
    try:
        search = _Search(ear, dialects)
        await search.async_begin(hass)
        begin = hass.loop.time()
        while (passed := hass.loop.time() - begin) < seconds:
            if on_progress:
                on_progress(passed / seconds)
            await asyncio.sleep(min(_TURN_SECONDS, seconds - passed))
            await search.async_turn(hass)
    except HomeAssistantError as err:
        raise MqttUnavailableError from err
    finally:
        ear.close_all()
    return await hass.async_add_executor_job(search.found)


class _Search:
    """One search over several dialects."""

    def __init__(self, ear: MqttEar, dialects: Iterable[Dialect]) -> None:
        """Search with an ear for devices of these dialects."""
        self._ear = ear
        self._searches = [
            (dialect, dialect.mqtt, dialect.mqtt.search())
            for dialect in dialects
            if dialect.mqtt
        ]
        self._devices: dict[tuple[str, str], _Device] = {}
        # By dialect, the newest message of each topic; see _heard_before.
        self._heard: defaultdict[str, dict[str, str]] = defaultdict(dict)

    async def async_begin(self, hass: HomeAssistant) -> None:
        """Listen, and prompt devices to introduce themselves."""
        topics: list[str] = []
        for dialect, speech, search in self._searches:
            await self._ear.async_open(
                speech.search_topics, partial(self._note, dialect.name, search)
            )
            topics += speech.search_topics
        await async_confirmed(hass, topics)
        for topic, payload in dict.fromkeys(
            prompt for _, speech, _ in self._searches for prompt in speech.prompts
        ):
            await mqtt.async_publish(hass, topic, payload)

    def _note(self, dialect: str, search: MqttSearch, topic: str, payload: str) -> None:
        search.note(topic, payload)
        heard = self._heard[dialect]
        if len(payload) <= _MAX_VALUES and (topic in heard or len(heard) < _MAX_TOPICS):
            heard[topic] = payload

    async def async_turn(self, hass: HomeAssistant) -> None:
        """Look through what was heard, and listen to the devices found by it."""
        if not await self._ear.async_turn():
            return
        for new in await hass.async_add_executor_job(self._changed):
            key = (new.dialect.name, new.finding.identity.key)
            if (old := self._devices.get(key)) is not None:
                self._ear.close(old.hear)
                new.fields = old.fields | new.fields
            elif len(self._devices) >= _MAX_DEVICES:
                continue
            self._devices[key] = new
            await self._ear.async_open(new.speech.topics(new.finding.address), new.hear)

    def _changed(self) -> list[_Device]:
        """Return the devices that are new or told another address."""
        changed = []
        for dialect, speech, search in self._searches:
            for finding in search.findings():
                known = self._devices.get((dialect.name, finding.identity.key))
                if known is not None and known.finding.address == finding.address:
                    known.finding = finding
                elif _can_be_kept([asdict(finding.identity), dict(finding.address)]):
                    changed.append(self._heard_before(dialect, speech, finding))
        return changed

    def _heard_before(
        self, dialect: Dialect, speech: MqttDialect, finding: MqttFinding
    ) -> _Device:
        """Return a device with what it has told already.

        What gives it away often holds its values, and the next may be minutes away.
        """
        device = _Device(dialect, speech, finding)
        topics = speech.topics(finding.address)
        for topic, payload in self._heard[dialect.name].items():
            if any(topic_matches_sub(of_device, topic) for of_device in topics):
                device.hear(topic, payload)
        return device

    def found(self) -> list[FoundDevice]:
        """Return each device once, in the dialect that knows it best."""
        best: dict[str, FoundDevice] = {}
        # One that was known by its topic at first may be known by its MAC by now.
        findings = {
            (dialect.name, finding.identity.key)
            for dialect, _, search in self._searches
            for finding in search.findings()
        }
        devices = [
            device.as_found()
            for key, device in self._devices.items()
            if key in findings
        ]
        for device in sorted(devices, key=_preference):
            best.setdefault(device.identity.key, device)
        return list(best.values())


def _can_be_kept(told: object) -> bool:
    """Return whether a config entry can keep what a device told.

    JSON can name halves of characters, of which no file can be made.
    """
    try:
        json.dumps(told, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _preference(device: FoundDevice) -> tuple[bool, int]:
    rank = (
        _LEAST_SPECIFIC.index(device.dialect) + 1
        if device.dialect in _LEAST_SPECIFIC
        else 0
    )
    return (not device.circuits, rank)


async def async_listen_topic(
    hass: HomeAssistant, topic: str, seconds: float
) -> FoundDevice:
    """Return what a device says under a topic that the user entered.

    Raises MqttUnavailableError, DeviceUnreachableError when nothing comes within
    the time [s], UnreadableAnswerError when nothing in it is a number.
    """
    dialect = (await _async_dialects(hass))[TOPIC_DIALECT]
    assert dialect.mqtt is not None
    identity = DeviceIdentity(f"{dialect.name}:{topic}", topic)
    device = _Device(dialect, dialect.mqtt, MqttFinding(identity, {"topic": topic}))
    await _async_hear(hass, device, seconds)
    if not device.heard:
        raise DeviceUnreachableError(topic)
    if not device.fields:
        raise UnreadableAnswerError(topic)
    return device.as_found()


async def async_device_from_discovery(
    hass: HomeAssistant, topic: str, payload: str
) -> FoundDevice | None:
    """Return the device that announced itself, with the values it sends just now.

    Without values if none come soon. None if it is no announcement of a device.
    Raises MqttUnavailableError.
    """
    dialect = (await _async_dialects(hass))[OWN_DIALECT]
    assert dialect.mqtt is not None
    search = dialect.mqtt.search()
    search.note(topic, payload)
    for finding in search.findings():
        if not _can_be_kept([asdict(finding.identity), dict(finding.address)]):
            continue
        device = _Device(dialect, dialect.mqtt, finding)
        await _async_hear(hass, device, _FIRST_VALUES_SECONDS)
        return device.as_found()
    return None


async def _async_hear(hass: HomeAssistant, device: _Device, seconds: float) -> None:
    """Hear a device for some time [s], or until it has told its values."""
    ear = MqttEar(hass)
    try:
        await ear.async_open(device.speech.topics(device.finding.address), device.hear)
        end = hass.loop.time() + seconds
        while (left := end - hass.loop.time()) > 0:
            await asyncio.sleep(min(_TURN_SECONDS, left))
            await ear.async_turn()
            if device.fields:
                end = min(end, hass.loop.time() + _REST_SECONDS)
    except HomeAssistantError as err:
        raise MqttUnavailableError from err
    finally:
        ear.close_all()


async def _async_dialects(hass: HomeAssistant) -> Mapping[str, Dialect]:
    """Return the dialects once there is a broker; raises MqttUnavailableError."""
    if not await mqtt.async_wait_for_mqtt_client(hass) or not mqtt.is_connected(hass):
        raise MqttUnavailableError
    return await hass.async_add_import_executor_job(all_dialects)
