"""Who may follow the overview of all homes."""

import asyncio
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.wattwise.provider.overview import ProviderOverview
from homeassistant.auth.const import GROUP_ID_USER
from homeassistant.core import HomeAssistant

from ..homes import async_add_household


async def test_an_administrator_follows(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: Any,
) -> None:
    """The overview comes at once and again, until that right is taken away."""
    await async_add_household(wattwise, name="One")
    client = await hass_ws_client(wattwise)
    await client.send_json_auto_id({"type": "wattwise/provider/subscribe"})
    assert (await client.receive_json())["success"]
    first = (await client.receive_json())["event"]
    assert [home["household"] for home in first["households"]] == ["One"]

    await async_add_household(wattwise, name="Two")
    freezer.tick(11)
    async_fire_time_changed(wattwise)
    second = (await client.receive_json())["event"]
    assert [home["household"] for home in second["households"]] == ["One", "Two"]

    await wattwise.auth.async_update_user(hass_admin_user, group_ids=[GROUP_ID_USER])
    for _ in range(3):
        freezer.tick(11)
        async_fire_time_changed(wattwise)
        await wattwise.async_block_till_done()
    await client.send_json_auto_id({"type": "ping"})
    # Nothing of the homes comes before it.
    assert (await client.receive_json())["type"] == "pong"


async def test_an_error_is_told(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who looks is told that something failed, the log once why; and then it goes on."""
    await async_add_household(wattwise, name="One")

    async def fail(_overview: ProviderOverview) -> dict[str, Any]:
        raise ValueError("for whatever reason")

    client = await hass_ws_client(wattwise)
    with monkeypatch.context() as broken:
        broken.setattr(ProviderOverview, "async_told", fail)
        await client.send_json_auto_id({"type": "wattwise/provider/subscribe"})
        assert (await client.receive_json())["success"]
        assert (await client.receive_json())["event"] == {"problem": "failed"}
        freezer.tick(11)
        async_fire_time_changed(wattwise)
        assert (await client.receive_json())["event"] == {"problem": "failed"}
    assert caplog.text.count("The overview of all homes failed") == 1
    freezer.tick(11)
    async_fire_time_changed(wattwise)
    told = (await client.receive_json())["event"]
    assert [home["household"] for home in told["households"]] == ["One"]


async def test_tellings_do_not_overlap(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While one takes long, no other begins."""
    slow, begun = asyncio.Event(), 0

    async def take_long(_overview: ProviderOverview) -> dict[str, Any]:
        nonlocal begun
        begun += 1
        await slow.wait()
        return {"households": []}

    monkeypatch.setattr(ProviderOverview, "async_told", take_long)
    client = await hass_ws_client(wattwise)
    await client.send_json_auto_id({"type": "wattwise/provider/subscribe"})
    assert (await client.receive_json())["success"]
    for _ in range(3):
        freezer.tick(11)
        async_fire_time_changed(wattwise)
        await wattwise.async_block_till_done()
    assert begun == 1
    slow.set()
    assert (await client.receive_json())["event"] == {"households": []}


async def test_nobody_else_does(
    wattwise: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_read_only_access_token: str,
) -> None:
    """A user without that right is refused, and told nothing."""
    await async_add_household(wattwise, name="Secret")
    client = await hass_ws_client(wattwise, hass_read_only_access_token)
    await client.send_json_auto_id({"type": "wattwise/provider/subscribe"})
    answer = await client.receive_json()
    assert not answer["success"]
    assert answer["error"]["code"] == "unauthorized"
    assert "Secret" not in str(answer)
    await client.send_json_auto_id({"type": "ping"})
    assert (await client.receive_json())["type"] == "pong"
