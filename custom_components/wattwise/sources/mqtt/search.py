"""Finding meters by listening to a broker for a while."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import asdict
from functools import partial
from math import inf
from typing import Final

from paho.mqtt.client import topic_matches_sub

from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ...dialects import all_dialects
from ...dialects.contract.dialect import (
    Dialect,
    MqttDialect,
    MqttFinding,
    MqttSearch,
)
from ..device_errors import MqttUnavailableError
from ..found_device import FoundDevice
from .ear import TURN_SECONDS, MqttEar, async_confirmed
from .heard_device import HeardDevice, can_be_kept

type ProgressCallback = Callable[[float], None]
type WantedCallback = Callable[[FoundDevice], bool]

TOPIC_DIALECT: Final = "generic_json"
# These know a device only by what it says of itself for others.
_LEAST_SPECIFIC: Final = ("ha_discovery", TOPIC_DIALECT)

_MAX_DEVICES: Final = 500
# Prompted devices answer within seconds, the others tell when their time has come: a
# search that found something ends when nothing new has come for a while.
_SHORTEST_SECONDS: Final = 8.0
_QUIET_SECONDS: Final = 6.0
# Of each dialect so many messages are remembered, if they are no longer than this.
_MAX_TOPICS: Final = 2_000
_MAX_VALUES: Final = 8_192


async def async_search_mqtt(
    hass: HomeAssistant,
    seconds: float,
    dialect_names: Collection[str] | None = None,
    on_progress: ProgressCallback | None = None,
    is_wanted: WantedCallback | None = None,
) -> list[FoundDevice]:
    """Return the devices that speak on the broker within some time [s].

    Only these dialects are understood, by default all. `on_progress` learns the
    share of the time that is over. Once a device is found that `is_wanted`, and
    nothing new comes any more, the search ends early. Raises MqttUnavailableError.
    """
    dialects = [
        dialect
        for dialect in (await async_mqtt_dialects(hass)).values()
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
            await asyncio.sleep(min(TURN_SECONDS, seconds - passed))
            await search.async_turn(hass)
            if (
                is_wanted
                and search.has_paused(hass.loop.time() - begin)
                and any(map(is_wanted, await hass.async_add_executor_job(search.found)))
            ):
                break
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
        self._devices: dict[tuple[str, str], HeardDevice] = {}
        # By dialect, the newest message of each topic; see _heard_before.
        self._heard: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._news = 0
        self._news_at = 0.0

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

    def has_paused(self, passed: float) -> bool:
        """Return whether nothing new has come for a while; once for each pause.

        `passed` is how long the search has taken [s].
        """
        news = sum(1 + len(device.fields) for device in self._devices.values())
        if news != self._news:
            self._news, self._news_at = news, passed
        quiet = passed - self._news_at >= _QUIET_SECONDS
        if not quiet or passed < _SHORTEST_SECONDS:
            return False
        self._news_at = inf
        return True

    def _changed(self) -> list[HeardDevice]:
        """Return the devices that are new or told another address."""
        changed = []
        for dialect, speech, search in self._searches:
            for finding in search.findings():
                known = self._devices.get((dialect.name, finding.identity.key))
                if known is not None and known.finding.address == finding.address:
                    known.finding = finding
                elif can_be_kept([asdict(finding.identity), dict(finding.address)]):
                    changed.append(self._heard_before(dialect, speech, finding))
        return changed

    def _heard_before(
        self, dialect: Dialect, speech: MqttDialect, finding: MqttFinding
    ) -> HeardDevice:
        """Return a device with what it has told already.

        What gives it away often holds its values, and the next may be minutes away.
        """
        device = HeardDevice(dialect, speech, finding)
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


def _preference(device: FoundDevice) -> tuple[bool, int]:
    rank = (
        _LEAST_SPECIFIC.index(device.dialect) + 1
        if device.dialect in _LEAST_SPECIFIC
        else 0
    )
    return (not device.circuits, rank)


async def async_mqtt_dialects(hass: HomeAssistant) -> Mapping[str, Dialect]:
    """Return the dialects once there is a broker; raises MqttUnavailableError."""
    if not await mqtt.async_wait_for_mqtt_client(hass) or not mqtt.is_connected(hass):
        raise MqttUnavailableError
    return await hass.async_add_import_executor_job(all_dialects)
