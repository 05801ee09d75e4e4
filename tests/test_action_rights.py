"""Which actions answer administrators and automations only, whatever they ask through."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.wattwise.const import CONF_PROFILE, DOMAIN
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import Unauthorized, UnknownUser
from homeassistant.setup import async_setup_component

from .homes import async_add_household, push_meter
from .provider.several_homes import three_homes


async def ask(hass: HomeAssistant, user_id: str | None, name: str, **data: Any) -> Any:
    """Call an action as a user, or as an automation."""
    return await hass.services.async_call(
        DOMAIN,
        name,
        data,
        blocking=True,
        return_response=True,
        context=Context(user_id=user_id),
    )


async def ask_by_script(
    hass: HomeAssistant, user_id: str, name: str, **data: Any
) -> Any:
    """Let a user run a script that calls an action and returns its answer."""
    step = {
        "action": f"{DOMAIN}.{name}",
        "data": data,
        "response_variable": "seen",
    }
    end = {"stop": "seen", "response_variable": "seen"}
    script = {"script": {"spy": {"sequence": [step, end]}}}
    assert await async_setup_component(hass, "script", script)
    return await hass.services.async_call(
        "script",
        "spy",
        blocking=True,
        return_response=True,
        context=Context(user_id=user_id),
    )


async def test_the_overview(
    wattwise: HomeAssistant, hass_admin_user: Any, hass_read_only_user: Any
) -> None:
    """What all homes use is told to nobody who only lives in one of them."""
    await async_add_household(wattwise, name="Empty")
    for user_id in (hass_admin_user.id, None):
        told = await ask(wattwise, user_id, "get_provider_overview")
        assert [home["household"] for home in told["households"]] == ["Empty"]
    with pytest.raises(Unauthorized):
        await ask(wattwise, hass_read_only_user.id, "get_provider_overview")
    with pytest.raises(Unauthorized):
        await ask_by_script(wattwise, hass_read_only_user.id, "get_provider_overview")


async def test_a_comparison(
    wattwise: HomeAssistant, hass_admin_user: Any, hass_read_only_user: Any
) -> None:
    """Nobody else finds out what was answered about a family by trying other answers."""
    entry = await async_add_household(
        wattwise, push_meter(), name="Family", options={CONF_PROFILE: {"occupants": 4}}
    )
    asked = {"config_entry_id": entry.entry_id, "what_if": {"occupants": 4}}
    for allowed in (hass_admin_user.id, None):
        told = await ask(wattwise, allowed, "compare", **asked)
        assert told["what_if"]["change_kwh"] == 0
    user_id = hass_read_only_user.id
    with pytest.raises(Unauthorized):
        await ask(wattwise, user_id, "compare", **asked)
    with pytest.raises(Unauthorized):
        await ask_by_script(wattwise, user_id, "compare", **asked)


async def test_a_forecast_of_several_homes(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    hass_admin_user: Any,
    hass_read_only_user: Any,
) -> None:
    """A user may ask for the forecast of a home, but not for that of all of them."""
    entries = await three_homes(wattwise, freezer)
    homes = [entries[name].entry_id for name in ("Known", "away")]
    user_id = hass_read_only_user.id
    for allowed, asked in (
        (user_id, homes[:1]),
        (hass_admin_user.id, homes),
        (None, homes),
    ):
        told = await ask(wattwise, allowed, "get_forecast", config_entry_id=asked)
        assert len(told["forecast"]) == 48
    with pytest.raises(Unauthorized):
        await ask(wattwise, user_id, "get_forecast", config_entry_id=homes)
    with pytest.raises(UnknownUser):
        await ask(wattwise, "gone", "get_forecast", config_entry_id=homes)
    with pytest.raises(Unauthorized):
        await ask_by_script(wattwise, user_id, "get_forecast", config_entry_id=homes)
