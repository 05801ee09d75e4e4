"""Finding meters on a real broker, with Home Assistant's real MQTT integration."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import logging
import subprocess
import sys
import time
from typing import Any, Final

import pytest

from custom_components.wattwise.const import SOURCE_MQTT
from custom_components.wattwise.dialects import all_dialects
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_errors import MqttUnavailableError
from custom_components.wattwise.sources.found_device import FoundDevice
from custom_components.wattwise.sources.mqtt.search import async_search_mqtt
from homeassistant.components import mqtt
from homeassistant.core import HomeAssistant
from tests.dialects.fixture_files import all_fixtures, play
from tests.mqtt_broker import HOST, Broker, Publisher, async_until

MAC: Final = "a0b1c2d3e4f5"
TOPIC: Final = f"wattwise/discovery/{MAC}"
OWN: Final = ("wattwise_mqtt",)
ANNOUNCED: Final = {
    "id": "A0:B1:C2:D3:E4:F5",
    "name": "Cellar",
    "model": "Pulse reader",
    "firmware": "1.2",
    "topic": "cellar/meter",
    "status": "cellar/status",
}
# While a search runs, nothing else in Home Assistant may wait longer than this. The
# computer of the test does the work of broker and devices, and of other tests, too.
MAX_LAG_SECONDS: Final = 0.5

# A house with 300 Zigbee devices: the bridge's list of them, what each announces for
# Home Assistant, and all of them talking as fast as the broker takes it.
ZIGBEE_HOUSE: Final = """
import json, sys, time
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

client = Client(CallbackAPIVersion.VERSION2)
client.max_queued_messages_set(0)
client.connect(sys.argv[1], int(sys.argv[2]))
client.loop_start()
expose = {"type": "numeric", "property": "power", "unit": "W", "access": 1,
          "description": "Instantaneous measured power " * 8}
devices = [
    {"ieee_address": f"0x00158d00{i:08x}", "friendly_name": f"plug {i}",
     "type": "Router", "supported": True, "interview_completed": True,
     "definition": {"model": "TS011F", "vendor": "TuYa", "exposes": [
         expose | {"property": name, "name": name} for name in
         ("power", "energy", "voltage", "current", "a", "b", "c", "d")]}}
    for i in range(300)
]
client.publish("zigbee2mqtt/bridge/devices", json.dumps(devices), 1, True)
for i in range(300):
    for name in ("power", "energy", "voltage", "current", "linkquality"):
        config = {"state_topic": f"zigbee2mqtt/plug {i}", "unique_id": f"{i}_{name}",
                  "value_template": "{{ value_json.%s }}" % name, "name": name,
                  "device": {"identifiers": [f"zigbee2mqtt_0x00158d00{i:08x}"]}}
        client.publish(f"homeassistant/sensor/0x00158d00{i:08x}/{name}/config",
                       json.dumps(config), 1, True)
info = None
end = time.monotonic() + float(sys.argv[3])
sent = 0
while time.monotonic() < end:
    for i in range(300):
        state = {"power": i + 0.5, "energy": 12.5, "voltage": 230, "current": 0.1}
        info = client.publish(f"zigbee2mqtt/plug {i}", json.dumps(state))
        client.publish(f"tele/thing {i}/SENSOR", "{not json")
        sent += 2
    time.sleep(0.25)
info.wait_for_publish(10)
client.disconnect()
print(sent)
"""


@asynccontextmanager
async def speaking(
    device: Publisher, topic: str, body: Any, every: float = 0.2
) -> AsyncGenerator[None]:
    """Let a device send the same again and again."""

    async def speak() -> None:
        while True:
            await asyncio.to_thread(device.publish, topic, body)
            await asyncio.sleep(every)

    task = asyncio.create_task(speak())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def measured_lag() -> AsyncGenerator[list[float]]:
    """Note by how much the event loop was late [s], again and again."""
    lags: list[float] = []

    async def watch() -> None:
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0.01)
            lags.append(time.perf_counter() - begin - 0.01)

    task = asyncio.create_task(watch())
    try:
        yield lags
    finally:
        task.cancel()
        await asyncio.wait([task])


def zigbee_house(broker: Broker) -> subprocess.Popen[bytes]:
    """Let a house talk for some seconds; it then prints how many messages it sent."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", ZIGBEE_HOUSE, HOST, str(broker.port), "8"],
        stdout=subprocess.PIPE,
    )


