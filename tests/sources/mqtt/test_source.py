"""Reading meters from a real broker, with Home Assistant's real MQTT integration."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
import threading
import time
from types import MappingProxyType
from typing import Any, Final

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_ADDRESS,
    CONF_DIALECT,
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_ROLE,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_MQTT,
    SUBENTRY_TYPE_METER,
)
from custom_components.wattwise.dialects.contract.circuit import Formula
from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_settings import DeviceSettings
from custom_components.wattwise.sources.mqtt import source as mqtt_source
from custom_components.wattwise.sources.mqtt.source import MqttSource
from homeassistant.components import mqtt
from homeassistant.config_entries import ConfigEntryState, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from tests.homes import async_add_household, only_meter
from tests.mqtt_broker import Broker, Publisher, async_set_up_mqtt, async_until
from tests.sources.conftest import Connect

MAC: Final = "a0b1c2d3e4f5"
DATA: Final = f"wattwise/{MAC}/data"
STATUS: Final = f"wattwise/{MAC}/status"
DISCOVERY: Final = f"wattwise/discovery/{MAC}"
CHANNELS: Final = {
    Channel.POWER: Formula.of("power", "W"),
    Channel.ENERGY_IMPORT: Formula.of("energy_import", "kWh"),
}


def mqtt_meter(mac: str = MAC, name: str = "Grid") -> ConfigSubentry:
    """Return a meter that is read over MQTT."""
    settings = DeviceSettings(
        mac,
        "wattwise_mqtt",
        {"topic": f"wattwise/{mac}/data", "status": f"wattwise/{mac}/status"},
        "",
        CHANNELS,
    )
    return ConfigSubentry(
        data=MappingProxyType(
            {
                CONF_SOURCE: SOURCE_MQTT,
                CONF_ROLE: MeterRole.GRID.value,
                CONF_ENERGY_KIND: EnergyKind.COUNTER.value,
                CONF_INTERVAL: 10,
                **settings.as_data(),
            }
        ),
        subentry_type=SUBENTRY_TYPE_METER,
        title=name,
        unique_id=settings.meter_id,
    )


async def async_ready(hass: HomeAssistant) -> None:
    """Wait until the broker has confirmed all subscriptions."""
    client = hass.data[mqtt.DATA_MQTT].client
    await async_until(
        lambda: (
            client.connected
            and not any(
                client.is_pending_subscription(subscription.topic)
                for subscription in client.subscriptions
            )
        )
    )
    # What the broker has kept comes right after.
    await asyncio.sleep(0.2)


@pytest.fixture
async def household(home: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter that is read over MQTT."""
    entry = await async_add_household(home, mqtt_meter())
    await async_ready(home)
    return entry


async def async_latest(meter: Meter) -> dict[Channel, float]:
    """Return what the history has of a meter."""
    await meter.history.flush()
    latest = await meter.history.latest(meter.profile.meter_id)
    return {channel: value.value for channel, value in latest.items()}


async def async_has(meter: Meter, channel: Channel, value: float) -> None:
    """Wait until the history has a value as the newest of a channel."""
    async with asyncio.timeout(10):
        while (await async_latest(meter)).get(channel) != pytest.approx(value):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def async_refused(meter: Meter) -> dict[str, int]:
    """Return how many readings were refused for each reason."""
    await asyncio.sleep(0.1)
    counts: dict[str, int] = {}
    for refused in await meter.history.refused(meter.profile.meter_id):
        counts[refused.reason] = counts.get(refused.reason, 0) + refused.count
    return counts


def power_state(hass: HomeAssistant) -> str:
    """Return the state of the meter's power."""
    state = hass.states.get("sensor.grid_power")
    return state.state if state else "missing"


