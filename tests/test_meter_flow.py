"""What meters of all kinds are asked: their name, and what they are a part of."""

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)

from custom_components.wattwise.const import (
    CONF_PARENT,
    CONF_ROLE,
)
from homeassistant.config_entries import (
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .meter_flows import (
    add_household,
    add_push_meter,
    begin,
    field,
    household,
    meter_named,
    reconfigure,
    submit,
    suggested,
)
from .translated_flows import translated_flows

__all__ = ["household", "translated_flows"]

URL = "/api/wattwise/data"


@pytest.mark.parametrize(
    ("name", "error"), [("  ", "name_needed"), (" main METER", "name_taken")]
)
async def test_wrong_name(
    hass: HomeAssistant, household: MockConfigEntry, name: str, error: str
) -> None:
    """Each meter has a name of its own, wherever it is entered."""
    await add_push_meter(hass, household)
    await add_push_meter(hass, household, name="Sauna", role="appliance")
    hass.states.async_set("sensor.power", "5", {"unit_of_measurement": "W"})
    rest = {"power": "sensor.power", "phases": {}, "more": {}}

    push = await begin(hass, household, "push")
    push = await submit(hass, push, name=name, role="battery")
    assert push["step_id"] == "push"
    assert push["errors"] == {CONF_NAME: error}
    assert suggested(push, CONF_ROLE) == "battery"
    push = await submit(hass, push, name="Battery", role="battery")
    assert push["step_id"] == "connect"

    entities = await begin(hass, household, "entities")
    entities = await submit(hass, entities, name=name, role="appliance", **rest)
    assert entities["errors"] == {CONF_NAME: error}
    entities = await submit(hass, entities, name="Oven", role="appliance", **rest)
    assert entities["type"] is FlowResultType.CREATE_ENTRY

    settings = await reconfigure(hass, household, meter_named(household, "Sauna"))
    settings = await submit(hass, settings, next_step_id="settings")
    settings = await submit(hass, settings, name=name, role="appliance")
    assert settings["errors"] == {CONF_NAME: error}
    settings = await submit(hass, settings, name="SAUNA", role="appliance")
    assert settings["reason"] == "reconfigure_successful"


def parents(result: SubentryFlowResult) -> list[str]:
    """Return the names of the meters offered as parents."""
    selector = field(result, CONF_PARENT)
    return (
        [option["label"] for option in selector.config["options"]] if selector else []
    )


async def test_parents(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """A meter can be part of another one, but not of itself or its own parts."""
    main, _ = await add_push_meter(hass, household)
    floor, _ = await add_push_meter(
        hass, household, name="Floor", role="appliance", parent=main.subentry_id
    )
    kitchen, _ = await add_push_meter(
        hass, household, name="Kitchen", role="appliance", parent=floor.subentry_id
    )
    other = await add_household(hass, "Lake Road")

    new = await begin(hass, household, "push")
    assert parents(new) == ["Main meter", "Floor", "Kitchen"]
    assert suggested(new, CONF_ROLE) == "appliance"
    assert parents(await begin(hass, other, "push")) == []

    async def settings(meter: ConfigSubentry) -> SubentryFlowResult:
        result = await reconfigure(hass, household, meter)
        return await submit(hass, result, next_step_id="settings")

    assert parents(await settings(main)) == []
    assert parents(await settings(floor)) == ["Main meter"]
    assert parents(await settings(kitchen)) == ["Main meter", "Floor"]

    hass.config_entries.async_remove_subentry(household, floor.subentry_id)
    await hass.async_block_till_done()
    result = await settings(kitchen)
    assert parents(result) == ["Main meter"]
    assert suggested(result, CONF_PARENT) is None
    await submit(hass, result, name="Kitchen", role="appliance")
    assert CONF_PARENT not in meter_named(household, "Kitchen").data
