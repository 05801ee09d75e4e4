"""The blueprint that tells of problems, in a real automation."""

from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
import yaml

from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "wattwise"
PROBLEM = "binary_sensor.grid_voltage_problem"


async def automate(hass: HomeAssistant, **inputs: Any) -> list[ServiceCall]:
    """Make an automation of the blueprint; return what it will tell."""
    told = async_mock_service(hass, "notify", "phone")
    folder = Path(hass.config.path("blueprints", "automation", "wattwise"))
    await hass.async_add_executor_job(
        lambda: shutil.copytree(BLUEPRINTS, folder, dirs_exist_ok=True)
    )
    hass.states.async_set(PROBLEM, STATE_OFF, {"friendly_name": "Grid Voltage problem"})
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "use_blueprint": {
                    "path": "wattwise/notify_of_problem.yaml",
                    "input": {
                        "problems": [PROBLEM],
                        "tell": [
                            {
                                "action": "notify.phone",
                                "data": {"message": "{{ message }}"},
                            }
                        ],
                        **inputs,
                    },
                }
            }
        },
    )
    await hass.async_block_till_done()
    return told


async def become(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, state: str, minutes: float
) -> None:
    """Change the alert's state after so many minutes."""
    freezer.tick(minutes * 60)
    hass.states.async_set(PROBLEM, state, {"friendly_name": "Grid Voltage problem"})
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    "path", sorted(BLUEPRINTS.glob("*.yaml")), ids=lambda p: p.stem
)
def test_a_blueprint_names_its_source(path: Path) -> None:
    """Whoever imported a blueprint can import its newer version."""
    text = path.read_text()
    assert (
        f"source_url: https://github.com/wattwise-home/wattwise/blob/main/{path.relative_to(BLUEPRINTS.parents[2])}"
        in text
    )


async def test_a_problem_and_its_end(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is told when a problem begins, and how long it was when it is over."""
    told = await automate(hass)
    await become(hass, freezer, STATE_ON, minutes=60)
    await become(hass, freezer, STATE_OFF, minutes=12)
    assert [call.data["message"] for call in told] == [
        "Grid Voltage problem: there is a problem.",
        "Grid Voltage problem: it is over, after 12 min.",
    ]


async def test_the_end_need_not_be_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who only wants to know of beginnings is told of them."""
    told = await automate(hass, tell_end=False)
    await become(hass, freezer, STATE_ON, minutes=60)
    await become(hass, freezer, STATE_OFF, minutes=12)
    assert len(told) == 1


async def test_what_comes_again_soon_is_told_once(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Within the pause the same alert is not told again; after it, it is."""
    told = await automate(hass, tell_end=False, pause=30)
    await become(hass, freezer, STATE_ON, minutes=60)
    for _ in range(5):
        await become(hass, freezer, STATE_OFF, minutes=2)
        await become(hass, freezer, STATE_ON, minutes=5)
    assert len(told) == 1
    await become(hass, freezer, STATE_OFF, minutes=2)
    await become(hass, freezer, STATE_ON, minutes=31)
    assert len(told) == 2


async def test_a_meter_that_is_lost_is_no_problem_that_ended(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """When nobody knows any more, nothing is told."""
    told = await automate(hass)
    await become(hass, freezer, STATE_UNAVAILABLE, minutes=60)
    await become(hass, freezer, STATE_OFF, minutes=1)
    assert told == []


def test_the_message_needs_no_yaml() -> None:
    """Without any answer but the alerts, a notification is shown in Home Assistant."""

    class Loader(yaml.SafeLoader):
        """Reads inputs, too."""

    Loader.add_constructor("!input", lambda loader, node: node.value)
    text = (BLUEPRINTS / "notify_of_problem.yaml").read_text()
    blueprint = yaml.load(text, Loader=Loader)
    inputs = blueprint["blueprint"]["input"]
    assert [name for name, field in inputs.items() if "default" not in field] == [
        "problems"
    ]
