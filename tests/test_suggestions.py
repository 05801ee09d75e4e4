"""Which meters the sensors of Home Assistant would make."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.flows.suggestions import (
    SuggestedMeter,
    async_suggest_meters,
    async_suggest_meters_of,
)
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.components.energy.data import async_get_manager
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

UNITS = {"power": "W", "energy": "kWh", "voltage": "V", "current": "A"}


@pytest.fixture
def owner(hass: HomeAssistant) -> MockConfigEntry:
    """Return the entry that devices of another integration belong to."""
    entry = MockConfigEntry(domain="inverters")
    entry.add_to_hass(hass)
    return entry


def add_device(
    hass: HomeAssistant, owner: MockConfigEntry, name: str, **sensors: str
) -> dr.DeviceEntry:
    """Add a device with sensors given as id=device class."""
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("inverters", name)}, name=name
    )
    for object_id, device_class in sensors.items():
        add_sensor(hass, owner, object_id, device_class, device_id=device.id)
    return device


def add_sensor(
    hass: HomeAssistant,
    owner: MockConfigEntry,
    object_id: str,
    device_class: str,
    platform: str = "inverters",
    **entry: Any,
) -> None:
    """Add a registered sensor with a value."""
    is_energy = device_class == "energy"
    er.async_get(hass).async_get_or_create(
        "sensor",
        platform,
        object_id,
        config_entry=owner,
        suggested_object_id=object_id,
        original_device_class=device_class,
        unit_of_measurement=UNITS[device_class],
        capabilities={
            "state_class": "total_increasing" if is_energy else "measurement"
        },
        **entry,
    )
    hass.states.async_set(f"sensor.{object_id}", "1")


async def set_dashboard(
    hass: HomeAssistant,
    sources: list[dict[str, Any]],
    devices: list[dict[str, Any]] | None = None,
) -> None:
    """Set up the Energy dashboard as its editor does."""
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    update: Any = {"energy_sources": sources, "device_consumption": devices or []}
    await manager.async_update(update)


async def test_no_sensors(hass: HomeAssistant) -> None:
    """Without sensors nothing is suggested."""
    assert await async_suggest_meters(hass) == []


async def test_dashboard_that_was_never_set_up(hass: HomeAssistant) -> None:
    """The Energy dashboard may be there without knowing anything."""
    hass.config.components.add("energy")

    assert await async_suggest_meters(hass) == []


async def test_devices(hass: HomeAssistant, owner: MockConfigEntry) -> None:
    """Devices that measure power or energy are suggested by name."""
    add_device(hass, owner, "washer", washer_power="power", washer_voltage="voltage")
    fridge = add_device(hass, owner, "Plug 7", fridge_energy="energy")
    dr.async_get(hass).async_update_device(fridge.id, name_by_user="Fridge")
    add_device(hass, owner, "Thermometer", thermometer_voltage="voltage")

    assert await async_suggest_meters(hass) == [
        SuggestedMeter("Fridge", {Channel.ENERGY_IMPORT: "sensor.fridge_energy"}),
        SuggestedMeter(
            "washer",
            {
                Channel.POWER: "sensor.washer_power",
                Channel.VOLTAGE_L1: "sensor.washer_voltage",
            },
        ),
    ]


async def test_sensors_that_are_no_choice(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """Disabled sensors, those without a device and our own are left out."""
    device = add_device(hass, owner, "Plug")
    add_sensor(
        hass,
        owner,
        "disabled",
        "power",
        device_id=device.id,
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    add_sensor(hass, owner, "own", "power", DOMAIN, device_id=device.id)
    add_sensor(hass, owner, "homeless", "power")
    er.async_get(hass).async_get_or_create(
        "number",
        "inverters",
        "limit",
        device_id=device.id,
        original_device_class="power",
    )

    assert await async_suggest_meters(hass) == []


async def test_sensors_that_are_hidden(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """What an integration does not show counts only where nothing else does."""
    hidden = {"disabled_by": er.RegistryEntryDisabler.INTEGRATION}
    device = add_device(hass, owner, "Plug", plug_power="power")
    for object_id, device_class in (
        ("plug_energy", "energy"),
        ("plug_apparent_power", "power"),
        ("plug_voltage", "voltage"),
    ):
        add_sensor(hass, owner, object_id, device_class, device_id=device.id, **hidden)

    (meter,) = await async_suggest_meters_of(hass, device.id)

    assert meter == SuggestedMeter(
        "Plug",
        {
            Channel.POWER: "sensor.plug_power",
            Channel.ENERGY_IMPORT: "sensor.plug_energy",
        },
        switched_off=frozenset({"sensor.plug_energy"}),
    )
    assert await async_suggest_meters_of(hass, "another") == []


async def test_sensors_that_tell_only_a_unit(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """Firmware that people build often leaves out the class; joules may be heat."""
    device = add_device(hass, owner, "Node")
    for object_id, unit in (("node_power", "kW"), ("node_heat", "MJ")):
        er.async_get(hass).async_get_or_create(
            "sensor",
            "inverters",
            object_id,
            suggested_object_id=object_id,
            config_entry=owner,
            device_id=device.id,
            unit_of_measurement=unit,
        )

    assert await async_suggest_meters(hass) == [
        SuggestedMeter("Node", {Channel.POWER: "sensor.node_power"})
    ]


async def test_dashboard(hass: HomeAssistant, owner: MockConfigEntry) -> None:
    """Each source of the Energy dashboard has its role and direction."""
    add_device(
        hass,
        owner,
        "Smart meter",
        grid_in="energy",
        grid_out="energy",
        grid_power="power",
        grid_voltage="voltage",
        grid_import_t1="energy",
    )
    add_device(
        hass, owner, "Inverter", pv_total="energy", pv_power="power", bat_power="power"
    )
    add_device(hass, owner, "Heat pump", pump_energy="energy", pump_power="power")
    for name in ("bat_in", "bat_out", "bat2_in", "bat2_out", "bat2_power", "car"):
        hass.states.async_set(f"sensor.{name}", "1", {"friendly_name": f"My {name}"})
    await set_dashboard(
        hass,
        [
            {
                "type": "grid",
                "stat_energy_from": "sensor.grid_in",
                "stat_energy_to": "sensor.grid_out",
                "cost_adjustment_day": 0,
            },
            {
                "type": "solar",
                "stat_energy_from": "sensor.pv_total",
                "stat_rate": "sensor.pv_power",
                "name": "Roof",
            },
            {
                "type": "battery",
                "stat_energy_from": "sensor.bat_out",
                "stat_energy_to": "sensor.bat_in",
                "stat_rate": "sensor.bat_power",
            },
            {
                "type": "battery",
                "stat_energy_from": "sensor.bat2_out",
                "stat_energy_to": "sensor.bat2_in",
                "power_config": {"stat_rate_inverted": "sensor.bat2_power"},
            },
            {"type": "gas", "stat_energy_from": "sensor.gas"},
        ],
        [
            {"stat_consumption": "sensor.pump_energy"},
            {"stat_consumption": "sensor.car", "name": "Car"},
        ],
    )

    meters = await async_suggest_meters(hass)

    assert meters == [
        SuggestedMeter(
            "Smart meter",
            {
                Channel.ENERGY_IMPORT: "sensor.grid_in",
                Channel.ENERGY_EXPORT: "sensor.grid_out",
                Channel.POWER: "sensor.grid_power",
                Channel.VOLTAGE_L1: "sensor.grid_voltage",
            },
            MeterRole.GRID,
        ),
        SuggestedMeter(
            "Roof",
            {
                Channel.ENERGY_EXPORT: "sensor.pv_total",
                Channel.POWER: "sensor.pv_power",
            },
            MeterRole.PRODUCTION,
        ),
        # Its power counts discharging as positive, so it is not taken.
        SuggestedMeter(
            "My bat_in",
            {
                Channel.ENERGY_IMPORT: "sensor.bat_in",
                Channel.ENERGY_EXPORT: "sensor.bat_out",
            },
            MeterRole.BATTERY,
        ),
        SuggestedMeter(
            "My bat2_in",
            {
                Channel.ENERGY_IMPORT: "sensor.bat2_in",
                Channel.ENERGY_EXPORT: "sensor.bat2_out",
                Channel.POWER: "sensor.bat2_power",
            },
            MeterRole.BATTERY,
        ),
        SuggestedMeter(
            "Heat pump",
            {
                Channel.ENERGY_IMPORT: "sensor.pump_energy",
                Channel.POWER: "sensor.pump_power",
            },
            MeterRole.APPLIANCE,
        ),
        SuggestedMeter(
            "Car", {Channel.ENERGY_IMPORT: "sensor.car"}, MeterRole.APPLIANCE
        ),
    ]


async def test_device_of_several_sources(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """What else a shared device measures may belong to any of its sources."""
    add_device(
        hass,
        owner,
        "Inverter",
        inv_grid="energy",
        inv_solar="energy",
        inv_power="power",
        inv_voltage="voltage",
    )
    await set_dashboard(
        hass,
        [
            {"type": "grid", "stat_energy_from": "sensor.inv_grid"},
            {"type": "solar", "stat_energy_from": "sensor.inv_solar"},
        ],
    )

    grid, solar = await async_suggest_meters(hass)

    assert grid.channels == {Channel.ENERGY_IMPORT: "sensor.inv_grid"}
    assert solar.channels == {Channel.ENERGY_EXPORT: "sensor.inv_solar"}


async def test_further_circuit_of_a_known_device(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """Of a device with several circuits, the dashboard may know but one."""
    add_device(
        hass,
        owner,
        "Circuits",
        oven_energy="energy",
        oven_power="power",
        sauna_energy="energy",
    )
    await set_dashboard(
        hass,
        [],
        [{"stat_consumption": "sensor.oven_energy", "stat_rate": "sensor.oven_power"}],
    )

    oven, other = await async_suggest_meters(hass)

    assert oven.role is MeterRole.APPLIANCE
    assert other == SuggestedMeter(
        "Circuits", {Channel.ENERGY_IMPORT: "sensor.sauna_energy"}
    )


async def test_circuits_of_a_known_device(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """What one circuit measures is not taken for what another does."""
    add_device(
        hass,
        owner,
        "Panel",
        panel_total_power="power",
        panel_voltage="voltage",
        panel_clamp_1_power="power",
        panel_clamp_1_energy="energy",
        panel_clamp_2_power="power",
        panel_clamp_2_energy="energy",
        panel_clamp_3_power="power",
    )
    await set_dashboard(
        hass, [], [{"stat_consumption": "sensor.panel_clamp_2_energy", "name": "Oven"}]
    )

    assert await async_suggest_meters(hass) == [
        SuggestedMeter(
            "Oven",
            {
                Channel.ENERGY_IMPORT: "sensor.panel_clamp_2_energy",
                Channel.POWER: "sensor.panel_clamp_2_power",
                Channel.VOLTAGE_L1: "sensor.panel_voltage",
            },
            MeterRole.APPLIANCE,
        ),
        # What counts no energy may be the same as what the dashboard knows.
        SuggestedMeter(
            "Clamp 1",
            {
                Channel.POWER: "sensor.panel_clamp_1_power",
                Channel.ENERGY_IMPORT: "sensor.panel_clamp_1_energy",
                Channel.VOLTAGE_L1: "sensor.panel_voltage",
            },
            device="Panel",
        ),
    ]


async def test_socket_with_two_outputs(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """Shelly's integration makes a device of each output: each is a meter."""
    add_device(hass, owner, "Cellar")
    for output in (0, 1):
        device = add_device(hass, owner, f"Cellar Output {output}")
        for name, device_class in (
            ("Power", "power"),
            ("Energy", "energy"),
            ("Energy returned", "energy"),
            ("Energy consumed", "energy"),
            ("Voltage", "voltage"),
            ("Current", "current"),
        ):
            object_id = f"cellar_output_{output}_{name.lower().replace(' ', '_')}"
            add_sensor(
                hass,
                owner,
                object_id,
                device_class,
                device_id=device.id,
                original_name=name,
            )

    assert await async_suggest_meters(hass) == [
        SuggestedMeter(
            f"Cellar Output {output}",
            {
                Channel.POWER: f"sensor.cellar_output_{output}_power",
                Channel.ENERGY_IMPORT: f"sensor.cellar_output_{output}_energy",
                Channel.ENERGY_EXPORT: f"sensor.cellar_output_{output}_energy_returned",
                Channel.VOLTAGE_L1: f"sensor.cellar_output_{output}_voltage",
                Channel.CURRENT_L1: f"sensor.cellar_output_{output}_current",
            },
        )
        for output in (0, 1)
    ]


