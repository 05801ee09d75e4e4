"""Automations made of the project's blueprints, in a real Home Assistant."""

import asyncio
from pathlib import Path
import shutil
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component

BLUEPRINTS: Final = Path(__file__).parents[2] / "blueprints" / "automation" / "wattwise"

# What an automation tells: its message in full.
TELL: Final = [{"action": "notify.phone", "data": {"message": "{{ message }}"}}]


async def automate(hass: HomeAssistant, blueprint: str, **inputs: Any) -> list[str]:
    """Make an automation of a blueprint; return what it will tell, as it grows."""
    told: list[str] = []

    async def tell(call: ServiceCall) -> None:
        told.append(call.data["message"])

    hass.services.async_register("notify", "phone", tell)
    folder = Path(hass.config.path("blueprints", "automation", "wattwise"))
    await hass.async_add_executor_job(
        lambda: shutil.copytree(BLUEPRINTS, folder, dirs_exist_ok=True)
    )
    use = {"path": f"wattwise/{blueprint}.yaml", "input": inputs}
    automation = {"alias": "Made", "use_blueprint": use}
    assert await async_setup_component(hass, "automation", {"automation": automation})
    await hass.async_block_till_done()
    made = hass.states.get("automation.made")
    assert made
    assert made.state == "on", "The blueprint or its inputs are wrong"
    return told


async def wait(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float
) -> None:
    """Let time pass."""
    freezer.tick(minutes * 60)
    async_fire_time_changed(hass)
    await settle(hass)


async def settle(hass: HomeAssistant) -> None:
    """Let happen what happens now, in threads, too.

    Home Assistant is never done with an automation that waits.
    """
    for _ in range(5):
        for _ in range(20):
            await asyncio.sleep(0)
        # What they were asked before is begun by then, and done after some rounds.
        await hass.async_add_import_executor_job(int)
        await hass.async_add_executor_job(int)
    for _ in range(20):
        await asyncio.sleep(0)


async def switches(hass: HomeAssistant, **states: str) -> None:
    """Let there be toggles that can be switched, by their names."""
    toggles = {name: {"initial": state == "on"} for name, state in states.items()}
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": toggles}
    )
    assert await async_setup_component(hass, "homeassistant", {})
    assert await async_setup_component(hass, "scene", {})
    await hass.async_block_till_done()