def told(found: FoundDevice) -> dict[str, float]:
    """Return the values of a device."""
    return {key: field.value for key, field in found.fields.items()}


async def test_a_device_is_found_with_its_values(
    home: HomeAssistant, device: Publisher
) -> None:
    """What was announced before and what is said now make a meter to be offered."""
    device.publish(TOPIC, ANNOUNCED, retain=True)
    progress: list[float] = []
    async with speaking(device, "cellar/meter", {"power": 412, "energy_import": 9.5}):
        (found,) = await async_search_mqtt(home, 2, on_progress=progress.append)

    assert found.identity.key == MAC
    assert found.identity.name == "Cellar"
    assert found.identity.model == "Pulse reader"
    assert found.source == SOURCE_MQTT
    assert found.dialect == "wattwise_mqtt"
    assert found.address == {"topic": "cellar/meter", "status": "cellar/status"}
    assert told(found) == {"power": 412, "energy_import": 9.5}
    (circuit,) = found.circuits
    assert set(circuit.channels) == {Channel.POWER, Channel.ENERGY_IMPORT}
    assert progress == sorted(progress)
    assert 0 <= progress[0] < progress[-1] < 1


async def test_old_values_are_shown_too(home: HomeAssistant, device: Publisher) -> None:
    """A device that reports once an hour is offered with what the broker has kept."""
    device.publish(TOPIC, ANNOUNCED, retain=True)
    device.publish("cellar/meter", {"energy_import": 9.5}, retain=True)
    (found,) = await async_search_mqtt(home, 1.5, OWN)
    assert told(found) == {"energy_import": 9.5}


async def test_a_silent_device_is_found_without_values(
    home: HomeAssistant, device: Publisher
) -> None:
    """It is there, but nobody knows yet what it measures."""
    device.publish(TOPIC, ANNOUNCED, retain=True)
    (found,) = await async_search_mqtt(home, 1, OWN)
    assert told(found) == {}
    assert found.circuits == ()


async def test_a_device_may_move_and_leave_meanwhile(
    home: HomeAssistant, device: Publisher
) -> None:
    """The address is the last one announced."""
    device.publish(TOPIC, ANNOUNCED, retain=True)
    searching = asyncio.create_task(async_search_mqtt(home, 3, OWN))
    await asyncio.sleep(1.5)
    device.publish(TOPIC, ANNOUNCED | {"topic": "attic/meter"}, retain=True)
    async with speaking(device, "attic/meter", {"power": 1}):
        (found,) = await searching
    assert found.address["topic"] == "attic/meter"
    assert told(found) == {"power": 1}

    device.publish(TOPIC, "", retain=True)
    assert await async_search_mqtt(home, 1, OWN) == []


async def test_what_others_publish_does_no_harm(
    home: HomeAssistant, device: Publisher
) -> None:
    """Nonsense, and topics or names that cannot be, leave the others findable."""
    for index, body in enumerate(
        [
            b"\xff\xfe\x00",
            "{",
            "[1]",
            {"id": 5},
            {"id": "not a MAC"},
            {"id": "000000000001", "topic": "a/#"},
            {"id": "000000000002", "topic": "a/\ud800"},
            {"id": "000000000003", "name": "\udfff"},
            {"id": "000000000004", "topic": "x" * 70_000},
            "[" * 100_000,
        ]
    ):
        device.publish(f"wattwise/discovery/{index}", body, retain=True)
    device.publish(TOPIC, ANNOUNCED, retain=True)
    device.publish("cellar/meter", {"power": 5}, retain=True)
    (found,) = await async_search_mqtt(home, 1.5, OWN)
    assert found.identity.key == MAC
    assert told(found) == {"power": 5}
    assert mqtt.is_connected(home)


