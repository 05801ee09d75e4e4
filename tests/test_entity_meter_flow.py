"""Adding meters made of sensors, and changing them."""

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.wattwise.const import (
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    CONF_INTERVAL,
    CONF_ROLE,
    CONF_SOURCE,
    SOURCE_ENTITIES,
)
from homeassistant.components.energy.data import async_get_manager
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, section
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .meter_flows import (
    add_household,
    begin,
    default,
    field,
    household,
    meter_named,
    placeholders,
    reconfigure,
    set_sensor,
    submit,
    suggested,
)
from .translated_flows import translated_flows

__all__ = ["household", "translated_flows"]

URL = "/api/wattwise/data"


@pytest.fixture
def plug(
    hass: HomeAssistant,
    device_registry: dr.DeviceRegistry,
    entity_registry: er.EntityRegistry,
) -> dict[str, er.RegistryEntry]:
    """Return the sensors of a smart plug."""
    owner = MockConfigEntry(domain="plugs")
    owner.add_to_hass(hass)
    device = device_registry.async_get_or_create(
        config_entry_id=owner.entry_id, identifiers={("plugs", "1")}, name="Fridge plug"
    )
    entries = {}
    for what, device_class, unit, state_class, state in (
        ("power", "power", "W", "measurement", "81"),
        ("energy", "energy", "kWh", "total_increasing", "12.5"),
        ("voltage", "voltage", "V", "measurement", "229"),
        ("temperature", "temperature", "°C", "measurement", "31"),
    ):
        entry = entity_registry.async_get_or_create(
            "sensor",
            "plugs",
            f"1-{what}",
            config_entry=owner,
            device_id=device.id,
            original_device_class=device_class,
            original_name=what.capitalize(),
            unit_of_measurement=unit,
            capabilities={"state_class": state_class},
            suggested_object_id=f"fridge_plug_{what}",
        )
        set_sensor(
            hass,
            f"fridge_plug_{what}",
            state,
            unit,
            device_class=device_class,
            friendly_name=f"Fridge plug {what.capitalize()}",
        )
        entries[what] = entry
    return entries


