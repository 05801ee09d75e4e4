"""A meter made of a device's sensors goes on through all that happens to them."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.wattwise.const import CONF_ENTITIES, DOMAIN
from custom_components.wattwise.entity_changes import SETTLE_SECONDS
from custom_components.wattwise.flows.reading_preview import async_texts
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from .homes import async_add_household, entity_meter, only_meter

METER = "Heat pump"


class Node:
    """A device of another integration with sensors that come and go."""

    def __init__(self, hass: HomeAssistant, other: Node | None = None) -> None:
        """Add the device, with an integration of its own or that of another one."""
        self.hass = hass
        self.registry = er.async_get(hass)
        self.entry = other.entry if other else MockConfigEntry(domain="esphome")
        if other is None:
            self.entry.add_to_hass(hass)
        mac = f"98:35:69:ab:f6:{len(dr.async_get(hass).devices):02x}"
        self.connection = (dr.CONNECTION_NETWORK_MAC, mac)
        self.device = self.joined()

    def joined(self) -> dr.DeviceEntry:
        """Register the device."""
        return dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id, connections={self.connection}
        )

    def sensor(self, key: str, device_class: str, unit: str) -> er.RegistryEntry:
        """Register a sensor."""
        return self.registry.async_get_or_create(
            "sensor",
            "esphome",
            key,
            config_entry=self.entry,
            device_id=self.device.id,
            original_device_class=device_class,
            original_name=key,
            unit_of_measurement=unit,
        )

    async def show(self, sensor: er.RegistryEntry, value: object, unit: str) -> None:
        """Show a value at a sensor."""
        self.hass.states.async_set(
            sensor.entity_id,
            str(value),
            {"unit_of_measurement": unit},
            force_update=True,
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)


async def settle(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the time pass after which new sensors are looked at."""
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(seconds=SETTLE_SECONDS + 1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def newest(entry: MockConfigEntry, channel: Channel) -> float:
    """Return the newest stored value of a meter's channel."""
    meter = only_meter(entry)
    await meter.history.flush()
    await meter.coordinator.hass.async_block_till_done(wait_background_tasks=True)
    return meter.coordinator.latest[channel].value


async def used_today(entry: MockConfigEntry) -> float:
    """Return the energy a meter counted today [Wh]."""
    meter = only_meter(entry)
    await meter.history.flush()
    await meter.coordinator.async_refresh()
    return meter.coordinator.data.totals[Channel.ENERGY_IMPORT].today


async def test_a_sensor_that_is_switched_off(wattwise: HomeAssistant) -> None:
    """The user is told which; once it is on again, the meter goes on by itself."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    await node.show(power, 400, "W")
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))
    issues = ir.async_get(wattwise)
    issue_id = f"source_entity_disabled_entities-{METER}"
    assert issues.async_get_issue(DOMAIN, issue_id) is None

    node.registry.async_update_entity(
        power.entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    wattwise.states.async_remove(power.entity_id)
    await wattwise.async_block_till_done()
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {"meter": METER, "entity": "Power"}
    assert not only_meter(entry).coordinator.connected

    node.registry.async_update_entity(power.entity_id, disabled_by=None)
    await wattwise.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    await node.show(power, 410, "W")
    assert only_meter(entry).coordinator.connected
    assert await newest(entry, Channel.POWER) == 410


async def test_the_repair_goes_with_the_meter(wattwise: HomeAssistant) -> None:
    """Nobody is asked to enable a sensor of a meter that is gone."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    node.registry.async_update_entity(
        power.entity_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))
    issues = ir.async_get(wattwise)
    issue_id = f"source_entity_disabled_entities-{METER}"
    assert issues.async_get_issue(DOMAIN, issue_id)

    wattwise.config_entries.async_remove_subentry(entry, next(iter(entry.subentries)))
    await wattwise.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id) is None


