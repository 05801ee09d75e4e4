"""What the homeowner sees of meters: entities through the day and its mishaps."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.wattwise.actions.meter_target import async_target_meter
from custom_components.wattwise.const import CONF_PRICE, CONF_TARIFF, DOMAIN
from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.components.sensor import SensorStateClass
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from .homes import async_add_household, entity_meter, only_meter, push_meter


async def report(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    name: str | None = None,
    **values: float,
) -> None:
    """Let a meter report values now."""
    meters = entry.runtime_data.meters.values()
    meter = next(m for m in meters if name in (None, m.name))
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    readings = [Reading(Channel(c), now_ms, value) for c, value in values.items()]
    await meter.history.append(meter.profile, readings)
    await meter.coordinator.async_refresh()
    await hass.async_block_till_done()


def state(hass: HomeAssistant, entity_id: str) -> Any:
    """Return a state as a number where it is one."""
    found = hass.states.get(entity_id)
    assert found is not None, sorted(hass.states.async_entity_ids())
    try:
        return float(found.state)
    except ValueError:
        return found.state


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass for timers and clocks alike."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        # The batch of readings nobody waits for is committed by the loop's clock.
        await entry.runtime_data.history.flush()
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_grid_meter(wattwise: HomeAssistant) -> None:
    """A meter's channels appear as they are first heard of."""
    entry = await async_add_household(
        wattwise, push_meter(), options={CONF_TARIFF: "flat", CONF_PRICE: 0.30}
    )
    assert wattwise.states.get("sensor.grid_power") is None
    assert state(wattwise, "binary_sensor.grid_connection") == STATE_OFF
    await report(
        wattwise,
        entry,
        power=500.04,
        energy_import=1_234_567.0,
        energy_export=12_000.0,
        voltage_l1=230.14,
        current_l1=2.189,
        frequency=49.98,
        power_factor=0.97,
    )
    await report(wattwise, entry, energy_import=1_235_467.0, energy_export=12_000.0)
    assert state(wattwise, "binary_sensor.grid_connection") == STATE_ON
    assert state(wattwise, "sensor.grid_power") == 500.0
    assert state(wattwise, "sensor.grid_voltage") == 230.1
    assert state(wattwise, "sensor.grid_current") == 2.19
    assert state(wattwise, "sensor.grid_frequency") == 49.98
    assert state(wattwise, "sensor.grid_power_factor") == 0.97
    registry = er.async_get(wattwise)
    ids = {
        entity.unique_id.removeprefix("meter-key-of-the-grid-meter_"): entity.entity_id
        for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
    }
    register = wattwise.states.get(ids["energy_import"])
    assert register is not None
    assert float(register.state) == 1_235.467
    # What the Energy dashboard asks of a sensor.
    assert register.attributes["device_class"] == "energy"
    assert register.attributes["state_class"] == SensorStateClass.TOTAL_INCREASING
    assert register.attributes["unit_of_measurement"] == "kWh"
    assert state(wattwise, ids["energy_import_today"]) == 0.9
    assert state(wattwise, ids["energy_import_this_month"]) == 0.9
    assert state(wattwise, ids["energy_import_yesterday"]) == 0.0
    cost = wattwise.states.get(ids["cost_today"])
    assert cost is not None
    assert float(cost.state) == pytest.approx(0.27)
    assert cost.attributes["unit_of_measurement"] == "EUR"
    assert cost.attributes["last_reset"]
    # Forecasts wait for a first whole day, a judgement of the voltage for 10 minutes,
    # what is usual for weeks.
    unknown = {s.entity_id for s in wattwise.states.async_all() if s.state == "unknown"}
    waits = ("forecast", "peak", "within_10", "usage_zone", "high_use", "expected")
    # Nothing was wrong yet, and nobody has looked for advice.
    waits += ("alerts", "advice", "saving")
    waits += ("standby_rising", "unusual_consumption", "left_on")
    # Kinds of days are told apart after four weeks.
    waits += ("day_type",)
    # Nobody said what kind of home it is.
    waits += ("similar_homes", "yearly_use")
    # A rhythm needs four weeks.
    waits += ("daily_rhythm",)
    assert {e for e in unknown if not any(word in e for word in waits)} == set()


async def test_silent_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A silent meter's momentary values go, its energy stays; both come back."""
    entry = await async_add_household(wattwise, push_meter(interval=30))
    await report(wattwise, entry, power=500, energy_import=1_000)
    await pass_time(wattwise, freezer, 80)
    assert state(wattwise, "binary_sensor.grid_connection") == STATE_ON
    await pass_time(wattwise, freezer, 31)
    assert state(wattwise, "binary_sensor.grid_connection") == STATE_OFF
    assert state(wattwise, "sensor.grid_power") == STATE_UNAVAILABLE
    assert state(wattwise, "sensor.home_power_consumption") == STATE_UNAVAILABLE
    registry = er.async_get(wattwise)
    register = registry.async_get_entity_id(
        "sensor", DOMAIN, "meter-key-of-the-grid-meter_energy_import"
    )
    assert register
    assert state(wattwise, register) == 1.0
    await report(wattwise, entry, power=510)
    assert state(wattwise, "binary_sensor.grid_connection") == STATE_ON
    assert state(wattwise, "sensor.grid_power") == 510


