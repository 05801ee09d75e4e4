"""A card that follows the forecast of a household."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import (
    MockHAClientWebSocket,
    WebSocketGenerator,
)

from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant

from ..test_forecast import NOW, home_of
from ..test_meters import pass_time


@pytest.fixture(autouse=True)
def _at_that_time(freezer: FrozenDateTimeFactory) -> None:
    """Sign in at the time of the test: a key from the future is not valid."""
    freezer.move_to(NOW)


async def follow(client: MockHAClientWebSocket, entry_id: str, **data: Any) -> int:
    """Subscribe, and return the number under which events come."""
    await client.send_json_auto_id(
        {"type": "wattwise/forecast/subscribe", "config_entry_id": entry_id, **data}
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    return int(answer["id"])


async def event(client: MockHAClientWebSocket) -> dict[str, Any]:
    """Return what is told next."""
    message = await client.receive_json()
    assert message["type"] == "event", message
    return dict(message["event"])


async def test_a_card_is_told_each_new_forecast(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The forecast comes at once, each hour anew, and after the household's reload."""
    entry = await home_of(wattwise, freezer, 8)
    client = await hass_ws_client()
    await follow(client, entry.entry_id, quantiles=[0.05, 0.95], quantity="power")
    first = await event(client)
    assert (first["state"], first["series"]) == ("known", "consumption")
    assert (first["unit"], len(first["forecast"])) == ("W", 48)
    assert first["forecast"][0]["start"] == "2026-06-17T11:00:00+02:00"
    assert first["forecast"][0]["p5"] <= first["forecast"][0]["p95"]
    # Ten hours of today are over and were measured, the eleventh has begun.
    starts = [hour["start"][11:16] for hour in first["over"]]
    assert starts == [f"{hour:02}:00" for hour in range(11)]
    measured = [hour["measured"] for hour in first["over"]]
    assert measured[:-1] == [pytest.approx(320)] * 10
    assert measured[-1] is None

    await pass_time(wattwise, freezer, 3600)
    second = await event(client)
    assert second["forecast"][0]["start"] == "2026-06-17T12:00:00+02:00"
    assert second["made"] > first["made"]

    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    states = [second["state"]]
    while states[-1] != "loading":
        states.append((await event(client))["state"])
    third = await event(client)
    assert third["state"] == "known"
    assert third["forecast"][0]["start"] == second["forecast"][0]["start"]


async def test_a_card_is_told_why_there_is_no_forecast(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """Too young, without a roof, unloaded, removed: each is said once, in one word."""
    entry = await home_of(wattwise, freezer, 0)
    client = await hass_ws_client()
    number = await follow(client, entry.entry_id)
    assert await event(client) == {"state": "not_known", "series": "consumption"}
    await follow(client, entry.entry_id, series="production")
    assert await event(client) == {"state": "not_made", "series": "production"}
    await client.send_json_auto_id({"type": "unsubscribe_events", "subscription": 2})
    assert (await client.receive_json())["success"]
    assert number == 1
    await pass_time(wattwise, freezer, 3600)
    await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done()
    assert (await event(client))["state"] == "loading"
    assert (await event(client))["state"] == "gone"


async def test_a_switched_off_household_says_so(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """A card of a household that is switched off does not wait for ever."""
    entry = await home_of(wattwise, freezer, 0)
    client = await hass_ws_client()
    await follow(client, entry.entry_id)
    assert (await event(client))["state"] == "not_known"
    await wattwise.config_entries.async_set_disabled_by(
        entry.entry_id, ConfigEntryDisabler.USER
    )
    await wattwise.async_block_till_done()
    assert (await event(client))["state"] == "not_loaded"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"config_entry_id": "nobody"}, "not_found"),
        ({"quantiles": [0.5, 1.0]}, "invalid_format"),
        ({"quantiles": ["half"]}, "invalid_format"),
        ({"quantiles": [0.5] * 21}, "invalid_format"),
        ({"quantity": "money"}, "invalid_format"),
    ],
)
async def test_what_cannot_be_followed_is_refused(
    wattwise: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    data: dict[str, Any],
    code: str,
) -> None:
    """A household that does not exist, and values that mean nothing."""
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "wattwise/forecast/subscribe",
            "config_entry_id": "nobody",
            **data,
        }
    )
    answer = await client.receive_json()
    assert not answer["success"]
    assert answer["error"]["code"] == code
