"""A household is unloaded while much of it is still being asked of the history."""

import asyncio
from collections.abc import Callable
import logging
from typing import Any
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components import wattwise as integration
from custom_components.wattwise.advice.advice_coordinator import AdviceCoordinator
from custom_components.wattwise.anomalies.anomaly_coordinator import AnomalyCoordinator
from custom_components.wattwise.const import CONF_NETS_PHASES
from custom_components.wattwise.coordinator import MeterCoordinator
from custom_components.wattwise.day_types.day_types_coordinator import (
    DayTypesCoordinator,
)
from custom_components.wattwise.forecasts.forecast_coordinator import (
    ForecastCoordinator,
)
from custom_components.wattwise.gap_sensors import GapCoordinator
from custom_components.wattwise.grid_netting import GridNettingCoordinator
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.questions.queries import Queries
from custom_components.wattwise.load_shapes.load_shape_coordinator import (
    LoadShapeCoordinator,
)
from custom_components.wattwise.prices.bill_forecast import BillCoordinator
from custom_components.wattwise.similar_homes.similar_homes_coordinator import (
    SimilarHomesCoordinator,
)
from custom_components.wattwise.usage.usage_coordinator import UsageCoordinator
from custom_components.wattwise.voltage_quality_sensors import VoltageQualityCoordinator
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .homes import async_add_household
from .test_household_balance import phases
from .test_meters import report

# All that asks the history by itself.
_ASKING = {
    AdviceCoordinator,
    AnomalyCoordinator,
    BillCoordinator,
    DayTypesCoordinator,
    ForecastCoordinator,
    GapCoordinator,
    GridNettingCoordinator,
    LoadShapeCoordinator,
    MeterCoordinator,
    SimilarHomesCoordinator,
    UsageCoordinator,
    VoltageQualityCoordinator,
}


def coordinators(entry: MockConfigEntry) -> list[DataUpdateCoordinator[Any]]:
    """Return all that look for the household of an entry."""
    ends = [getattr(end, "__self__", None) for end in entry._on_unload or ()]
    return [found for found in ends if isinstance(found, DataUpdateCoordinator)]


async def test_looks_under_way_end_quietly(
    wattwise: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """What was asking when the history was closed takes that for no failure."""
    entry = await async_add_household(
        wattwise, *phases(), options={CONF_NETS_PHASES: True}
    )
    await report(wattwise, entry, voltage_l1=230.0, energy_import=1_000.0)
    looking = coordinators(entry)
    assert {type(found) for found in looking} >= _ASKING
    for found in looking:
        await found.async_refresh()
    assert all(found.last_update_success for found in looking)
    before = {found: found.data for found in looking}
    ask, release = History.ask, integration.async_release_history
    asked, closed = asyncio.Event(), asyncio.Event()

    async def held[T](history: History, question: Callable[[Queries], T]) -> T:
        asked.set()
        await closed.wait()
        return await ask(history, question)

    async def close(hass: HomeAssistant, user: str) -> None:
        await release(hass, user)
        closed.set()
        await asyncio.gather(*looks)

    caplog.clear()
    with (
        patch.object(History, "ask", held),
        patch.object(integration, "async_release_history", close),
    ):
        looks = [
            wattwise.async_create_background_task(found.async_refresh(), found.name)
            for found in looking
        ]
        await asked.wait()
        assert await wattwise.config_entries.async_unload(entry.entry_id)
    assert entry.state is ConfigEntryState.NOT_LOADED
    complaints = [
        record.getMessage()
        for record in caplog.records
        if record.levelno >= logging.ERROR
        or (record.levelno == logging.WARNING and record.name.startswith("custom"))
    ]
    assert complaints == []
    for found in looking:
        assert found.last_update_success
        assert found.data is before[found] or found.data == before[found]
