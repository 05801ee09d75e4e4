"""Alerts in the logbook, as it shows them."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.components.recorder import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .alert_meters import EVENTS, FINE, HIGH, VOLTAGE, tell
from .homes import async_add_household, push_meter


async def lines(
    hass: HomeAssistant, ws_client: WebSocketGenerator, **of: Any
) -> list[dict[str, Any]]:
    """Return what the logbook says of alerts in the last hour."""
    await async_wait_recording_done(hass)
    client = await ws_client(hass)
    now = dt_util.utcnow()
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": (now - timedelta(hours=1)).isoformat(),
            "end_time": (now + timedelta(minutes=1)).isoformat(),
        }
        | of
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    return [line for line in answer["result"] if line.get("domain") == "wattwise"]


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move, before anything is recorded."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


async def test_an_alert_in_the_logbook(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Its beginning and its end are told in plain words, also on its entity's page."""
    assert await async_setup_component(wattwise, "logbook", {})
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 200, HIGH)
    await tell(wattwise, freezer, entry, 100, FINE)
    entity = er.async_get(wattwise).async_get(VOLTAGE)
    assert entity
    for of in ({}, {"entity_ids": [VOLTAGE]}, {"device_ids": [entity.device_id]}):
        said = await lines(wattwise, hass_ws_client, **of)
        assert [(line["name"], line["message"]) for line in said] == [
            ("Grid", "The voltage is high (250 V)"),
            # Before it stands the name of the entity.
            ("Grid", "Over after 3 min"),
        ], of
        assert {line["entity_id"] for line in said} == {VOLTAGE}
    assert await lines(wattwise, hass_ws_client, entity_ids=[EVENTS]) == []
    er.async_get(wattwise).async_remove(VOLTAGE)
    await wattwise.async_block_till_done()
    said = await lines(wattwise, hass_ws_client)
    assert said[-1]["message"] == "Voltage problem, over after 3 min"