async def test_a_sensor_that_is_registered_again(wattwise: HomeAssistant) -> None:
    """Firmware without the sensor, then with it again: the meter finds it."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    await node.show(power, 400, "W")
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))
    node.registry.async_remove(power.entity_id)
    await wattwise.async_block_till_done()
    issues = ir.async_get(wattwise)
    issue_id = f"source_entity_missing_entities-{METER}"
    issue = issues.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.translation_placeholders == {"meter": METER, "entity": "Power"}

    again = node.sensor("Power", "power", "W")
    assert again.id == power.id
    await wattwise.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, issue_id) is None
    await node.show(again, 420, "W")
    assert await newest(entry, Channel.POWER) == 420


async def test_other_firmware_with_other_names(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The sensors that take the place of the old ones are read from then on."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    energy = node.sensor("Energy", "energy", "kWh")
    await node.show(power, 400, "W")
    await node.show(energy, 10, "kWh")
    entry = await async_add_household(
        wattwise, entity_meter({"power": power.id, "energy_import": energy.id})
    )
    meter_id = only_meter(entry).profile.meter_id
    freezer.tick(timedelta(hours=1))
    for sensor in (power, energy):
        node.registry.async_remove(sensor.entity_id)
    new_power = node.sensor("Leistung", "power", "W")
    new_energy = node.sensor("Zähler", "energy", "kWh")
    await settle(wattwise, freezer)

    meter = only_meter(entry)
    assert meter.subentry.data[CONF_ENTITIES] == {
        "power": new_power.id,
        "energy_import": new_energy.id,
    }
    assert meter.profile.meter_id == meter_id
    issues = ir.async_get(wattwise)
    assert not issues.async_get_issue(DOMAIN, f"source_entity_missing_{meter_id}")
    await node.show(new_energy, 10.5, "kWh")
    await node.show(new_power, 500, "W")
    assert await newest(entry, Channel.POWER) == 500
    assert await used_today(entry) == pytest.approx(500)


async def test_no_guess_between_successors(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Which of two meters, or of two new sensors, only the user knows."""
    node = Node(wattwise)
    first = node.sensor("Power 1", "power", "W")
    second = node.sensor("Power 2", "power", "W")
    unused = node.sensor("Power 3", "power", "W")
    entry = await async_add_household(
        wattwise,
        entity_meter({"power": first.id}, "One"),
        entity_meter({"power": second.id}, "Two"),
    )
    freezer.tick(timedelta(hours=1))
    for sensor in (first, second):
        node.registry.async_remove(sensor.entity_id)
    node.sensor("Leistung 1", "power", "W")
    await settle(wattwise, freezer)
    node.sensor("Leistung 2", "power", "W")
    await settle(wattwise, freezer)
    issues = ir.async_get(wattwise)
    for name in ("One", "Two"):
        assert issues.async_get_issue(DOMAIN, f"source_entity_missing_entities-{name}")
    read = [m.subentry.data[CONF_ENTITIES] for m in entry.runtime_data.meters.values()]
    assert read == [{"power": first.id}, {"power": second.id}]
    assert node.registry.async_get(unused.entity_id)


async def test_a_sensor_of_long_ago_is_no_successor(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What the device had before, and had beside the lost one, is something else."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    node.sensor("Other power", "power", "W")
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))
    freezer.tick(timedelta(hours=1))
    node.registry.async_remove(power.entity_id)
    await settle(wattwise, freezer)
    assert only_meter(entry).subentry.data[CONF_ENTITIES] == {"power": power.id}


async def test_the_names_of_lost_sensors(wattwise: HomeAssistant) -> None:
    """People read names as they stand in the form, not our keys."""
    await async_add_household(
        wattwise, entity_meter({"energy_import": "a" * 32, "voltage_l1": "b" * 32})
    )
    issue = ir.async_get(wattwise).async_get_issue(
        DOMAIN, f"source_entity_missing_entities-{METER}"
    )
    assert issue is not None
    placeholders = issue.translation_placeholders
    assert placeholders is not None
    texts = await async_texts(wattwise)
    assert placeholders["entity"] == ", ".join(
        texts[f"channel.options.{key}"] for key in ("energy_import", "voltage_l1")
    )
    assert "_" not in placeholders["entity"]


