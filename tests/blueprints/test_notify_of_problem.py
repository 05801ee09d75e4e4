"""The blueprint that tells of problems, in a real automation."""

from pathlib import Path
import shutil
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed
import yaml

from homeassistant.const import (
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component

BLUEPRINTS = Path(__file__).parents[2] / "blueprints" / "automation" / "wattwise"
PROBLEM = "binary_sensor.grid_voltage_problem"


async def automate(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    device_class: str = "problem",
    **inputs: Any,
) -> list[str]:
    """Make an automation of the blueprint; return what it will tell, as it grows."""
    told: list[str] = []

    async def tell(call: ServiceCall) -> None:
        told.append(call.data["message"])

    hass.services.async_register("notify", "phone", tell)
    folder = Path(hass.config.path("blueprints", "automation", "wattwise"))
    await hass.async_add_executor_job(
        lambda: shutil.copytree(BLUEPRINTS, folder, dirs_exist_ok=True)
    )
    show(hass, STATE_OFF, device_class)
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


def show(hass: HomeAssistant, state: str, device_class: str) -> None:
    """Let the alert be in a state."""
    attributes = {"friendly_name": "Grid Voltage problem", "device_class": device_class}
    hass.states.async_set(PROBLEM, state, attributes)


async def become(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    state: str,
    minutes: float,
    device_class: str = "problem",
) -> None:
    """Change the alert's state after so many minutes."""
    await wait(hass, freezer, minutes)
    show(hass, state, device_class)
    await hass.async_block_till_done()


async def wait(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float
) -> None:
    """Let time pass."""
    freezer.tick(minutes * 60)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()


@pytest.mark.parametrize(
    "path", sorted(BLUEPRINTS.glob("*.yaml")), ids=lambda p: p.stem
)
def test_a_blueprint_names_its_source(path: Path) -> None:
    """Whoever imported a blueprint can import its newer version."""
    source = "https://github.com/wattwise-home/wattwise/blob/main"
    place = path.relative_to(BLUEPRINTS.parents[2]).as_posix()
    assert f"source_url: {source}/{place}" in path.read_text()


BEGINS = "Grid Voltage problem: there is a problem."
ENDS = "Grid Voltage problem: it has been over for 10 min."


async def test_a_problem_and_its_end(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is told when a problem begins, and when it has been over for a while."""
    told = await automate(hass, freezer)
    await become(hass, freezer, STATE_ON, minutes=60)
    assert told == [BEGINS]
    await become(hass, freezer, STATE_OFF, minutes=12)
    assert told == [BEGINS]
    await wait(hass, freezer, 10.1)
    assert told == [BEGINS, ENDS]


async def test_the_end_need_not_be_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who only wants to know of beginnings is told of them."""
    told = await automate(hass, freezer, tell_end=False)
    await become(hass, freezer, STATE_ON, minutes=60)
    await become(hass, freezer, STATE_OFF, minutes=12)
    await wait(hass, freezer, 30)
    assert told == [BEGINS]


async def test_the_first_alert_is_told_however_soon(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An alert right after a restart, or after the automation was made, is told."""
    told = await automate(hass, freezer, pause=30)
    await become(hass, freezer, STATE_ON, minutes=1)
    assert told == [BEGINS]


@pytest.mark.parametrize("before", [STATE_UNAVAILABLE, STATE_UNKNOWN])
async def test_an_alert_that_is_there_after_a_silence_is_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, before: str
) -> None:
    """After a power cut or a restart nobody else has told it."""
    told = await automate(hass, freezer)
    await become(hass, freezer, before, minutes=5)
    await become(hass, freezer, STATE_ON, minutes=5)
    assert told == [BEGINS]


async def test_what_comes_and_goes_is_told_now_and_then(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An alert that flaps for hours is told again after each pause, its end once."""
    told = await automate(hass, freezer, pause=30)
    await become(hass, freezer, STATE_ON, minutes=60)
    for _ in range(20):
        await become(hass, freezer, STATE_OFF, minutes=2)
        await become(hass, freezer, STATE_ON, minutes=5)
    # 140 minutes: at their beginning, and at most once in each half hour.
    assert 4 <= len(told) <= 5
    assert set(told) == {BEGINS}
    await become(hass, freezer, STATE_OFF, minutes=2)
    await wait(hass, freezer, 30.1)
    assert told[-1] == "Grid Voltage problem: it has been over for 30 min."


async def test_safety_is_told_each_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A lost neutral conductor is told whenever it begins."""
    told = await automate(hass, freezer, device_class="safety", pause=30)
    for _ in range(3):
        await become(hass, freezer, STATE_ON, minutes=2, device_class="safety")
        await become(hass, freezer, STATE_OFF, minutes=2, device_class="safety")
    assert told == [BEGINS] * 3
    await wait(hass, freezer, 30.1)
    assert told[3:] == ["Grid Voltage problem: it has been over for 30 min."]


async def test_a_meter_that_is_lost_is_no_problem_that_ended(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """When nobody knows any more, nothing is told."""
    told = await automate(hass, freezer)
    await become(hass, freezer, STATE_UNAVAILABLE, minutes=60)
    await become(hass, freezer, STATE_OFF, minutes=1)
    await wait(hass, freezer, 60)
    assert told == []


async def test_without_a_pause_everything_is_told(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who wants no pause is told of each beginning and end at once."""
    told = await automate(hass, freezer, pause=0)
    await become(hass, freezer, STATE_ON, minutes=1)
    await become(hass, freezer, STATE_OFF, minutes=1)
    await wait(hass, freezer, 0.1)
    assert told == [BEGINS, "Grid Voltage problem: it is over."]


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