@pytest.mark.parametrize(
    "name", sorted(d.name for d in all_dialects().values() if d.mqtt)
)
async def test_every_dialect(home: HomeAssistant, device: Publisher, name: str) -> None:
    """What the dialect makes of recorded messages, a search makes of them too."""
    dialect = all_dialects()[name]
    file, expected = next(
        (
            (file, played)
            for file in all_fixtures(name)
            if file.messages and (played := play(dialect, file))
        ),
        (None, None),
    )
    if file is None or expected is None:
        # Nothing tells such devices from others: the user names the topic.
        assert name == "generic_json"
        return
    kept = [m for m in file.messages if m.retained]
    live = [m for m in file.messages if not m.retained]
    for message in kept:
        device.publish(message.topic, message.payload, retain=True)

    async def speak() -> None:
        while True:
            for message in live:
                await asyncio.to_thread(device.publish, message.topic, message.payload)
            await asyncio.sleep(0.3)

    task = asyncio.create_task(speak())
    try:
        found = await async_search_mqtt(home, 2.5)
    finally:
        task.cancel()
        await asyncio.wait([task])
    by_key = {device.identity.key: device for device in found}
    assert by_key.keys() == {device.identity.key for device in expected}
    for played_device in expected:
        one = by_key[played_device.identity.key]
        assert one.dialect == name
        assert told(one).keys() == played_device.fields.keys()
        assert {c.key for c in one.circuits} == played_device.circuits.keys()


async def test_two_dialects_one_device(home: HomeAssistant, device: Publisher) -> None:
    """A device that also announces itself to Home Assistant is offered only once."""
    device.publish(TOPIC, ANNOUNCED, retain=True)
    device.publish(
        "homeassistant/sensor/cellar/power/config",
        {
            "name": "Power",
            "unique_id": "cellar_power",
            "state_topic": "cellar/meter",
            "value_template": "{{ value_json.power }}",
            "device_class": "power",
            "state_class": "measurement",
            "unit_of_measurement": "W",
            "device": {"name": "Cellar", "connections": [["mac", ANNOUNCED["id"]]]},
        },
        retain=True,
    )
    device.publish("cellar/meter", {"power": 5, "energy_import": 1}, retain=True)
    (other,) = await async_search_mqtt(home, 1.5, ["ha_discovery"])
    assert other.identity.key == MAC
    (found,) = await async_search_mqtt(home, 1.5)
    assert found.identity.key == MAC
    assert found.dialect == "wattwise_mqtt"


async def test_a_value_on_a_topic_that_cannot_be(
    home: HomeAssistant, device: Publisher
) -> None:
    """Nobody can listen to it; the device's other values are read all the same."""
    for name, topic in (("power", "cellar/power"), ("voltage", "cellar/#/voltage")):
        device.publish(
            f"homeassistant/sensor/cellar/{name}/config",
            {
                "name": name,
                "unique_id": f"cellar_{name}",
                "state_topic": topic,
                "device_class": name,
                "unit_of_measurement": {"power": "W", "voltage": "V"}[name],
                "device": {"name": "Cellar", "connections": [["mac", ANNOUNCED["id"]]]},
            },
            retain=True,
        )
    device.publish("cellar/power", "5", retain=True)
    (found,) = await async_search_mqtt(home, 1.5, ["ha_discovery"])
    assert [*told(found).values()] == [5]
    assert mqtt.is_connected(home)