async def test_a_sensor_of_another_device_is_no_successor(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Of many devices on one broker, one joins just as another one is removed."""
    fridge = Node(wattwise)
    heater = Node(wattwise, fridge)
    power = fridge.sensor("Fridge", "power", "W")
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))
    freezer.tick(timedelta(hours=1))
    heater.sensor("Heater", "power", "W")
    freezer.tick(timedelta(seconds=40))
    dr.async_get(wattwise).async_remove_device(fridge.device.id)
    await settle(wattwise, freezer)
    assert fridge.registry.async_get(power.entity_id) is None
    meter = only_meter(entry)
    assert meter.subentry.data[CONF_ENTITIES] == {"power": power.id}
    issue_id = f"source_entity_missing_{meter.profile.meter_id}"
    assert ir.async_get(wattwise).async_get_issue(DOMAIN, issue_id)


async def test_losses_of_several_devices(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What one device lost and got does not depend on what another one did."""
    one = Node(wattwise)
    two = Node(wattwise, one)
    lost = [node.sensor(f"Power {node.device.id}", "power", "W") for node in (one, two)]
    entry = await async_add_household(
        wattwise,
        entity_meter({"power": lost[0].id}, "One"),
        entity_meter({"power": lost[1].id}, "Two"),
    )
    freezer.tick(timedelta(hours=1))
    for sensor in lost:
        one.registry.async_remove(sensor.entity_id)
    got = [node.sensor(f"Watt {node.device.id}", "power", "W") for node in (one, two)]
    await settle(wattwise, freezer)
    read = [m.subentry.data[CONF_ENTITIES] for m in entry.runtime_data.meters.values()]
    assert read == [{"power": sensor.id} for sensor in got]


async def test_a_device_that_is_registered_again(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Deleted and found again, it is the same piece of hardware."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))
    freezer.tick(timedelta(hours=1))
    dr.async_get(wattwise).async_remove_device(node.device.id)
    await wattwise.async_block_till_done()
    node.device = node.joined()
    successor = node.sensor("Leistung", "power", "W")
    await settle(wattwise, freezer)
    assert only_meter(entry).subentry.data[CONF_ENTITIES] == {"power": successor.id}


async def test_a_sensor_that_moves_to_another_device(wattwise: HomeAssistant) -> None:
    """What we show of the meter goes with it, at once."""
    node = Node(wattwise)
    other = Node(wattwise, node)
    power = node.sensor("Power", "power", "W")
    entry = await async_add_household(wattwise, entity_meter({"power": power.id}))

    def devices_of_meter() -> set[str | None]:
        mine = er.async_entries_for_config_entry(node.registry, entry.entry_id)
        return {entity.device_id for entity in mine if entity.config_subentry_id}

    assert devices_of_meter() == {node.device.id}
    node.registry.async_update_entity(power.entity_id, device_id=other.device.id)
    await wattwise.async_block_till_done()
    assert devices_of_meter() == {other.device.id}


async def test_a_node_that_is_away(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The meter is away with it, and back with it, at once."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    energy = node.sensor("Energy", "energy", "kWh")
    await node.show(power, 400, "W")
    await node.show(energy, 10, "kWh")
    entry = await async_add_household(
        wattwise, entity_meter({"power": power.id, "energy_import": energy.id})
    )
    await only_meter(entry).history.flush()
    await wattwise.async_block_till_done(wait_background_tasks=True)
    connection = node.registry.async_get_entity_id(
        "binary_sensor", DOMAIN, f"{only_meter(entry).profile.meter_id}_connected"
    )
    assert connection is not None
    told = wattwise.states.get(connection)
    assert told is not None
    assert told.state == "on"

    for sensor in (power, energy):
        await node.show(sensor, STATE_UNAVAILABLE, "W")
    told = wattwise.states.get(connection)
    assert told is not None
    assert told.state == "off"

    freezer.tick(timedelta(minutes=30))
    await node.show(energy, 10.2, "kWh")
    await node.show(power, 420, "W")
    told = wattwise.states.get(connection)
    assert told is not None
    assert told.state == "on"
    assert await used_today(entry) == pytest.approx(200)


@pytest.mark.parametrize(
    ("told_kwh", "used_wh"),
    [
        # The counter begins again from nothing.
        ([0.0, 0.1, 0.3], 300.0),
        # It begins from nothing, and then remembers what it was.
        ([0.0, 1000.2, 1000.3], 300.0),
        # It comes back as it was.
        ([1000.0, 1000.3], 300.0),
    ],
)
async def test_a_node_that_restarts(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    told_kwh: list[float],
    used_wh: float,
) -> None:
    """Whatever the counter does then, nothing is counted that was not used."""
    freezer.move_to("2026-06-01 06:00:00+00:00")
    node = Node(wattwise)
    energy = node.sensor("Energy", "energy", "kWh")
    await node.show(energy, 1000.0, "kWh")
    entry = await async_add_household(
        wattwise, entity_meter({"energy_import": energy.id})
    )
    freezer.tick(timedelta(minutes=10))
    await node.show(energy, STATE_UNAVAILABLE, "kWh")
    for value in told_kwh:
        freezer.tick(timedelta(minutes=10))
        await node.show(energy, value, "kWh")
        async_fire_time_changed(wattwise)
        await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await used_today(entry) == pytest.approx(used_wh)


async def test_another_unit(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The user may have Home Assistant show kW instead of W, and MWh of kWh."""
    node = Node(wattwise)
    power = node.sensor("Power", "power", "W")
    energy = node.sensor("Energy", "energy", "kWh")
    await node.show(power, 400, "W")
    await node.show(energy, 10, "kWh")
    entry = await async_add_household(
        wattwise, entity_meter({"power": power.id, "energy_import": energy.id})
    )
    freezer.tick(timedelta(minutes=10))
    await node.show(power, 0.41, "kW")
    await node.show(energy, 0.0101, "MWh")
    assert await newest(entry, Channel.POWER) == pytest.approx(410)
    assert await used_today(entry) == pytest.approx(100)
