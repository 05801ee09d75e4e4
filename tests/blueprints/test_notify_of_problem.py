"""The blueprint that tells of problems, in a real automation of a real home."""

from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..alert_meters import (
    EVENTS,
    FAR_TOO_HIGH,
    FINE,
    HIGH,
    NEUTRAL,
    NEUTRAL_FINE,
    NEUTRAL_LOST,
    VOLTAGE,
    tell,
)
from ..homes import async_add_household, push_meter
from ..test_meters import pass_time
from .automations import TELL, automate

BEGINS: Final = "Grid: The voltage is high (250 V)"
WORSENS: Final = "Grid: The voltage is far too high (256 V)"
ENDS: Final = "Grid: Voltage problem, over after"


@pytest.fixture(autouse=True)
def now(freezer: FrozenDateTimeFactory) -> None:
    """Stop the clock, which only the tests move."""
    freezer.move_to("2026-06-17 10:00:00+00:00")


async def notify(
    hass: HomeAssistant, problem: str = VOLTAGE, **inputs: Any
) -> tuple[MockConfigEntry, list[str]]:
    """Return a home, and what is told of its problems."""
    entry = await async_add_household(hass, push_meter())
    answers = {"problems": [problem], "tell": TELL} | inputs
    return entry, await automate(hass, "notify_of_problem", **answers)


@pytest.mark.parametrize("problem", [VOLTAGE, EVENTS])
async def test_a_problem_and_its_end(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, problem: str
) -> None:
    """It is told what begins and worsens, and what has been over for a while."""
    entry, told = await notify(wattwise, problem)
    await tell(wattwise, freezer, entry, 80, HIGH)
    assert told == [BEGINS]
    await tell(wattwise, freezer, entry, 30, FAR_TOO_HIGH)
    assert told == [BEGINS, WORSENS]
    await tell(wattwise, freezer, entry, 80, FINE)
    await pass_time(wattwise, freezer, 500)
    assert len(told) == 2
    await pass_time(wattwise, freezer, 110)
    assert len(told) == 3
    assert told[2].startswith(ENDS)


async def test_the_end_need_not_be_told(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who only wants to know of beginnings is told of them."""
    entry, told = await notify(wattwise, tell_end=False)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await tell(wattwise, freezer, entry, 80, FINE)
    await pass_time(wattwise, freezer, 1_000)
    assert told == [BEGINS]


async def test_only_what_is_grave(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who only cares for what is critical is told once it is, and when it is over."""
    entry, told = await notify(wattwise, minimum_severity="critical", pause=0)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await tell(wattwise, freezer, entry, 240, FINE)
    assert told == []
    await tell(wattwise, freezer, entry, 80, HIGH)
    await tell(wattwise, freezer, entry, 30, FAR_TOO_HIGH)
    assert told == [WORSENS]
    await tell(wattwise, freezer, entry, 80, FINE)
    assert len(told) == 2
    assert told[1].startswith(ENDS)


async def test_what_comes_and_goes_is_told_now_and_then(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """An alert that flaps is told again after each pause, its end once."""
    entry, told = await notify(wattwise, pause=15)
    for _ in range(6):
        await tell(wattwise, freezer, entry, 80, HIGH)
        await tell(wattwise, freezer, entry, 240, FINE)
    assert told == [BEGINS] * 2
    await pass_time(wattwise, freezer, 800)
    assert len(told) == 3
    assert told[2].startswith(ENDS)


async def test_what_worsens_in_the_pause_is_told_once(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """That it is graver than the one that was told is said at once, by one message."""
    entry, told = await notify(wattwise, pause=60)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await tell(wattwise, freezer, entry, 240, FINE)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await tell(wattwise, freezer, entry, 60, FAR_TOO_HIGH)
    assert told == [BEGINS, WORSENS]
    await tell(wattwise, freezer, entry, 80, FINE)
    await pass_time(wattwise, freezer, 3_600)
    assert len(told) == 3
    assert told[2].startswith(ENDS)


async def test_safety_is_told_each_time(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A lost neutral conductor is told whenever it begins."""
    entry, told = await notify(wattwise, NEUTRAL, pause=60)
    for _ in range(2):
        await tell(wattwise, freezer, entry, 30, NEUTRAL_LOST)
        await tell(wattwise, freezer, entry, 90, NEUTRAL_FINE)
    assert len(told) == 2
    assert all("neutral conductor" in message for message in told)
    await pass_time(wattwise, freezer, 3_600)
    assert told[2:] == ["Grid: Neutral conductor lost, over after 1 min"]


async def test_a_restart_and_silence_tell_nothing_twice(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What goes on over a restart and over silence is told once, and its end, too."""
    entry, told = await notify(wattwise, pause=0)
    await tell(wattwise, freezer, entry, 80, HIGH)
    await pass_time(wattwise, freezer, 600)
    await tell(wattwise, freezer, entry, 30, HIGH)
    await wattwise.config_entries.async_reload(entry.entry_id)
    await tell(wattwise, freezer, entry, 30, HIGH)
    assert told == [BEGINS]
    await tell(wattwise, freezer, entry, 80, FINE)
    assert len(told) == 2
    assert told[1] == f"{ENDS} 12 min"


async def test_without_a_pause_everything_is_told(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who wants no pause is told of each beginning and end at once."""
    entry, told = await notify(wattwise, pause=0)
    for _ in range(2):
        await tell(wattwise, freezer, entry, 80, HIGH)
        await tell(wattwise, freezer, entry, 240, FINE)
    assert [message.startswith(ENDS) for message in told] == [False, True] * 2