async def test_values_survive_a_restart(wattwise: HomeAssistant) -> None:
    """After a reload energy is there at once, without a reading."""
    entry = await async_add_household(wattwise, push_meter())
    await report(wattwise, entry, power=500, energy_import=7_000)
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    registry = er.async_get(wattwise)
    register = registry.async_get_entity_id(
        "sensor", DOMAIN, "meter-key-of-the-grid-meter_energy_import"
    )
    assert register
    assert state(wattwise, register) == 7.0


async def test_busy_meter_does_not_flood_the_recorder(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """However fast a meter reports, its entities change every five seconds."""
    entry = await async_add_household(wattwise, push_meter())
    await report(wattwise, entry, power=1)
    await pass_time(wattwise, freezer, 6)
    meter = only_meter(entry)
    seen = set()
    for number in range(20):
        now_ms = int(datetime.now(UTC).timestamp() * 1000) + number
        await meter.history.append(
            meter.profile, [Reading(Channel.POWER, now_ms, 100.0 + number)]
        )
        await wattwise.async_block_till_done()
        seen.add(state(wattwise, "sensor.grid_power"))
    assert len(seen) <= 2
    await pass_time(wattwise, freezer, 6)
    assert state(wattwise, "sensor.grid_power") == 119


async def test_household_with_a_roof(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Consumption is what the grid gives and the roof produces."""
    entry = await async_add_household(
        wattwise,
        push_meter(),
        push_meter("roof", "Roof", MeterRole.PRODUCTION),
        push_meter("boiler", "Boiler", MeterRole.APPLIANCE),
    )
    await report(
        wattwise, entry, "Grid", power=-1_500, energy_import=0, energy_export=0
    )
    await report(wattwise, entry, "Roof", power=2_000, energy_export=0)
    await report(wattwise, entry, "Boiler", power=300, energy_import=0)
    freezer.tick(60)
    await report(wattwise, entry, "Grid", energy_import=400, energy_export=100)
    await report(wattwise, entry, "Roof", energy_export=700)
    await pass_time(wattwise, freezer, 6)
    await report(wattwise, entry, "Grid", power=-1_500)
    await report(wattwise, entry, "Roof", power=2_000)
    await pass_time(wattwise, freezer, 6)
    assert state(wattwise, "sensor.home_power_consumption") == 500
    registry = er.async_get(wattwise)

    def household(key: str) -> Any:
        entity_id = registry.async_get_entity_id(
            "sensor", DOMAIN, f"household-Home_{key}"
        )
        assert entity_id
        return state(wattwise, entity_id)

    assert household("production_power") == 2_000
    assert household("consumption_today") == pytest.approx(1.0)
    assert household("production_today") == pytest.approx(0.7)


async def test_devices(wattwise: HomeAssistant) -> None:
    """One device for the household, one for each meter, connected through it."""
    entry = await async_add_household(wattwise, push_meter())
    devices = {
        device.name: device
        for device in dr.async_entries_for_config_entry(
            dr.async_get(wattwise), entry.entry_id
        )
    }
    assert set(devices) == {"Home", "Grid"}
    assert devices["Grid"].via_device_id == devices["Home"].id


async def test_meter_of_entities(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Sensors of another integration become a meter, in their own units."""
    watts = {"unit_of_measurement": "kW"}
    kwh = {"unit_of_measurement": "MWh"}
    wattwise.states.async_set("sensor.hp_power", "1.5", watts)
    wattwise.states.async_set("sensor.hp_energy", "2.5", kwh)
    entry = await async_add_household(
        wattwise,
        entity_meter({"power": "sensor.hp_power", "energy_import": "sensor.hp_energy"}),
    )
    await pass_time(wattwise, freezer, 6)
    meter = only_meter(entry)
    assert meter.coordinator.latest[Channel.POWER].value == 1_500
    assert meter.coordinator.latest[Channel.ENERGY_IMPORT].register_wh == 2_500_000
    assert state(wattwise, "binary_sensor.heat_pump_connection") == STATE_ON

    # A restart of the other integration: unavailable, zero for a moment, back again.
    for value in ("unavailable", "unknown", "0", "2.5001", "2.5002"):
        freezer.tick(1)
        wattwise.states.async_set("sensor.hp_energy", value, kwh)
    await pass_time(wattwise, freezer, 6)
    assert meter.coordinator.latest[Channel.ENERGY_IMPORT].register_wh == (
        pytest.approx(2_500_200)
    )

    # A value that stays the same is still a value: power goes on being integrated.
    await pass_time(wattwise, freezer, 61)
    await pass_time(wattwise, freezer, 6)
    age = datetime.now(UTC).timestamp() * 1000
    assert age - meter.coordinator.latest[Channel.POWER].time_ms < 30_000

    for entity_id in ("sensor.hp_power", "sensor.hp_energy"):
        wattwise.states.async_set(entity_id, "unavailable")
    await pass_time(wattwise, freezer, 31)
    assert state(wattwise, "binary_sensor.heat_pump_connection") == STATE_OFF


async def test_entity_with_a_foreign_unit_is_counted_as_refused(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A sensor that turns into a thermometer does not spoil the history."""
    wattwise.states.async_set("sensor.p", "20", {"unit_of_measurement": "°C"})
    entry = await async_add_household(
        wattwise, entity_meter({"power": "sensor.p"}, energy_kind=EnergyKind.POWER)
    )
    wattwise.states.async_set("sensor.p", "warm", {"unit_of_measurement": "W"})
    await pass_time(wattwise, freezer, 6)
    meter = only_meter(entry)
    reasons = {i.reason for i in await meter.history.refused(meter.profile.meter_id)}
    assert reasons == {"unknown_unit", "not_a_number"}


async def test_meter_on_the_device_of_another_integration(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The meter's entities stand on the device they come from; renames are followed."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(wattwise)
    device = dr.async_get(wattwise).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "plug")}, name="Plug"
    )
    registry = er.async_get(wattwise)
    source = registry.async_get_or_create(
        "sensor", "other", "p", config_entry=other, device_id=device.id
    )
    registry.async_update_entity(source.entity_id, new_entity_id="sensor.plug_now")
    wattwise.states.async_set("sensor.plug_now", "360", {"unit_of_measurement": "W"})
    entry = await async_add_household(
        wattwise, entity_meter({"power": source.id}, energy_kind=EnergyKind.POWER)
    )
    await pass_time(wattwise, freezer, 61)
    await pass_time(wattwise, freezer, 10)
    await pass_time(wattwise, freezer, 31)
    mine = er.async_entries_for_config_entry(registry, entry.entry_id)
    assert {e.device_id for e in mine if e.config_subentry_id} == {device.id}
    assert any(e.unique_id.endswith("_energy_import") for e in mine)
    # The plug has a power sensor; a second one would only confuse.
    assert not any(e.unique_id == "entities-Heat pump_power" for e in mine)
    registry.async_remove("sensor.plug_now")
    await wattwise.config_entries.async_reload(entry.entry_id)
    issue = ir.async_get(wattwise).async_get_issue(
        DOMAIN, "source_entity_missing_entities-Heat pump"
    )
    assert issue is not None


async def test_price_of_an_entity(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A price sensor in cents is followed."""
    freezer.move_to("2026-06-01 12:00:00+00:00")
    cents = {"unit_of_measurement": "ct/kWh"}
    wattwise.states.async_set("sensor.price", "30", cents)
    entry = await async_add_household(
        wattwise,
        push_meter(),
        options={CONF_TARIFF: "entity", "price_entity": "sensor.price"},
    )
    await report(wattwise, entry, energy_import=0)
    await pass_time(wattwise, freezer, 3_600)
    await report(wattwise, entry, energy_import=1_000)
    wattwise.states.async_set("sensor.price", "10", cents)
    wattwise.states.async_set("sensor.price", "unavailable", cents)
    await pass_time(wattwise, freezer, 3_600)
    await report(wattwise, entry, energy_import=2_000)
    assert only_meter(entry).coordinator.data.cost_today == pytest.approx(
        0.40, abs=0.02
    )


async def push_power(
    meter: Meter, watts: float, seconds: float = 0, *, live: bool = True
) -> None:
    """Store a power reading of so many seconds from now."""
    time_ms = int((datetime.now(UTC).timestamp() + seconds) * 1000)
    await meter.history.append(
        meter.profile, [Reading(Channel.POWER, time_ms, watts)], live=live
    )


async def test_meter_whose_clock_is_behind(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A device clock a minute late does not hide what just arrived."""
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    await push_power(meter, 400, -700)
    await wattwise.async_block_till_done()
    assert meter.coordinator.connected
    assert meter.coordinator.current(Channel.POWER) is None
    await push_power(meter, 500, -61)
    await wattwise.async_block_till_done()
    assert meter.coordinator.current(Channel.POWER) == 500
    # Older ones that come late do not make it younger.
    await pass_time(wattwise, freezer, 50)
    await push_power(meter, 300, -300)
    await pass_time(wattwise, freezer, 20)
    assert meter.coordinator.connected
    assert meter.coordinator.current(Channel.POWER) is None


async def test_clock_that_was_ahead(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """After the clock is set right, a silent meter is silent and entities are read."""
    watts = {"unit_of_measurement": "W"}
    freezer.move_to("2026-06-01 14:00:00+00:00")
    wattwise.states.async_set("sensor.p", "5", watts)
    entry = await async_add_household(
        wattwise, push_meter(), entity_meter({"power": "sensor.p"})
    )
    grid, pump = entry.runtime_data.meters.values()
    await push_power(grid, 500)
    await grid.history.flush()
    await wattwise.async_block_till_done()
    assert grid.coordinator.connected

    freezer.move_to("2026-06-01 12:00:00+00:00")
    assert not grid.coordinator.connected
    assert grid.coordinator.current(Channel.POWER) is None
    wattwise.states.async_set("sensor.p", "6", watts)
    with patch.object(pump.history, "enqueue") as enqueue:
        wattwise.states.async_set("sensor.p", "7", watts)
        freezer.tick(1)
        wattwise.states.async_set("sensor.p", "8", watts)
        await wattwise.async_block_till_done()
    assert [call.args[1].value for call in enqueue.call_args_list][-1] == 8


async def test_import_does_not_make_a_meter_look_alive(
    wattwise: HomeAssistant,
) -> None:
    """Who imports the past hears nothing of the meter."""
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    await push_power(meter, 500, -3_600, live=False)
    await wattwise.async_block_till_done()
    assert Channel.POWER in meter.coordinator.latest
    assert not meter.coordinator.connected
    assert meter.coordinator.last_seen is None


async def test_renamed_and_removed_sources_are_noticed_at_once(
    wattwise: HomeAssistant,
) -> None:
    """Nobody has to restart anything after renaming a sensor."""
    registry = er.async_get(wattwise)
    power = registry.async_get_or_create("sensor", "other", "p")
    price = registry.async_get_or_create("sensor", "other", "price")
    entry = await async_add_household(
        wattwise,
        entity_meter({"power": power.id}),
        options={CONF_TARIFF: "entity", "price_entity": price.id},
    )
    registry.async_update_entity(power.entity_id, new_entity_id="sensor.new_power")
    await wattwise.async_block_till_done()
    wattwise.states.async_set("sensor.new_power", "7", {"unit_of_measurement": "W"})
    await wattwise.async_block_till_done()
    meter = only_meter(entry)
    await meter.history.flush()
    await wattwise.async_block_till_done()
    assert meter.coordinator.latest[Channel.POWER].value == 7

    issues = ir.async_get(wattwise)
    registry.async_update_entity(price.entity_id, name="Only another name")
    await wattwise.async_block_till_done()
    assert only_meter(entry) is meter
    for entity_id, issue in (
        ("sensor.new_power", "source_entity_missing_entities-Heat pump"),
        (price.entity_id, "price_entity_unusable_household-Home"),
    ):
        registry.async_remove(entity_id)
        await wattwise.async_block_till_done()
        assert issues.async_get_issue(DOMAIN, issue)


async def test_several_meters_on_one_foreign_device(wattwise: HomeAssistant) -> None:
    """The second meter has a device of its own; no action guesses between two."""
    other = MockConfigEntry(domain="other")
    other.add_to_hass(wattwise)
    device = dr.async_get(wattwise).async_get_or_create(
        config_entry_id=other.entry_id, identifiers={("other", "em")}, name="Shelly"
    )
    registry = er.async_get(wattwise)
    one, two = (
        registry.async_get_or_create(
            "sensor", "other", unique_id, config_entry=other, device_id=device.id
        ).id
        for unique_id in ("a", "b")
    )
    entry = await async_add_household(
        wattwise,
        entity_meter({"power": one}, "Sauna"),
        entity_meter({"power": two}, "Oven"),
    )
    devices = {
        subentry.title: {
            entity.device_id
            for entity in er.async_entries_for_config_entry(registry, entry.entry_id)
            if entity.config_subentry_id == subentry.subentry_id
        }
        for subentry in entry.subentries.values()
    }
    assert devices["Sauna"] == {device.id}
    (own,) = devices["Oven"]
    assert own
    assert own != device.id
    own_device = dr.async_get(wattwise).async_get(own)
    assert own_device
    assert own_device.name == "Oven"
    assert async_target_meter(wattwise, device.id).name == "Sauna"
    assert async_target_meter(wattwise, own).name == "Oven"

    await async_add_household(
        wattwise, entity_meter({"power": one}, "Neighbour"), name="Cabin"
    )
    with pytest.raises(ServiceValidationError) as raised:
        async_target_meter(wattwise, device.id)
    assert raised.value.translation_key == "meter_ambiguous"
    assert raised.value.translation_placeholders == {"device": "Shelly"}
