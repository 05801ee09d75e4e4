"""A household's options: its tariff, and the history of removed meters."""

from datetime import UTC, datetime

import pytest

from custom_components.wattwise.const import (
    CONF_CONTRACTED_POWER,
    CONF_NETS_PHASES,
    CONF_PRICE,
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    TARIFF_ENTITY,
    TARIFF_FLAT,
    TARIFF_NONE,
)
from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, push_meter
from .household_flows import (
    add_household,
    open_options,
    submit_options,
    suggested,
)
from .translated_flows import translated_flows

__all__ = ["translated_flows"]


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


async def keep_history(history: History, meter_id: str, name: str) -> None:
    """Store one reading of a meter that is in no household."""
    await history.add_meter(meter_id, name)
    time_ms = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp() * 1000)
    reading = Reading(Channel.POWER, time_ms, 412.0)
    await history.append(MeterProfile(meter_id), [reading])


async def test_change_tariff(
    hass: HomeAssistant, entity_registry: er.EntityRegistry
) -> None:
    """From one price to a sensor's, to no price, and no contracted power."""
    sensor = entity_registry.async_get_or_create("sensor", "tariff", "price")
    hass.states.async_set(sensor.entity_id, "0.25", {"unit_of_measurement": "EUR/kWh"})
    entry = await add_household(hass)

    result = await open_options(hass, entry, "tariff_and_power")
    assert result["step_id"] == "tariff_and_power"
    assert suggested(result, CONF_TARIFF) == TARIFF_NONE
    result = await submit_options(
        hass, result, contracted_power=17.25, tariff=TARIFF_FLAT
    )
    result = await submit_options(hass, result, price=0.3)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == {
        CONF_CONTRACTED_POWER: 17.25,
        CONF_TARIFF: TARIFF_FLAT,
        CONF_PRICE: 0.3,
    }

    result = await open_options(hass, entry, "tariff_and_power")
    assert suggested(result, CONF_CONTRACTED_POWER) == 17.25
    flat = await submit_options(hass, result, tariff=TARIFF_FLAT)
    assert suggested(flat, CONF_PRICE) == 0.3
    hass.config_entries.options.async_abort(flat["flow_id"])

    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(
        hass, result, contracted_power=17.25, tariff=TARIFF_ENTITY
    )
    result = await submit_options(hass, result, price_entity=sensor.entity_id)
    assert dict(entry.options) == {
        CONF_CONTRACTED_POWER: 17.25,
        CONF_TARIFF: TARIFF_ENTITY,
        CONF_PRICE_ENTITY: sensor.id,
    }

    entity_registry.async_update_entity(
        sensor.entity_id, new_entity_id="sensor.price_renamed"
    )
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_ENTITY)
    assert suggested(result, CONF_PRICE_ENTITY) == "sensor.price_renamed"
    hass.config_entries.options.async_abort(result["flow_id"])

    entity_registry.async_remove("sensor.price_renamed")
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_ENTITY)
    assert suggested(result, CONF_PRICE_ENTITY) is None
    hass.config_entries.options.async_abort(result["flow_id"])

    result = await open_options(hass, entry, "tariff_and_power")
    await submit_options(hass, result, tariff=TARIFF_NONE)
    assert dict(entry.options) == {CONF_TARIFF: TARIFF_NONE}


async def test_netting_over_phases(hass: HomeAssistant) -> None:
    """Several grid meters can be one connection; other options leave that alone."""
    entry = await async_add_household(hass, push_meter())
    result = await hass.config_entries.options.async_init(entry.entry_id)
    assert "phase_netting" not in result["menu_options"]
    hass.config_entries.options.async_abort(result["flow_id"])

    legs = [push_meter(name.lower(), name) for name in ("L1", "L2")]
    entry = await async_add_household(hass, *legs, name="Cabin")
    assert not entry.runtime_data.nets_grid
    before = dict(entry.options)
    result = await open_options(hass, entry, "phase_netting")
    assert result["data_schema"]
    assert result["data_schema"]({}) == {CONF_NETS_PHASES: False}
    result = await submit_options(hass, result, nets_phases=True)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == before | {CONF_NETS_PHASES: True}
    assert entry.runtime_data.nets_grid

    result = await open_options(hass, entry, "phase_netting")
    assert result["data_schema"]
    assert result["data_schema"]({}) == {CONF_NETS_PHASES: True}
    hass.config_entries.options.async_abort(result["flow_id"])

    result = await open_options(hass, entry, "tariff_and_power")
    await submit_options(hass, result, tariff=TARIFF_NONE)
    assert dict(entry.options) == {CONF_TARIFF: TARIFF_NONE, CONF_NETS_PHASES: True}