async def test_there_is_a_limit(
    home: HomeAssistant,
    device: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A search does not fill the memory, and does not wait for a broker for ever."""
    ear = "custom_components.wattwise.sources.mqtt.ear"
    monkeypatch.setattr(f"{ear}._MAX_HEARD", 5)
    monkeypatch.setattr(f"{ear}._CONFIRM_SECONDS", 0)
    for index in range(200):
        device.publish(
            f"wattwise/discovery/{index:012x}", {"id": f"{index:012x}"}, retain=True
        )
    found = await async_search_mqtt(home, 1, OWN)
    assert 0 < len(found) < 100
    assert "came too fast" in caplog.text


async def test_search_ends_early(
    home: HomeAssistant, device: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits once a meter is found that is wanted, and nothing new comes."""
    search = "custom_components.wattwise.sources.mqtt.search"
    monkeypatch.setattr(f"{search}._SHORTEST_SECONDS", 1.5)
    monkeypatch.setattr(f"{search}._QUIET_SECONDS", 1.0)
    clock = home.loop.time

    began = clock()
    assert await async_search_mqtt(home, 3, OWN, is_wanted=has_circuits) == []
    assert clock() - began >= 3

    device.publish(TOPIC, ANNOUNCED, retain=True)
    device.publish("cellar/meter", {"power": 5}, retain=True)
    began = clock()
    (found,) = await async_search_mqtt(home, 20, OWN, is_wanted=has_circuits)
    assert told(found) == {"power": 5}
    assert 1.5 <= clock() - began < 4
    # One that is a meter already does not end the search, nor does one too many.
    began = clock()
    assert await async_search_mqtt(home, 3, OWN, is_wanted=lambda _: False)
    assert clock() - began >= 3

    other = TOPIC.replace("f5", "f6")
    began = clock()
    searching = asyncio.create_task(
        async_search_mqtt(home, 20, OWN, is_wanted=has_circuits)
    )
    await asyncio.sleep(1.2)
    device.publish(other, ANNOUNCED | {"id": "A0:B1:C2:D3:E4:F6"}, retain=True)
    assert len(await searching) == 2
    assert 2.2 <= clock() - began < 5


def has_circuits(found: FoundDevice) -> bool:
    """Whether a device can be made a meter."""
    return bool(found.circuits)


async def test_nothing_stays_behind(home: HomeAssistant, device: Publisher) -> None:
    """After a search Home Assistant hears no more than before."""
    client = home.data[mqtt.DATA_MQTT].client
    before = {subscription.topic for subscription in client.subscriptions}
    device.publish(TOPIC, ANNOUNCED, retain=True)
    assert await async_search_mqtt(home, 1, OWN)
    assert {subscription.topic for subscription in client.subscriptions} == before


async def test_no_mqtt_at_all(wattwise: HomeAssistant) -> None:
    """Without the integration there is nothing to search."""
    with pytest.raises(MqttUnavailableError):
        await async_search_mqtt(wattwise, 1)


async def test_broker_is_away(home: HomeAssistant, broker: Broker) -> None:
    """A search says so instead of finding nothing."""
    broker.kill()
    await async_until(lambda: not mqtt.is_connected(home))
    with pytest.raises(MqttUnavailableError):
        await async_search_mqtt(home, 1, OWN)


@pytest.mark.timeout(120)
async def test_a_chatty_house_does_not_block_home_assistant(
    home: HomeAssistant,
    broker: Broker,
    device: Publisher,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """300 Zigbee devices talk at once, and a meter is found among them in good time."""
    # Homes do not write down each message, as tests do.
    for logger in ("homeassistant.components.mqtt", "paho.mqtt.client"):
        caplog.set_level(logging.WARNING, logger)
    device.publish(TOPIC, ANNOUNCED, retain=True)
    house = zigbee_house(broker)
    try:
        await asyncio.sleep(2)
        async with (
            measured_lag() as lags,
            speaking(device, "cellar/meter", {"power": 5}),
        ):
            found = await async_search_mqtt(home, 5)
        sent = int((await asyncio.to_thread(house.communicate))[0])
    finally:
        house.kill()
        house.wait()
    keys = {device.identity.key for device in found}
    assert MAC in keys
    assert sum(key.startswith("00158d00") for key in keys) == 300
    assert sent > 10_000
    assert max(lags) < MAX_LAG_SECONDS
