"""What a household can show no more is gone; what it may show again is kept."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.wattwise.const import (
    CONF_ENTITIES,
    CONF_PARENT,
    CONF_PRICE,
    CONF_ROLE,
    CONF_TARIFF,
    DOMAIN,
    TARIFF_FLAT,
)
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

from .homes import async_add_household, entity_meter, only_meter, push_meter
from .test_meters import pass_time, report

PRICE = {CONF_TARIFF: TARIFF_FLAT, CONF_PRICE: 0.3}
VALUES = {channel.value: 1.0 for channel in Channel if channel is not Channel.PRICE}
VALUES[Channel.FREQUENCY] = 50.0


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> set[str]:
    """Return the unique ids of the household's entities."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    return {entity.unique_id for entity in entities}


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, name: str, **data: Any
) -> None:
    """Change the settings of a meter as its flow does."""
    meter = next(m for m in entry.subentries.values() if m.title == name)
    hass.config_entries.async_update_subentry(entry, meter, data={**meter.data, **data})
    await hass.async_block_till_done(wait_background_tasks=True)


class Plug:
    """A device of another integration with a sensor of power."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Register the device and its sensor."""
        integration = MockConfigEntry(domain="plugs")
        integration.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=integration.entry_id, identifiers={("plugs", "1")}
        )
        self.power = er.async_get(hass).async_get_or_create(
            "sensor",
            "plugs",
            "power",
            config_entry=integration,
            device_id=self.device.id,
        )


@pytest.mark.parametrize("role", MeterRole)
async def test_all_that_is_shown_is_kept(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, role: MeterRole
) -> None:
    """Nothing that a set-up makes is taken for something that it does not make."""
    meters = [push_meter(name.lower(), name, role) for name in ("One", "Two")]
    meters += [push_meter("roof", "Roof", MeterRole.PRODUCTION)]
    entry = await async_add_household(wattwise, *meters, options=PRICE, country="BE")
    await change(wattwise, entry, "Two", **{CONF_PARENT: meters[0].subentry_id})
    await pass_time(wattwise, freezer, 61)
    for name in ("One", "Two", "Roof"):
        await report(wattwise, entry, name, **VALUES)
    await pass_time(wattwise, freezer, 6)
    shown = registered(wattwise, entry)
    assert {f"meter-one_{channel}" for channel in VALUES} <= shown

    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert registered(wattwise, entry) == shown


