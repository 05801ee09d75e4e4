"""Listening to one device: one that announced itself, or whose topic is known."""

import asyncio
from dataclasses import asdict, dataclass, field, replace
import time
from typing import Final, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ...dialects.contract.circuit import Formula
from ...dialects.contract.dialect import DeviceIdentity, MqttFinding
from ...dialects.field_behaviour import Sample, guess_by_behaviour, needs_watching
from ...metering.quantity import Channel
from ..device_errors import (
    DeviceUnreachableError,
    MqttUnavailableError,
    UnreadableAnswerError,
)
from ..found_device import FoundDevice
from .ear import TURN_SECONDS, MqttEar
from .heard_device import HeardDevice, can_be_kept
from .search import TOPIC_DIALECT, async_mqtt_dialects

OWN_DIALECT: Final = "wattwise_mqtt"

# How long a device that announced itself may take to send values.
_FIRST_VALUES_SECONDS: Final = 12.0
# Values that a device sends one by one come within this time.
_REST_SECONDS: Final = 0.5
# More do not show better how a value behaves.
_MAX_SAMPLES: Final = 100


@dataclass
class _WatchedDevice(HeardDevice):
    """A device that speaks no dialect: its values show by and by what they are."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)

    @override
    def hear(self, topic: str, payload: str) -> None:
        super().hear(topic, payload)
        now_s = time.monotonic()
        told = self.speech.decode(self.finding.address, topic, payload).fields
        for one in told:
            seen = self.samples.setdefault(one.key, [])
            if one.key in self.fields and len(seen) < _MAX_SAMPLES:
                seen.append(Sample(now_s, one.value))

    @property
    @override
    def is_clear(self) -> bool:
        """Whether its counter is known or guessed."""
        if not needs_watching(self.fields, self.dialect.circuits(self.fields)):
            return super().is_clear
        return any(channel.is_energy for channel in self._guesses)

    @property
    def _guesses(self) -> dict[Channel, Formula]:
        return guess_by_behaviour(self.fields, self.samples)

    @override
    def as_found(self) -> FoundDevice:
        return replace(super().as_found(), guesses=self._guesses)


async def async_listen_topic(
    hass: HomeAssistant, topic: str, seconds: float, *, watches: bool = False
) -> FoundDevice:
    """Return what a device says under a topic that the user entered.

    Returns once there are values or, if it `watches`, once their behaviour shows
    which of them is the counter that their names do not tell. Raises MqttUnavailableError, DeviceUnreachableError when nothing comes within
    the time [s], UnreadableAnswerError when nothing in it is a number.
    """
    dialect = (await async_mqtt_dialects(hass))[TOPIC_DIALECT]
    assert dialect.mqtt is not None
    identity = DeviceIdentity(f"{dialect.name}:{topic}", topic)
    kind = _WatchedDevice if watches else HeardDevice
    device = kind(dialect, dialect.mqtt, MqttFinding(identity, {"topic": topic}))
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
    dialect = (await async_mqtt_dialects(hass))[OWN_DIALECT]
    assert dialect.mqtt is not None
    search = dialect.mqtt.search()
    search.note(topic, payload)
    for finding in search.findings():
        if not can_be_kept([asdict(finding.identity), dict(finding.address)]):
            continue
        device = HeardDevice(dialect, dialect.mqtt, finding)
        await _async_hear(hass, device, _FIRST_VALUES_SECONDS)
        return device.as_found()
    return None


async def _async_hear(hass: HomeAssistant, device: HeardDevice, seconds: float) -> None:
    """Hear a device for some time [s], or until it has told its values."""
    ear = MqttEar(hass)
    try:
        await ear.async_open(device.speech.topics(device.finding.address), device.hear)
        end = hass.loop.time() + seconds
        while (left := end - hass.loop.time()) > 0:
            await asyncio.sleep(min(TURN_SECONDS, left))
            await ear.async_turn()
            if device.is_clear:
                end = min(end, hass.loop.time() + _REST_SECONDS)
    except HomeAssistantError as err:
        raise MqttUnavailableError from err
    finally:
        ear.close_all()
