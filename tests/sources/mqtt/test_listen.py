"""Listening to one device, with Home Assistant's real MQTT integration."""

import asyncio
import json

import pytest

from custom_components.wattwise.dialects.contract.circuit import Formula
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_errors import (
    DeviceUnreachableError,
    MqttUnavailableError,
    UnreadableAnswerError,
)
from custom_components.wattwise.sources.mqtt.listen import (
    async_device_from_discovery,
    async_listen_topic,
)
from homeassistant.core import HomeAssistant
from tests.mqtt_broker import Publisher

from .test_search import ANNOUNCED, MAC, TOPIC, speaking, told


async def test_an_announced_device_is_read_at_once(
    home: HomeAssistant, device: Publisher
) -> None:
    """Home Assistant's own discovery of our topic leads to the same device."""
    async with speaking(device, "cellar/meter", {"power": 7, "voltage_l1": 231}):
        found = await async_device_from_discovery(home, TOPIC, json.dumps(ANNOUNCED))
    assert found is not None
    assert found.identity.key == MAC
    assert told(found) == {"power": 7, "voltage_l1": 231}
    assert len(found.circuits) == 1


async def test_an_announced_device_may_be_silent(
    home: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a device all the same; nonsense is none."""
    monkeypatch.setattr(
        "custom_components.wattwise.sources.mqtt.listen._FIRST_VALUES_SECONDS", 0.3
    )
    found = await async_device_from_discovery(home, TOPIC, json.dumps(ANNOUNCED))
    assert found is not None
    assert told(found) == {}
    assert found.circuits == ()
    assert await async_device_from_discovery(home, TOPIC, "") is None
    assert await async_device_from_discovery(home, TOPIC, '{"id": "?"}') is None


async def test_a_topic_of_the_user(home: HomeAssistant, device: Publisher) -> None:
    """A topic that no dialect knows is read as plain JSON, also what was kept."""
    device.publish("my/meter", {"power": 5, "energy": {"total": 3.5}}, retain=True)
    found = await async_listen_topic(home, "my/meter", 5)
    assert found.dialect == "generic_json"
    assert found.identity.key == "generic_json:my/meter"
    assert {5.0, 3.5} <= set(told(found).values())
    assert found.circuits


async def test_a_topic_without_values(home: HomeAssistant, device: Publisher) -> None:
    """Silence and nonsense are told apart."""
    with pytest.raises(DeviceUnreachableError):
        await async_listen_topic(home, "my/meter", 0.7)
    device.publish("my/meter", "hello", retain=True)
    with pytest.raises(UnreadableAnswerError):
        await async_listen_topic(home, "my/meter", 1)


async def test_no_mqtt_at_all(wattwise: HomeAssistant) -> None:
    """Without the integration there is nothing to listen to."""
    with pytest.raises(MqttUnavailableError):
        await async_listen_topic(wattwise, "meter", 1)


async def test_values_that_say_nothing(home: HomeAssistant, device: Publisher) -> None:
    """A device is watched until it shows by its behaviour which value is the counter."""
    device.publish("my/meter", {"p": 5, "x": 1200.0, "y": 3}, retain=True)
    clock = home.loop.time

    async def count() -> None:
        total = 1234.5
        while True:
            total += 1e-6
            body = {"p": 5, "x": total, "y": 230.5}
            await asyncio.to_thread(device.publish, "my/meter", body)
            await asyncio.sleep(0.4)

    task = asyncio.create_task(count())
    try:
        began = clock()
        found = await async_listen_topic(home, "my/meter", 20, watches=True)
        assert clock() - began < 10
        assert found.guesses[Channel.ENERGY_IMPORT] == Formula.of("x", "kWh")
        assert set(told(found)) == {"p", "x", "y"}
        # Nobody waits for what is not needed.
        began = clock()
        found = await async_listen_topic(home, "my/meter", 20)
        assert clock() - began < 2
        assert found.guesses == {}
    finally:
        task.cancel()
        await asyncio.wait([task])


async def test_watching_ends(home: HomeAssistant, device: Publisher) -> None:
    """A device that says no more is offered as it is; a clear one is at once."""
    device.publish("my/meter", {"p": 5, "x": 1200.0}, retain=True)
    began = home.loop.time()
    found = await async_listen_topic(home, "my/meter", 2, watches=True)
    assert home.loop.time() - began >= 2
    assert found.guesses == {}
    assert found.circuits

    device.publish("my/other", {"p": 5, "total_kwh": 1200.0, "x": 1}, retain=True)
    began = home.loop.time()
    assert await async_listen_topic(home, "my/other", 20, watches=True)
    assert home.loop.time() - began < 3
