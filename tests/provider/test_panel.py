"""The page of all homes in the sidebar."""

from typing import Any

from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.provider.panel import PANEL_PATH
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from ..homes import async_add_household


async def panels(client: Any) -> dict[str, Any]:
    """Return what is in the sidebar of who asks."""
    await client.send_json_auto_id({"type": "get_panels"})
    answer = await client.receive_json()
    return dict(answer["result"])


async def test_the_page_is_there_with_several_homes(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_client_no_auth: ClientSessionGenerator,
    hass_read_only_access_token: str,
    tmp_path: Any,
) -> None:
    """It comes with the second home, is hidden from others, and goes with that home."""
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "frontend", {})
    assert await async_setup_component(hass, DOMAIN, {})
    admin = await hass_ws_client(hass)
    other = await hass_ws_client(hass, hass_read_only_access_token)

    one = await async_add_household(hass, name="One")
    assert PANEL_PATH not in await panels(admin)
    two = await async_add_household(hass, name="Two")
    found = (await panels(admin))[PANEL_PATH]
    assert found["require_admin"] is True
    assert PANEL_PATH not in await panels(other)
    # What everybody can load is words and lines, no data.
    client = await hass_client_no_auth()
    page = await client.get(found["config"]["_panel_custom"]["module_url"])
    assert page.status == 200
    assert found["config"]["_panel_custom"]["name"] in await page.text()

    await hass.config_entries.async_set_disabled_by(
        two.entry_id, ConfigEntryDisabler.USER
    )
    await hass.async_block_till_done()
    assert PANEL_PATH not in await panels(admin)
    await hass.config_entries.async_set_disabled_by(two.entry_id, None)
    await hass.async_block_till_done()
    assert PANEL_PATH in await panels(admin)
    await hass.config_entries.async_remove(one.entry_id)
    await hass.async_block_till_done()
    assert PANEL_PATH not in await panels(admin)
    await hass.config_entries.async_unload(two.entry_id)
