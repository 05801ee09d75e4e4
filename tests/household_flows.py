"""Going through the flows that set households up and change them."""

from typing import Any

from pytest_homeassistant_custom_component.common import get_schema_suggested_value

from custom_components.wattwise.const import (
    CONF_COUNTRY,
    CONF_CURRENCY,
    CONF_NOMINAL_VOLTAGE,
    CONF_PHASES,
    DOMAIN,
)
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

HOUSEHOLD = {
    CONF_NAME: "Maple Street",
    CONF_COUNTRY: "DE",
    CONF_CURRENCY: "EUR",
    CONF_NOMINAL_VOLTAGE: "230",
    CONF_PHASES: "3",
}


async def start(hass: HomeAssistant) -> ConfigFlowResult:
    """Open the form for a new household."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_USER}
    )


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **answers: Any
) -> ConfigFlowResult:
    """Answer a form of the household's flow; what kind of home it is stays open."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answers)
    result = await skip_profile(hass, result)
    await hass.async_block_till_done()
    return result


async def skip_profile(
    hass: HomeAssistant, result: ConfigFlowResult
) -> ConfigFlowResult:
    """Go on without an answer, should it be asked what kind of home it is."""
    if result.get("step_id") != "about_home":
        return result
    return await hass.config_entries.flow.async_configure(result["flow_id"], {})


async def add_household(hass: HomeAssistant, **answers: Any) -> ConfigEntry:
    """Set up a household through its flow."""
    result = await submit(hass, await start(hass), **(HOUSEHOLD | answers))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return result["result"]


async def start_reconfigure(
    hass: HomeAssistant, entry: ConfigEntry
) -> ConfigFlowResult:
    """Open the form that changes a household."""
    return await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": SOURCE_RECONFIGURE, "entry_id": entry.entry_id}
    )


async def open_options(
    hass: HomeAssistant, entry: ConfigEntry, choice: str
) -> ConfigFlowResult:
    """Open one of the forms of the options' menu."""
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "init"
    assert choice in result["menu_options"]
    return await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": choice}
    )


async def submit_options(
    hass: HomeAssistant, result: ConfigFlowResult, **answers: Any
) -> ConfigFlowResult:
    """Answer a form of the options."""
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], answers
    )
    await hass.async_block_till_done()
    return result


def suggested(result: ConfigFlowResult, field: str) -> Any:
    """Return what a form shows in a field at first."""
    assert result["data_schema"] is not None
    return get_schema_suggested_value(result["data_schema"].schema, field)
