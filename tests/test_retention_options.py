"""The household's options say how long readings are kept, and what they take."""

import re

import pytest

from custom_components.wattwise.const import (
    CONF_KEEP_READINGS_DAYS,
    CONF_KEEP_SLOTS_MONTHS,
)
from custom_components.wattwise.history.readings.retention import Retention
from custom_components.wattwise.history_upkeep import retention_of
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .household_flows import add_household, open_options, submit_options, suggested
from .translated_flows import translated_flows

__all__ = ["translated_flows"]


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


async def test_choose_how_long(hass: HomeAssistant) -> None:
    """What applies is suggested; what is chosen applies, beside the other options."""
    entry = await add_household(hass)
    before = dict(entry.options)
    result = await open_options(hass, entry, "retention")
    assert suggested(result, CONF_KEEP_READINGS_DAYS) == 60
    assert suggested(result, CONF_KEEP_SLOTS_MONTHS) == 24
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert all(re.fullmatch(r"\d+\.\d MB", text) for text in placeholders.values())

    result = await submit_options(
        hass, result, keep_readings_days=90, keep_slots_months=0
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == before | {
        CONF_KEEP_READINGS_DAYS: 90,
        CONF_KEEP_SLOTS_MONTHS: 0,
    }
    assert retention_of(entry.options) == Retention(90, 0)


@pytest.mark.parametrize(
    ("days", "months", "field", "error"),
    [
        (3, 24, CONF_KEEP_READINGS_DAYS, "keep_a_week"),
        (60, 1, CONF_KEEP_SLOTS_MONTHS, "keep_slots_longer"),
        (0, 12, CONF_KEEP_SLOTS_MONTHS, "keep_slots_longer"),
    ],
)
async def test_what_cannot_be(
    hass: HomeAssistant, days: int, months: int, field: str, error: str
) -> None:
    """A choice that makes no sense is explained, and can be corrected."""
    entry = await add_household(hass)
    result = await open_options(hass, entry, "retention")
    result = await submit_options(
        hass, result, keep_readings_days=days, keep_slots_months=months
    )
    assert result["errors"] == {field: error}
    assert suggested(result, CONF_KEEP_READINGS_DAYS) == days
    result = await submit_options(
        hass, result, keep_readings_days=0, keep_slots_months=0
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_without_history_there_is_nothing_to_say(hass: HomeAssistant) -> None:
    """The form is for a household at work."""
    entry = await add_household(hass)
    await hass.config_entries.async_unload(entry.entry_id)
    result = await open_options(hass, entry, "retention")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "history_unavailable"
