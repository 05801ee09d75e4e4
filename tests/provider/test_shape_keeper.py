"""Groups of homes by their load shapes, as the overview tells them."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.provider import shape_keeper
from custom_components.wattwise.provider.overview import async_overview
from custom_components.wattwise.provider.shape_keeper import ShapeKeeper
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

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
    found = entries["away"].runtime_data.load_shape.data
    entries["away"].runtime_data.load_shape.data = None
    await again.async_look(list(entries.values()))
    assert again.groups == overview.shapes.groups
    assert again.shapes == {}

    # One that is not at work is waited for, too; but not for ever.
    entries["away"].runtime_data.load_shape.data = found
    await wattwise.config_entries.async_unload(entries["away"].entry_id)
    await again.async_look(list(entries.values()))
    assert (again.groups, again.shapes) == (overview.shapes.groups, {})
    freezer.tick(timedelta(hours=25))
    await again.async_look(list(entries.values()))
    assert list(again.shapes) == [entries["Known"].entry_id]

    for entry in entries.values():
        await wattwise.config_entries.async_remove(entry.entry_id)
    await wattwise.async_block_till_done()
    assert "wattwise.load_shape_groups" not in hass_storage


@pytest.mark.parametrize(
    ("version", "data"), [(1, {"groups": "none"}), (2, {"groups": []})]
)
async def test_what_was_kept_cannot_be_read(
    wattwise: HomeAssistant,
    hass_storage: dict[str, Any],
    version: int,
    data: dict[str, Any],
) -> None:
    """Groups of who knows what, or of a later version, are forgotten; the rest is told."""
    hass_storage["wattwise.load_shape_groups"] = {
        "version": version,
        "minor_version": 1,
        "key": "wattwise.load_shape_groups",
        "data": data,
    }
    overview = async_overview(wattwise)
    await overview.async_look_at_shapes()
    assert overview.shapes.groups is None
    assert (await overview.async_told())["groups"]["load_shapes"] == []


async def test_groups_fail_alone(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A disk that cannot be read, or a group that cannot be made, stops nothing else."""
    entries = await three_homes(wattwise, freezer)
    for entry in entries.values():
        await entry.runtime_data.load_shape.async_refresh()
    overview = async_overview(wattwise)

    async def fail(*_args: object) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(Store, "async_load", fail)
        for _ in range(2):
            await overview.async_look_at_shapes()
            assert len((await overview.async_told())["households"]) == 3
    assert caplog.text.count("The groups of homes cannot be read") == 1
    # What may be kept there was not written over.
    assert overview.shapes.groups is None

    with monkeypatch.context() as broken:
        broken.setattr(shape_keeper, "_group", lambda *_args: 1 / 0)
        for _ in range(2):
            await overview.async_look_at_shapes()
            assert len((await overview.async_told())["households"]) == 3
    assert caplog.text.count("The homes could not be grouped") == 1