async def test_battery_power_is_not_guessed(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """The direction of a battery's power is not known."""
    add_device(
        hass,
        owner,
        "Battery",
        charged="energy",
        discharged="energy",
        some_power="power",
        ac_current="current",
    )
    await set_dashboard(
        hass,
        [
            {
                "type": "battery",
                "stat_energy_from": "sensor.discharged",
                "stat_energy_to": "sensor.charged",
            }
        ],
    )

    (battery,) = await async_suggest_meters(hass)

    assert battery.channels == {
        Channel.ENERGY_IMPORT: "sensor.charged",
        Channel.ENERGY_EXPORT: "sensor.discharged",
        Channel.CURRENT_L1: "sensor.ac_current",
    }


async def test_statistics_that_are_no_sensors(
    hass: HomeAssistant, owner: MockConfigEntry
) -> None:
    """Statistics of a supplier, removed sensors and our own make no meter."""
    add_sensor(hass, owner, "own", "energy", DOMAIN)
    await set_dashboard(
        hass,
        [
            {
                "type": "grid",
                "stat_energy_from": "supplier:energy",
                "stat_energy_to": None,
            },
            {"type": "solar", "stat_energy_from": "sensor.removed"},
        ],
        [{"stat_consumption": "sensor.own"}],
    )

    assert await async_suggest_meters(hass) == []