async def test_suggested_meter(
    hass: HomeAssistant,
    household: MockConfigEntry,
    plug: dict[str, er.RegistryEntry],
) -> None:
    """A device is chosen, and its sensors are where they belong."""
    result = await begin(hass, household, "entities")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "entities"
    assert field(result, "suggestion").config["options"] == [
        {"value": "sensor.fridge_plug_energy", "label": "Fridge plug (3)"},
        {"value": "none", "label": "none"},
    ]

    result = await submit(hass, result, suggestion="sensor.fridge_plug_energy")
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "channels"
    assert suggested(result, CONF_NAME) == "Fridge plug"
    assert suggested(result, CONF_ROLE) == "grid"
    assert suggested(result, "power") == "sensor.fridge_plug_power"
    assert suggested(result, "energy_import") == "sensor.fridge_plug_energy"
    assert suggested(result, "voltage_l1") == "sensor.fridge_plug_voltage"
    assert suggested(result, "current_l1") is None
    for name in ("phases", "more"):
        assert isinstance(field(result, name), section)
        assert field(result, name).options["collapsed"] is True

    result = await submit(
        hass,
        result,
        name="Fridge",
        role="appliance",
        power="sensor.fridge_plug_power",
        energy_import="sensor.fridge_plug_energy",
        phases={},
        more={},
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meter = meter_named(household, "Fridge")
    assert meter.unique_id == f"entities-{plug['energy'].id}"
    assert dict(meter.data) == {
        CONF_SOURCE: SOURCE_ENTITIES,
        CONF_ROLE: "appliance",
        CONF_ENTITIES: {
            "power": plug["power"].id,
            "energy_import": plug["energy"].id,
        },
        CONF_ENERGY_KIND: "counter",
        CONF_INTERVAL: 60,
    }

    # What is a meter already is not suggested again, in no household.
    other = await add_household(hass, "Lake Road")
    result = await begin(hass, other, "entities")
    assert result["step_id"] == "channels"


async def test_meter_of_the_energy_dashboard(
    hass: HomeAssistant,
    household: MockConfigEntry,
    plug: dict[str, er.RegistryEntry],
) -> None:
    """The role of what the Energy dashboard knows is known."""
    set_sensor(hass, "solar", "4321", "kWh")
    hass.config.components.add("energy")
    manager = await async_get_manager(hass)
    await manager.async_update(
        {
            "energy_sources": [
                {
                    "type": "solar",
                    "stat_energy_from": "sensor.solar",
                    "config_entry_solar_forecast": None,
                    "name": "Roof",
                }
            ],
            "device_consumption": [],
        }
    )

    result = await begin(hass, household, "entities")
    assert [o["label"] for o in field(result, "suggestion").config["options"]] == [
        "★ Roof (1)",
        "Fridge plug (3)",
        "none",
    ]
    assert default(result, "suggestion") == "sensor.solar"
    result = await submit(hass, result, suggestion="sensor.solar")

    assert suggested(result, CONF_NAME) == "Roof"
    assert suggested(result, CONF_ROLE) == "production"
    assert suggested(result, "energy_export") == "sensor.solar"


async def test_a_sensor_counts_in_one_meter(
    hass: HomeAssistant,
    household: MockConfigEntry,
    plug: dict[str, er.RegistryEntry],
) -> None:
    """The power of a meter would count twice in another one without its counter."""
    answers = {"role": "appliance", "phases": {}, "more": {}}
    power = {"power": "sensor.fridge_plug_power"}
    counter = {"energy_import": "sensor.fridge_plug_energy"}
    result = await begin(hass, household, "entities")
    result = await submit(hass, result, suggestion="none")
    await submit(hass, result, name="Fridge", **answers, **power, **counter)

    result = await begin(hass, household, "entities")
    assert result["step_id"] == "channels"
    result = await submit(hass, result, name="Again", **answers, **power)
    assert result["errors"] == {"base": "meter_exists"}


async def test_same_meter_twice(
    hass: HomeAssistant,
    household: MockConfigEntry,
    plug: dict[str, er.RegistryEntry],
) -> None:
    """A meter is in one household only, until it is made of something else."""
    set_sensor(hass, "other", "50", "W")
    answers = {"role": "appliance", "phases": {}, "more": {}}
    counter = {"energy_import": "sensor.fridge_plug_energy"}
    result = await begin(hass, household, "entities")
    result = await submit(hass, result, suggestion="none")
    await submit(hass, result, name="Fridge", **answers, **counter)
    meter = meter_named(household, "Fridge")

    other = await add_household(hass, "Lake Road")
    result = await begin(hass, other, "entities")
    result = await submit(hass, result, name="Fridge", **answers, **counter)
    assert result["type"] is FlowResultType.FORM
    assert result["errors"] == {"base": "meter_exists"}

    changed = await reconfigure(hass, household, meter)
    assert changed["step_id"] == "channels"
    assert suggested(changed, CONF_NAME) == "Fridge"
    assert suggested(changed, "energy_import") == "sensor.fridge_plug_energy"
    changed = await submit(
        hass, changed, name="Freezer", **answers, power="sensor.other"
    )
    assert changed["type"] is FlowResultType.ABORT
    assert changed["reason"] == "reconfigure_successful"
    meter = meter_named(household, "Freezer")
    assert meter.unique_id == f"entities-{plug['energy'].id}"
    assert meter.data[CONF_ENTITIES] == {"power": "sensor.other"}
    assert meter.data[CONF_ENERGY_KIND] == "power"

    result = await submit(hass, result, name="Fridge", **answers, **counter)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    unique_id = meter_named(other, "Fridge").unique_id
    assert unique_id is not None
    assert unique_id != meter.unique_id
    assert unique_id.startswith(f"entities-{plug['energy'].id}-")


async def test_meter_with_missing_sensors(
    hass: HomeAssistant,
    household: MockConfigEntry,
    plug: dict[str, er.RegistryEntry],
    entity_registry: er.EntityRegistry,
) -> None:
    """Renamed sensors are found again; removed ones leave their field empty."""
    result = await begin(hass, household, "entities")
    result = await submit(hass, result, suggestion="sensor.fridge_plug_energy")
    await submit(
        hass,
        result,
        name="Fridge",
        role="appliance",
        power="sensor.fridge_plug_power",
        energy_import="sensor.fridge_plug_energy",
        phases={},
        more={},
    )
    entity_registry.async_update_entity(
        "sensor.fridge_plug_power", new_entity_id="sensor.fridge_power"
    )
    entity_registry.async_remove("sensor.fridge_plug_energy")
    await hass.async_block_till_done()

    result = await reconfigure(hass, household, meter_named(household, "Fridge"))

    assert suggested(result, "power") == "sensor.fridge_power"
    assert suggested(result, "energy_import") is None


async def test_sensors_that_are_switched_off(
    hass: HomeAssistant,
    household: MockConfigEntry,
    plug: dict[str, er.RegistryEntry],
    entity_registry: er.EntityRegistry,
) -> None:
    """A device that hides its energy is switched on with the meter."""
    hidden = er.RegistryEntryDisabler.INTEGRATION
    energy = plug["energy"].entity_id
    entity_registry.async_update_entity(energy, disabled_by=hidden)
    hass.states.async_remove(energy)
    result = await begin(hass, household, "entities")
    assert default(result, "suggestion") == energy
    result = await submit(hass, result, suggestion=energy)
    assert result["step_id"] == "enable_sensors"
    assert placeholders(result) == {"device": "Fridge plug", "sensors": "Energy"}
    result = await submit(hass, result, enable_sensors=True)
    assert suggested(result, "energy_import") == energy
    result = await submit(
        hass,
        result,
        name="Fridge",
        role="appliance",
        power="sensor.fridge_plug_power",
        energy_import=energy,
        phases={},
        more={},
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entity = entity_registry.async_get(energy)
    assert entity is not None
    assert entity.disabled_by is None
    entities = meter_named(household, "Fridge").data[CONF_ENTITIES]
    assert entities["energy_import"] == plug["energy"].id