async def test_another_role(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What only a meter of the former role shows goes, of it and of the household."""
    entry = await async_add_household(wattwise, push_meter(), options=PRICE)
    await pass_time(wattwise, freezer, 61)
    await report(wattwise, entry, power=400, energy_import=1000)
    await pass_time(wattwise, freezer, 6)
    costs = {
        "household-Home_cost_today",
        f"{only_meter(entry).profile.meter_id}_cost_today",
    }
    before = registered(wattwise, entry)
    of_the_grid = {"household-Home_grid_import_power", "household-Home_overload"}
    assert costs | of_the_grid <= before

    await change(wattwise, entry, "Grid", **{CONF_ROLE: MeterRole.PRODUCTION.value})
    after = registered(wattwise, entry)
    assert not after & costs
    assert {key.removeprefix("household-Home_") for key in after if "Home" in key} == {
        "advice",
        "alerts",
        "history_size",
        "anomaly_detection",
        "production_drop",
        "this_was_normal",
        "production_power",
        "production_today",
        "production_peak_power",
        "production_peak_time",
        *(
            f"production_forecast_{when}"
            for when in ("next_hour", "rest_of_today", "today", "tomorrow")
        ),
        *(
            f"voltage_{side}_{level}_limit"
            for side in ("low", "high")
            for level in ("warning", "critical")
        ),
    }
    meter_id = only_meter(entry).profile.meter_id
    of_use = {
        f"{meter_id}_{key}"
        for key in (
            "usage_zone",
            "usage_interval",
            "typical_use",
            "mean_power",
            "high_use",
        )
    }
    assert of_use <= before
    assert not after & of_use
    kept = {key for key in before if not key.startswith("household")} - costs - of_use
    assert kept <= after


async def test_another_place(wattwise: HomeAssistant) -> None:
    """Without parts a meter has no remainder; with them again, the one from before."""
    whole = push_meter("whole", "Heat pump", MeterRole.APPLIANCE)
    part = push_meter("part", "Fan", MeterRole.APPLIANCE)
    entry = await async_add_household(wattwise, whole, part)
    await change(wattwise, entry, "Fan", **{CONF_PARENT: whole.subentry_id})
    remainder = {"meter-whole_untracked_power", "meter-whole_untracked_today"}
    assert remainder <= registered(wattwise, entry)

    registry = er.async_get(wattwise)
    entity_id = registry.async_get_entity_id(
        "sensor", DOMAIN, "meter-whole_untracked_power"
    )
    assert entity_id is not None
    registry.async_update_entity(
        entity_id, name="Rest", new_entity_id="sensor.rest_of_the_heat_pump"
    )

    await change(wattwise, entry, "Fan", **{CONF_PARENT: None})
    assert not remainder & registered(wattwise, entry)

    await change(wattwise, entry, "Fan", **{CONF_PARENT: whole.subentry_id})
    again = registry.async_get("sensor.rest_of_the_heat_pump")
    assert again is not None
    assert again.unique_id == "meter-whole_untracked_power"
    assert again.name == "Rest"


async def test_fewer_grid_meters(wattwise: HomeAssistant) -> None:
    """With one of them left, there is nothing to sum up."""
    entry = await async_add_household(
        wattwise, push_meter("one", "One"), push_meter("two", "Two")
    )
    sums = {"household-Home_imported_today", "household-Home_exported_today"}
    assert sums <= registered(wattwise, entry)

    two = next(m for m in entry.subentries.values() if m.title == "Two")
    wattwise.config_entries.async_remove_subentry(entry, two.subentry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert not sums & registered(wattwise, entry)
    assert "household-Home_consumption_power" in registered(wattwise, entry)


async def test_a_meter_that_moves_to_a_foreign_device(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Its own device goes, with the values that the other device shows itself."""
    wattwise.states.async_set("sensor.loose", "40", {"unit_of_measurement": "W"})
    entry = await async_add_household(
        wattwise, entity_meter({"power": "sensor.loose"}), push_meter()
    )
    await pass_time(wattwise, freezer, 6)
    power = "entities-Heat pump_power"
    assert power in registered(wattwise, entry)
    devices, registry = dr.async_get(wattwise), er.async_get(wattwise)
    own = devices.async_get_device_by_identifier(
        (DOMAIN, "entities-Heat pump"), entry.entry_id
    )
    assert own is not None

    plug = Plug(wattwise)
    await change(
        wattwise, entry, "Heat pump", **{CONF_ENTITIES: {"power": plug.power.id}}
    )
    assert power not in registered(wattwise, entry)
    assert devices.async_get(own.id) is None
    connected = registry.async_get_entity_id(
        "binary_sensor", DOMAIN, "entities-Heat pump_connected"
    )
    assert connected is not None
    entity = registry.async_get(connected)
    assert entity is not None
    assert entity.device_id == plug.device.id
    others = {
        device.name
        for device in dr.async_entries_for_config_entry(devices, entry.entry_id)
    }
    assert others == {"Home", "Grid"}


async def test_a_device_that_others_have_entities_on(wattwise: HomeAssistant) -> None:
    """It is left to the user, who may delete it then."""
    entry = await async_add_household(wattwise, entity_meter({"power": "sensor.loose"}))
    devices, registry = dr.async_get(wattwise), er.async_get(wattwise)
    own = devices.async_get_device_by_identifier(
        (DOMAIN, "entities-Heat pump"), entry.entry_id
    )
    assert own is not None
    registry.async_get_or_create("sensor", "sums", "daily", device_id=own.id)
    plug = Plug(wattwise)
    await change(
        wattwise, entry, "Heat pump", **{CONF_ENTITIES: {"power": plug.power.id}}
    )
    assert devices.async_get(own.id) is not None


async def test_what_has_not_been_reported_yet_is_kept(
    wattwise: HomeAssistant,
) -> None:
    """A meter that is silent after a loss of its history keeps names and settings."""
    entry = await async_add_household(wattwise, push_meter(), options=PRICE)
    meter_id = only_meter(entry).profile.meter_id
    (subentry,) = entry.subentries
    keys = [*VALUES, "energy_import_this_month", "cost_today"]
    for key in keys:
        er.async_get(wattwise).async_get_or_create(
            "sensor",
            DOMAIN,
            f"{meter_id}_{key}",
            config_entry=entry,
            config_subentry_id=subentry,
            disabled_by=er.RegistryEntryDisabler.USER if key == "power" else None,
        )
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert {f"{meter_id}_{key}" for key in keys} <= registered(wattwise, entry)


async def test_deleting_devices(
    wattwise: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """The household and its meters stay; what stands for nothing can be deleted."""
    assert await async_setup_component(wattwise, "config", {})
    entry = await async_add_household(wattwise, push_meter())
    devices = dr.async_get(wattwise)
    at_work = dr.async_entries_for_config_entry(devices, entry.entry_id)
    assert len(at_work) == 2
    left = devices.async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "meter-of-old")}
    )
    client = await hass_ws_client(wattwise)
    for device in (*at_work, left):
        response = await client.remove_device(device.id)
        assert response["success"] is (device is left)
    assert devices.async_get(left.id) is None
