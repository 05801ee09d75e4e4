"""Groups of homes by their load shapes, as the overview tells them."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory

from custom_components.wattwise.provider.overview import async_overview
from custom_components.wattwise.provider.shape_keeper import ShapeKeeper
from homeassistant.core import HomeAssistant

from .several_homes import three_homes


async def test_groups_are_found_and_kept(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Homes known for weeks are in a group, also after a restart; a new one is named."""
    entries = await three_homes(wattwise, freezer)
    overview = async_overview(wattwise)
    await overview.async_look_at_shapes()
    assert (await overview.async_told())["groups"]["load_shapes"] == []

    for entry in entries.values():
        await entry.runtime_data.load_shape.async_refresh()
    await overview.async_look_at_shapes()
    told = (await overview.async_told())["groups"]
    members = [name for one in told["load_shapes"] for name in one["households"]]
    assert sorted(members) == ["Known", "away"]
    assert told["without_load_shape"] == ["New"]
    dinner = next(one for one in told["load_shapes"] if "Known" in one["households"])
    assert dinner["kind"] == "evening"

    # After a restart, the groups stand until all homes have been looked at again.
    again = ShapeKeeper(wattwise)
    entries["away"].runtime_data.load_shape.data = None
    await again.async_look(list(entries.values()))
    assert again.groups == overview.shapes.groups
    assert again.shapes == {}

    for entry in entries.values():
        await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done()
    assert "wattwise.load_shape_groups" not in hass_storage


async def test_what_was_kept_cannot_be_read(
    wattwise: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """Groups of who knows what are forgotten, and said so in the log."""
    hass_storage["wattwise.load_shape_groups"] = {
        "version": 1,
        "minor_version": 1,
        "key": "wattwise.load_shape_groups",
        "data": {"groups": "none"},
    }
    keeper = ShapeKeeper(wattwise)
    await keeper.async_look([])
    assert keeper.groups is None
