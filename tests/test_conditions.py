"""Whether alerts are active, in real automations."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import condition, entity_registry as er
from homeassistant.helpers.icon import async_get_icons
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component

from .alert_meters import (
    EVENTS,
    FAR_TOO_HIGH,
    FINE,
    HIGH,
    VOLTAGE,
    tell,
)
from .homes import async_add_household, push_meter
from .test_meters import pass_time

ACTIVE: Final = "wattwise.alert_is_active"
FREQUENCY: Final = "binary_sensor.grid_frequency_problem"
BOTH: Final = {"entity_id": [VOLTAGE, FREQUENCY]}


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


async def holds(
    hass: HomeAssistant,
    target: dict[str, Any] | None = None,
    **options: Any,
) -> bool:
    """Return whether the condition holds."""
    config: dict[str, Any] = {"condition": ACTIVE, "options": options}
    if target is not None:
        config["target"] = target
    config = await condition.async_validate_condition_config(hass, config)
    test = await condition.async_from_config(hass, config)
    try:
        return bool(test.async_check())
    finally:
        test.async_unload()


async def test_an_alert_is_active(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It holds from the beginning of an alert to its end."""
    entry = await async_add_household(wattwise, push_meter())
    assert not await holds(wattwise)
    await tell(wattwise, freezer, entry, 20, FINE)
    assert not await holds(wattwise)
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert await holds(wattwise)
    assert await holds(wattwise, {})
    assert await holds(wattwise, {"entity_id": VOLTAGE})
    assert await holds(wattwise, {"entity_id": EVENTS})
    entity = er.async_get(wattwise).async_get(EVENTS)
    assert entity
    assert await holds(wattwise, {"device_id": entity.device_id})
    assert not await holds(wattwise, {"entity_id": FREQUENCY})
    assert not await holds(wattwise, {"entity_id": "light.kitchen"})
    await tell(wattwise, freezer, entry, 80, FINE)
    assert not await holds(wattwise)


async def test_kinds_and_severities(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Only alerts that are chosen count, as grave as they are now."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert await holds(wattwise, kind=["voltage_problem", "overload"])
    assert not await holds(wattwise, kind="overload")
    assert await holds(wattwise, minimum_severity="warning")
    assert not await holds(wattwise, minimum_severity="critical")
    await tell(wattwise, freezer, entry, 30, FAR_TOO_HIGH)
    assert await holds(wattwise, minimum_severity="critical")
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert not await holds(wattwise, minimum_severity="critical")
    assert await holds(wattwise, minimum_severity="warning")


async def test_any_or_all(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One of the alerts is enough, unless all are asked for; of none, not all are."""
    entry = await async_add_household(wattwise, push_meter())
    assert not await holds(wattwise, BOTH, behavior="all")
    await tell(wattwise, freezer, entry, 80, HIGH | {"frequency": 50.0})
    assert await holds(wattwise, BOTH, behavior="any")
    assert not await holds(wattwise, BOTH, behavior="all")
    await tell(wattwise, freezer, entry, 30, HIGH | {"frequency": 52.0})
    assert await holds(wattwise, BOTH, behavior="all")


async def test_how_long_it_lasts(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """The time counts from the beginning, over silence and restarts."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    wanted = {"for": {"minutes": 10}}
    assert not await holds(wattwise, **wanted)
    await pass_time(wattwise, freezer, 300)
    state = wattwise.states.get(VOLTAGE)
    assert state
    assert state.state == STATE_UNAVAILABLE
    assert await holds(wattwise)
    await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done()
    await tell(wattwise, freezer, entry, 200, HIGH)
    assert not await holds(wattwise, **wanted)
    await tell(wattwise, freezer, entry, 120, HIGH)
    assert await holds(wattwise, **wanted)


async def test_a_home_that_is_not_at_work(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """While a household is not loaded, nothing is known of it."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    await wattwise.config_entries.async_unload(entry.entry_id)
    assert not await holds(wattwise)
    assert not await holds(wattwise, {"entity_id": VOLTAGE}, behavior="all")
    await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done()
    assert await holds(wattwise)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"kind": ["earthquake"]}, r"value must be one of \[.*'overload'.*\]"),
        ({"minimum_severity": 3}, r"value must be one of \[.*'critical'.*\]"),
        ({"behavior": "most"}, r"value must be one of \['all', 'any'\]"),
        ({"for": "soon"}, "for"),
        ({"cool_down": 3}, "cool_down"),
    ],
)
async def test_mistakes_are_named(
    wattwise: HomeAssistant, options: dict[str, Any], error: str
) -> None:
    """What cannot be is refused, and it is said what is wrong."""
    with pytest.raises(Exception, match=error):
        await holds(wattwise, **options)


async def test_the_editor_offers_it(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """The editor of automations gets what it needs, and can try the condition out."""
    entry = await async_add_household(wattwise, push_meter())
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert await async_setup_component(wattwise, "automation", {})
    client = await hass_ws_client(wattwise)
    await client.send_json_auto_id({"type": "condition_platforms/subscribe"})
    assert (await client.receive_json())["success"]
    offered = (await client.receive_json())["event"]
    assert set(offered[ACTIVE]["fields"]) == {
        "behavior",
        "for",
        "kind",
        "minimum_severity",
    }
    await client.send_json_auto_id(
        {"type": "get_conditions_for_target", "target": {"entity_id": [VOLTAGE]}}
    )
    assert ACTIVE in (await client.receive_json())["result"]
    names = await async_get_translations(wattwise, "en", "conditions", ["wattwise"])
    icons = await async_get_icons(wattwise, "conditions", ["wattwise"])
    path = "component.wattwise.conditions.alert_is_active"
    assert f"{path}.name" in names
    for field in offered[ACTIVE]["fields"]:
        assert f"{path}.fields.{field}.name" in names
    assert "alert_is_active" in icons["wattwise"]
    await client.send_json_auto_id(
        {
            "type": "test_condition",
            "condition": {
                "condition": ACTIVE,
                "options": {},
                "target": {"entity_id": VOLTAGE},
            },
        }
    )
    assert (await client.receive_json())["result"] == {"result": True}