async def test_nothing_to_delete(hass: HomeAssistant) -> None:
    """Without removed meters there is nothing to choose from."""
    entry = await add_household(hass)

    result = await open_options(hass, entry, "kept_history")

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_kept_history"


async def test_delete_kept_history(hass: HomeAssistant) -> None:
    """Only what was chosen and confirmed is deleted."""
    entry = await add_household(hass)
    history: History = entry.runtime_data.history
    await keep_history(history, "gone-1", "Old meter")
    await keep_history(history, "gone-2", "Sauna")
    await history.add_meter("gone-3", "Never read")

    result = await open_options(hass, entry, "kept_history")
    assert result["type"] is FlowResultType.FORM
    assert result["data_schema"] is not None
    options = result["data_schema"].schema["meters"].config["options"]
    assert options == [
        {"value": "gone-3", "label": "Never read"},
        {"value": "gone-1", "label": "Old meter (2026-03-01 – 2026-03-01)"},
        {"value": "gone-2", "label": "Sauna (2026-03-01 – 2026-03-01)"},
    ]

    result = await submit_options(hass, result, meters=[])
    assert result["errors"] == {"meters": "choose_a_meter"}

    result = await submit_options(hass, result, meters=["gone-1", "gone-3"])
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "delete_history"
    placeholders = result["description_placeholders"]
    assert placeholders is not None
    assert "Old meter" in placeholders["meters"]
    assert "Sauna" not in placeholders["meters"]
    assert await history.latest("gone-1")

    result = await submit_options(hass, result)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "history_deleted"
    assert not await history.latest("gone-1")
    assert await history.latest("gone-2")


async def test_history_of_meter_in_use_is_not_deleted(hass: HomeAssistant) -> None:
    """A meter that came back before the confirmation keeps its history."""
    entry = await add_household(hass)
    history: History = entry.runtime_data.history
    await keep_history(history, "gone", "Old meter")
    result = await open_options(hass, entry, "kept_history")
    result = await submit_options(hass, result, meters=["gone"])

    hass.config_entries.async_update_entry(entry, unique_id="gone")
    await hass.async_block_till_done()
    await submit_options(hass, result)

    assert await entry.runtime_data.history.latest("gone")


async def test_history_of_stopped_household(hass: HomeAssistant) -> None:
    """Nothing is deleted while the history is closed."""
    entry = await add_household(hass)
    await keep_history(entry.runtime_data.history, "gone", "Old meter")
    confirm = await open_options(hass, entry, "kept_history")
    confirm = await submit_options(hass, confirm, meters=["gone"])
    await hass.config_entries.async_unload(entry.entry_id)

    result = await submit_options(hass, confirm)
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "history_unavailable"

    result = await open_options(hass, entry, "kept_history")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "history_unavailable"

    await hass.config_entries.async_setup(entry.entry_id)
    assert await entry.runtime_data.history.latest("gone")


async def test_failing_history(hass: HomeAssistant) -> None:
    """A history that breaks before the confirmation is reported, not a crash."""
    entry = await add_household(hass)
    history: History = entry.runtime_data.history
    await keep_history(history, "gone", "Old meter")
    confirm = await open_options(hass, entry, "kept_history")
    confirm = await submit_options(hass, confirm, meters=["gone"])
    await history.close()

    result = await submit_options(hass, confirm)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "history_unavailable"
