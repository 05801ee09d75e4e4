"""Going through the flows that add and change meters."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    get_schema_suggested_value,
)

from custom_components.wattwise.const import (
    CONF_COUNTRY,
    CONF_CURRENCY,
    CONF_NOMINAL_VOLTAGE,
    CONF_PHASES,
    CONF_ROLE,
    CONF_TARIFF,
    DOMAIN,
    SUBENTRY_TYPE_METER,
    TARIFF_NONE,
)
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigSubentry,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType


@pytest.fixture
async def household(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household at work, without meters."""
    return await add_household(wattwise, "Maple Street")


async def add_household(
    hass: HomeAssistant, name: str, *, phases: int = 1
) -> MockConfigEntry:
    """Set up a household."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=name,
        unique_id=name,
        data={
            CONF_NAME: name,
            CONF_COUNTRY: "DE",
            CONF_CURRENCY: "EUR",
            CONF_NOMINAL_VOLTAGE: 230.0,
            CONF_PHASES: phases,
        },
        options={CONF_TARIFF: TARIFF_NONE},
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def begin(
    hass: HomeAssistant, entry: MockConfigEntry, choice: str
) -> SubentryFlowResult:
    """Open the flow for a new meter, and choose where its readings come from."""
    result = await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_TYPE_METER), context={"source": SOURCE_USER}
    )
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "user"
    sources = ["entities", "mqtt", "http", "push"]
    # What is made up is not mixed with what is measured.
    assert result["menu_options"] == [
        *sources,
        *([] if entry.subentries else ["simulated"]),
    ]
    return await submit(hass, result, next_step_id=choice)


async def reconfigure(
    hass: HomeAssistant, entry: MockConfigEntry, meter: ConfigSubentry
) -> SubentryFlowResult:
    """Open the flow that changes a meter."""
    return await hass.config_entries.subentries.async_init(
        (entry.entry_id, SUBENTRY_TYPE_METER),
        context={"source": SOURCE_RECONFIGURE, "subentry_id": meter.subentry_id},
    )


async def submit(
    hass: HomeAssistant, result: SubentryFlowResult, **answers: Any
) -> SubentryFlowResult:
    """Answer a form."""
    result = await hass.config_entries.subentries.async_configure(
        result["flow_id"], answers
    )
    await hass.async_block_till_done()
    return result


async def until_form(
    hass: HomeAssistant, result: SubentryFlowResult
) -> SubentryFlowResult:
    """Wait until a progress bar is over; return what comes behind it."""
    flow_id = result["flow_id"]
    while result["type"] is FlowResultType.SHOW_PROGRESS:
        await asyncio.sleep(0.05)
        result = await hass.config_entries.subentries.async_configure(flow_id)
    return result


async def add_push_meter(
    hass: HomeAssistant, entry: MockConfigEntry, **answers: Any
) -> tuple[ConfigSubentry, str]:
    """Add a meter that has not sent anything; return it with its key."""
    answers = {CONF_NAME: "Main meter", CONF_ROLE: "grid"} | answers
    result = await submit(hass, await begin(hass, entry, "push"), **answers)
    key = placeholders(result)["key"]
    result = await submit(hass, result, finish_without_reading=True)
    result = await submit(hass, result, energy_kind="counter")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return meter_named(entry, answers[CONF_NAME]), key


def meter_named(entry: MockConfigEntry, name: str) -> ConfigSubentry:
    """Return the meter of a name."""
    return next(meter for meter in entry.subentries.values() if meter.title == name)


def placeholders(result: SubentryFlowResult) -> dict[str, str]:
    """Return what a form's texts are filled in with."""
    assert result["description_placeholders"] is not None
    return dict(result["description_placeholders"])


def suggested(result: SubentryFlowResult, field: str, group: str | None = None) -> Any:
    """Return what a form shows in a field at first."""
    assert result["data_schema"] is not None
    schema = result["data_schema"].schema
    if group is not None:
        schema = schema[group].schema.schema
    return get_schema_suggested_value(schema, field)


def field(result: SubentryFlowResult, name: str) -> Any:
    """Return the selector or section of a field; None if it is not asked for."""
    assert result["data_schema"] is not None
    return result["data_schema"].schema.get(name)


def default(result: SubentryFlowResult, name: str) -> Any:
    """Return the default of a field."""
    assert result["data_schema"] is not None
    return next(key.default() for key in result["data_schema"].schema if key == name)


def set_sensor(
    hass: HomeAssistant, name: str, state: str, unit: str | None, **attributes: Any
) -> str:
    """Show a sensor that is in no registry."""
    entity_id = f"sensor.{name}"
    if unit is not None:
        attributes["unit_of_measurement"] = unit
    hass.states.async_set(entity_id, state, attributes)
    return entity_id