async def test_readings_reach_the_history(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """Watts and kilowatt-hours become channels in base units."""
    device.publish(DATA, {"power": 412, "energy_import": 1234.5})
    meter = only_meter(household)
    await async_has(meter, Channel.POWER, 412)
    await async_has(meter, Channel.ENERGY_IMPORT, 1_234_500)
    assert meter.coordinator.connected
    assert power_state(home) == "412.0"


async def test_what_the_broker_has_kept_is_no_reading(
    home: HomeAssistant, device: Publisher
) -> None:
    """Nobody knows when a kept value was true, unless it says so itself."""
    device.publish(DATA, {"power": 9000, "energy_import": 99999}, retain=True)
    meter = only_meter(await async_add_household(home, mqtt_meter()))
    await async_ready(home)
    assert await async_latest(meter) == {}

    device.publish(DATA, {"power": 5})
    await async_has(meter, Channel.POWER, 5)
    assert Channel.ENERGY_IMPORT not in await async_latest(meter)


async def test_kept_values_with_a_time_are_caught_up(
    home: HomeAssistant, device: Publisher
) -> None:
    """A device that reports once an hour need not be waited for."""
    measured = datetime.now(UTC) - timedelta(minutes=20)
    device.publish(
        DATA, {"time": measured.isoformat(), "energy_import": 100}, retain=True
    )
    household = await async_add_household(home, mqtt_meter())
    await async_has(only_meter(household), Channel.ENERGY_IMPORT, 100_000)

    # At the next start it comes again, and is known.
    assert await home.config_entries.async_reload(household.entry_id)
    await async_ready(home)
    meter = only_meter(household)
    await async_latest(meter)
    latest = (await meter.history.latest(MAC))[Channel.ENERGY_IMPORT]
    assert latest.time_ms == round(measured.timestamp() * 1000)
    assert await async_refused(meter) == {}


async def test_last_will(
    home: HomeAssistant, household: MockConfigEntry, connect: Connect
) -> None:
    """A device that vanished is unavailable at once, and back with its first word."""
    device = connect(will=(STATUS, "offline"))
    meter = only_meter(household)
    device.publish(STATUS, "online", retain=True)
    device.publish(DATA, {"power": 412})
    await async_has(meter, Channel.POWER, 412)
    await async_until(lambda: power_state(home) == "412.0")

    device.vanish()
    await async_until(lambda: power_state(home) == "unavailable")
    assert not meter.coordinator.connected

    again = connect(will=(STATUS, "offline"))
    again.publish(STATUS, "online", retain=True)
    again.publish(DATA, {"power": 413})
    await async_has(meter, Channel.POWER, 413)
    await async_until(lambda: meter.coordinator.connected)


async def test_offline_at_the_start(home: HomeAssistant, device: Publisher) -> None:
    """The broker has kept that the device is away; a late will is overruled."""
    device.publish(STATUS, "offline", retain=True)
    meter = only_meter(await async_add_household(home, mqtt_meter()))
    await async_ready(home)
    source_available = meter.coordinator.source_available
    assert source_available is not None
    assert source_available() is False
    device.publish(DATA, {"power": 3})
    await async_until(lambda: source_available() is None)


@pytest.mark.timeout(90)
async def test_broker_restarts(
    home: HomeAssistant,
    household: MockConfigEntry,
    broker: Broker,
    connect: Connect,
) -> None:
    """Readings go on after it, the counter without loss or spike."""
    meter = only_meter(household)
    before = connect()
    before.publish(DATA, {"power": 400, "energy_import": 100.0})
    await async_has(meter, Channel.ENERGY_IMPORT, 100_000)
    await async_until(lambda: power_state(home) == "400.0")

    broker.kill()
    await async_until(lambda: power_state(home) == "unavailable")
    assert not meter.coordinator.connected

    broker.start()
    await async_until(lambda: mqtt.is_connected(home))
    await async_ready(home)
    after = connect()
    after.publish(DATA, {"power": 410, "energy_import": 100.002})
    await async_has(meter, Channel.ENERGY_IMPORT, 100_002)
    await async_until(lambda: meter.coordinator.connected)

    totals = await meter.history.energy_totals(MAC, Channel.ENERGY_IMPORT)
    assert totals.today + totals.yesterday == pytest.approx(2, abs=1e-6)
    assert await async_refused(meter) == {}


async def test_a_topic_that_cannot_be(home: HomeAssistant, device: Publisher) -> None:
    """A meter with one is read by its others, and nobody else is disturbed."""
    meter = mqtt_meter()
    data = {**meter.data, CONF_ADDRESS: {"topic": DATA, "status": "a/#/b"}}
    broken = ConfigSubentry(
        data=MappingProxyType(data),
        subentry_type=SUBENTRY_TYPE_METER,
        title=meter.title,
        unique_id=meter.unique_id,
    )
    household = await async_add_household(home, broken)
    await async_ready(home)
    device.publish(DATA, {"power": 6})
    await async_has(only_meter(household), Channel.POWER, 6)
    assert mqtt.is_connected(home)


async def test_readings_from_while_the_broker_was_away(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """A device sends what it has kept as a list, each with its time."""
    meter = only_meter(household)
    begin = time.time() - 3600
    batch: list[Any] = [
        {"time": begin + 10 * i, "power": 360, "energy_import": 100 + i / 1000}
        for i in range(300)
    ]
    batch.insert(7, {"power": 99})
    device.publish(DATA, batch)
    await async_has(meter, Channel.ENERGY_IMPORT, 100_299)
    totals = await meter.history.energy_totals(MAC, Channel.ENERGY_IMPORT)
    assert totals.today + totals.yesterday == pytest.approx(299, abs=1e-6)
    assert await async_refused(meter) == {"invalid_time": 1}


async def test_long_and_short_messages_keep_their_order(
    household: MockConfigEntry, device: Publisher
) -> None:
    """What comes after a long message is not read before it."""
    begin = time.time() - 3600
    batch = [{"time": begin + i, "energy_import": 100 + i / 1000} for i in range(999)]
    device.publish(DATA, batch)
    for index in range(50):
        device.publish(DATA, {"energy_import": 101 + index / 1000})
    meter = only_meter(household)
    await async_has(meter, Channel.ENERGY_IMPORT, 101_049)
    assert await async_refused(meter) == {}


async def test_more_than_can_be_read(
    household: MockConfigEntry, monkeypatch: pytest.MonkeyPatch, device: Publisher
) -> None:
    """A flood of long messages fills no memory: the oldest are given up, and counted."""
    monkeypatch.setattr(mqtt_source, "_MAX_WAITING_BYTES", 30_000)
    go_on = threading.Event()
    meter = only_meter(household)
    sources = []
    read = MqttSource._read

    def wait_and_read(source: MqttSource, message: Any) -> Any:
        sources.append(source)
        go_on.wait(10)
        return read(source, message)

    monkeypatch.setattr(MqttSource, "_read", wait_and_read)
    for power in range(10):
        device.publish(DATA, {"power": power, "padding": "x" * 5_000})
    device.publish(DATA, {"energy_import": 7})
    try:
        await async_until(lambda: sources)
        waiting = sources[0]._waiting
        await async_until(lambda: waiting and b"energy" in waiting[-1].payload)
    finally:
        go_on.set()
    await async_has(meter, Channel.ENERGY_IMPORT, 7_000)
    assert (await async_latest(meter))[Channel.POWER] == 9
    # One was read, four and the last one waited.
    assert await async_refused(meter) == {"too_fast": 5}


async def test_garbage_is_counted(
    household: MockConfigEntry, device: Publisher
) -> None:
    """A flood of nonsense is counted with its reasons, and readings still come in."""
    meter = only_meter(household)
    for _ in range(200):
        device.publish(DATA, b"\xff\xfe\x00", qos=0)
        device.publish(DATA, "{not json", qos=0)
        device.publish(DATA, {"power": "a lot"}, qos=0)
        device.publish(DATA, {"power": 1, "time": "yesterday"}, qos=0)
    device.publish(DATA, {"power": 5})
    await async_has(meter, Channel.POWER, 5)
    await async_until(lambda: meter._refused_task is None)
    assert await async_refused(meter) == {
        "malformed": 400,
        "not_a_number": 200,
        "invalid_time": 200,
    }


async def test_a_topic_that_changes_is_followed(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """The meter finds its device where that says it is now, also after a restart."""
    device.publish(DISCOVERY, {"id": MAC, "name": "Grid"}, retain=True)
    device.publish(DISCOVERY, {"id": MAC, "topic": "a/b", "status": STATUS})
    moved = {"id": MAC, "topic": "new/topic", "status": "new/status"}
    device.publish(DISCOVERY, moved, retain=True)
    (subentry,) = household.subentries.values()
    subentry_id = subentry.subentry_id

    def address() -> dict[str, str]:
        found: dict[str, str] = household.subentries[subentry_id].data[CONF_ADDRESS]
        return found

    await async_until(lambda: address()["topic"] == "new/topic")
    assert address()["status"] == "new/status"
    await async_until(lambda: household.state is ConfigEntryState.LOADED)
    await home.async_block_till_done()
    await async_ready(home)
    device.publish("new/topic", {"power": 77})
    await async_has(only_meter(household), Channel.POWER, 77)


async def test_a_move_that_another_household_has_heard_of(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """What was announced before a meter was set up is known to it too."""
    other = "b" * 12
    moved = {"id": other, "topic": "other/topic"}
    device.publish(f"wattwise/discovery/{other}", moved, retain=True)
    await asyncio.sleep(2.5)
    second = await async_add_household(home, mqtt_meter(other), name="Cabin")
    (subentry_id,) = second.subentries
    await async_until(
        lambda: (
            second.subentries[subentry_id].data[CONF_ADDRESS]["topic"] == "other/topic"
        )
    )
    await async_until(lambda: second.state is ConfigEntryState.LOADED)
    await home.async_block_till_done()


async def test_the_same_topic_again_changes_nothing(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """A device that announces itself at every start does not restart the household."""
    meter = only_meter(household)
    device.publish(DISCOVERY, {"id": MAC, "name": "Another name"}, retain=True)
    device.publish("wattwise/discovery/other", {"id": "b" * 12, "topic": "x"})
    await asyncio.sleep(2.5)
    assert only_meter(household) is meter


@contextmanager
def issue(hass: HomeAssistant) -> Iterator[list[bool]]:
    """Yield a list whose only item says whether the repair is shown."""
    shown = [False]
    registry = ir.async_get(hass)

    def note(_event: Any = None) -> None:
        shown[0] = registry.async_get_issue(DOMAIN, "mqtt_not_set_up") is not None

    note()
    stop = hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, note)
    yield shown
    stop()


async def test_mqtt_comes_goes_and_comes_again(
    wattwise: HomeAssistant, broker: Broker, device: Publisher
) -> None:
    """A meter waits for an integration that is not there, and says what it lacks."""
    hass = wattwise
    with issue(hass) as shown:
        household = await async_add_household(hass, mqtt_meter())
        meter = only_meter(household)
        await async_until(lambda: shown[0])
        assert not meter.coordinator.connected

        entry = await async_set_up_mqtt(hass, broker)
        await async_until(lambda: not shown[0])
        await async_ready(hass)
        device.publish(DATA, {"power": 1})
        await async_has(meter, Channel.POWER, 1)

        assert await hass.config_entries.async_reload(entry.entry_id)
        await async_ready(hass)
        assert not shown[0]
        device.publish(DATA, {"power": 2})
        await async_has(meter, Channel.POWER, 2)

        await hass.config_entries.async_remove(entry.entry_id)
        await async_until(lambda: shown[0])
        assert not meter.coordinator.connected

        entry = await async_set_up_mqtt(hass, broker)
        await async_until(lambda: not shown[0])
        await async_ready(hass)
        device.publish(DATA, {"power": 3})
        await async_has(meter, Channel.POWER, 3)
        await hass.config_entries.async_unload(household.entry_id)
        client = hass.data[mqtt.DATA_MQTT].client
        assert not {s for s in client.subscriptions if "wattwise" in s.topic}
        await hass.config_entries.async_unload(entry.entry_id)


async def test_no_meter_no_repair(wattwise: HomeAssistant) -> None:
    """The repair goes with the last meter that waits."""
    with issue(wattwise) as shown:
        household = await async_add_household(
            wattwise, mqtt_meter(), mqtt_meter("b" * 12, "Heat pump")
        )
        await async_until(lambda: shown[0])
        await wattwise.config_entries.async_unload(household.entry_id)
        await async_until(lambda: not shown[0])


async def test_unknown_dialect(
    home: HomeAssistant, broker: Broker, device: Publisher
) -> None:
    """A meter of a later version is not there, and the user told; all others are."""
    issues = ir.async_get(home)
    meter = mqtt_meter("ffffffffffff", "Later")
    settings = {**meter.data, CONF_DIALECT: "of_tomorrow"}
    later = ConfigSubentry(
        data=MappingProxyType(settings),
        subentry_type=SUBENTRY_TYPE_METER,
        title="Later",
        unique_id=meter.unique_id,
    )
    entry = await async_add_household(home, later, mqtt_meter())
    await async_ready(home)
    issue = issues.async_get_issue(DOMAIN, "unknown_dialect_ffffffffffff")
    assert issue is not None
    assert issue.translation_placeholders == {
        "meter": "Later",
        "dialect": "of_tomorrow",
    }
    not_read, read = entry.runtime_data.meters.values()
    assert not not_read.coordinator.connected
    device.publish(DATA, {"power": 412})
    await async_has(read, Channel.POWER, 412)

    assert await home.config_entries.async_reload(entry.entry_id)
    home.config_entries.async_remove_subentry(entry, later.subentry_id)
    await home.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    assert not [key for key in issues.issues if key[0] == DOMAIN]


async def test_broker_is_away_at_the_start(
    wattwise: HomeAssistant,
    broker: Broker,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The household starts without it; the meter is unavailable until it is there."""
    monkeypatch.setattr(
        "homeassistant.components.mqtt.client.RECONNECT_INTERVAL_SECONDS", 0.2
    )
    entry = await async_set_up_mqtt(wattwise, broker)
    await wattwise.config_entries.async_unload(entry.entry_id)
    broker.kill()
    assert await wattwise.config_entries.async_setup(entry.entry_id)
    meter = only_meter(await async_add_household(wattwise, mqtt_meter()))
    assert not meter.coordinator.connected
    broker.start()
    await async_until(lambda: mqtt.is_connected(wattwise))
    await async_ready(wattwise)
    connect().publish(DATA, {"power": 4})
    await async_has(meter, Channel.POWER, 4)
    await wattwise.config_entries.async_unload(entry.entry_id)
