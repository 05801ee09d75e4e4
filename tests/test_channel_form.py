"""Which sensors are taken for which channel of a meter."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.wattwise.const import (
    CONF_ENERGY_KIND,
    CONF_ENTITIES,
    DOMAIN,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData
from homeassistant.helpers import entity_registry as er

from .meter_flows import (
    add_household,
    begin,
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


async def test_own_choice(wattwise: HomeAssistant) -> None:
    """All channels of three phases, chosen by hand."""
    hass = wattwise
    household = await add_household(hass, "Maple Street", phases=3)
    units = {
        "power": "kW",
        "voltage_l1": "V",
        "voltage_l2": "mV",
        "voltage_l3": "V",
        "current_l1": "A",
        "current_l2": "mA",
        "current_l3": "A",
        "current_n": "A",
        "frequency": "Hz",
        "power_factor": None,
        "load": "%",
    }
    for channel, unit in units.items():
        set_sensor(hass, channel, "1", unit)
    result = await begin(hass, household, "entities")
    assert result["step_id"] == "channels"
    assert suggested(result, CONF_NAME) is None
    assert field(result, "phases").options["collapsed"] is False
    assert field(result, "more").options["collapsed"] is True

    chosen = {channel: f"sensor.{channel}" for channel in units}
    main = {c: chosen.pop(c) for c in ("power", "voltage_l1", "current_l1")}
    more = {c: chosen.pop(c) for c in ("frequency", "power_factor", "load")}
    answers = {"name": "Grid", "role": "grid", **main, "phases": chosen, "more": more}
    result = await submit(hass, result, **answers)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meter = meter_named(household, "Grid")
    assert meter.unique_id == "entities-sensor.power"
    assert meter.data[CONF_ENTITIES] == {c: f"sensor.{c}" for c in units}
    assert meter.data[CONF_ENERGY_KIND] == "power"

    result = await reconfigure(hass, household, meter)
    assert suggested(result, "power") == "sensor.power"
    assert suggested(result, "current_n", "phases") == "sensor.current_n"
    assert suggested(result, "load", "more") == "sensor.load"
    assert field(result, "more").options["collapsed"] is False


@pytest.mark.parametrize(
    ("channels", "errors", "texts"),
    [
        ({}, {"base": "power_or_energy_needed"}, {}),
        ({"voltage_l1": "sensor.volts"}, {"base": "power_or_energy_needed"}, {}),
        (
            {"power": "sensor.gone"},
            {"power": "entity_not_found"},
            {"sensor": "sensor.gone"},
        ),
        (
            {"power": "0123456789abcdef0123456789abcdef"},
            {"power": "entity_not_found"},
            {"sensor": "0123456789abcdef0123456789abcdef"},
        ),
        ({"power": "sensor.text"}, {"power": "not_a_number"}, {"sensor": "text"}),
        (
            {"power": "sensor.volts"},
            {"power": "unknown_unit"},
            {"sensor": "Volts", "unit": "V", "units": "mW, W, kW, MW, GW"},
        ),
        (
            {"energy_import": "sensor.bare"},
            {"energy_import": "unknown_unit"},
            {"sensor": "bare", "unit": "–"},
        ),
        (
            {"energy_export": "sensor.stored"},
            {"energy_export": "other_quantity"},
            {"sensor": "stored", "unit": "kWh"},
        ),
        (
            {"power": "sensor.right", "phases": {"voltage_l2": "sensor.right"}},
            {"phases": "unknown_unit"},
            {"sensor": "right", "unit": "W"},
        ),
        (
            {"power": "sensor.right", "more": {"load": "sensor.humidity"}},
            {"more": "other_quantity"},
            {"sensor": "humidity", "unit": "%"},
        ),
        (
            {"energy_import": "sensor.counter", "energy_export": "sensor.counter"},
            {"energy_export": "used_twice"},
            {"sensor": "counter"},
        ),
    ],
)
async def test_wrong_sensor(
    hass: HomeAssistant,
    household: MockConfigEntry,
    channels: dict[str, Any],
    errors: dict[str, str],
    texts: dict[str, str],
) -> None:
    """What cannot carry a channel is refused with its reason, and can be corrected."""
    set_sensor(hass, "volts", "230", "V", friendly_name="Volts")
    set_sensor(hass, "text", "on", "W")
    set_sensor(hass, "bare", "3", None)
    set_sensor(hass, "stored", "3", "kWh", device_class="energy_storage")
    set_sensor(hass, "humidity", "50", "%", device_class="humidity")
    set_sensor(hass, "right", "50", "W")
    set_sensor(hass, "counter", "50", "kWh")
    result = await begin(hass, household, "entities")
    answers = {"name": "Oven", "role": "appliance", "phases": {}, "more": {}}

    result = await submit(hass, result, **(answers | channels))

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "channels"
    assert result["errors"] == errors
    assert texts.items() <= placeholders(result).items()
    assert suggested(result, CONF_NAME) == "Oven"
    for channel, entity_id in channels.items():
        if isinstance(entity_id, str):
            assert suggested(result, channel) == entity_id

    result = await submit(hass, result, **answers, power="sensor.right")
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_sensor_without_a_value_yet(
    hass: HomeAssistant,
    household: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The registry knows the unit of a sensor that is not available."""
    entry = entity_registry.async_get_or_create(
        "sensor",
        "plugs",
        "2",
        original_device_class="power",
        unit_of_measurement="kW",
    )
    hass.states.async_set(entry.entity_id, "unavailable")
    result = await begin(hass, household, "entities")
    answers = {"name": "Oven", "role": "appliance", "phases": {}, "more": {}}

    wrong = await submit(hass, result, **answers, energy_import=entry.entity_id)
    assert wrong["errors"] == {"energy_import": "other_quantity"}
    result = await submit(hass, result, **answers, power=entry.entity_id)

    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_own_entities_feed_no_meter(
    hass: HomeAssistant,
    household: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """WattWise's own sensors are not offered, and not taken either."""
    own = entity_registry.async_get_or_create(
        "sensor", DOMAIN, "own", original_device_class="power", unit_of_measurement="W"
    )
    hass.states.async_set(own.entity_id, "5", {"unit_of_measurement": "W"})
    result = await begin(hass, household, "entities")
    assert own.entity_id in field(result, "power").config["exclude_entities"]
    answers = {"name": "Oven", "role": "appliance", "phases": {}, "more": {}}

    with pytest.raises(InvalidData):
        await submit(hass, result, **answers, power=own.entity_id)
    result = await submit(hass, result, **answers, power=own.id)

    assert result["errors"] == {"power": "own_entity"}
