"""Every alert of the supply, one after the other, as a person sees it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
import time
from typing import Final

from wattwise_dev.browser import Frontend

from .trial_home import URL_PATH, TrialHome

_POLL_S: Final = 1.0
_PHASES: Final = ("voltage_l1_state", "voltage_l2_state", "voltage_l3_state")


class NotShownError(Exception):
    """An alert that did not come."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What is played, what has to be shown then, and how long that may take."""

    condition: str
    shown: Mapping[str, str] = field(default_factory=dict)
    within_s: int = 400


def _all_phases(state: str, problem: str) -> dict[str, str]:
    return {**dict.fromkeys(_PHASES, state), "voltage_problem": problem}


_QUIET: Final = Stop(
    "normal",
    _all_phases("normal", "off")
    | dict.fromkeys(("neutral_lost", "frequency_problem", "overload"), "off"),
)
STOPS: Final = (
    _QUIET,
    Stop("low_warning", _all_phases("low_warning", "on")),
    Stop("low_critical", _all_phases("low_critical", "on")),
    _QUIET,
    Stop("high_warning", _all_phases("high_warning", "on")),
    Stop("high_critical", _all_phases("high_critical", "on")),
    _QUIET,
    Stop("fluctuating", _all_phases("fluctuating", "on"), 300),
    Stop("neutral_lost", {"neutral_lost": "on"}),
    _QUIET,
    Stop("frequency_problem", {"frequency_problem": "on"}),
    _QUIET,
    Stop("overload", {"overload": "on"}),
    _QUIET,
    # An unbalance has to last for ten minutes.
    Stop("phases_unbalanced", {"phases_unbalanced": "on"}, 780),
)


async def take_supply_tour(
    home: TrialHome, frontend: Frontend, folder: Path, say: Callable[[str], None]
) -> list[Path]:
    """Play every condition, wait for its alert and take a picture; return the pictures.

    Raises NotShownError.
    """
    await frontend.visit(f"/{URL_PATH}/alerts")
    pictures: list[Path] = []
    for number, stop in enumerate(STOPS, 1):
        began = time.monotonic()
        await home.play(stop.condition, minutes=20)
        await _wait(home, stop)
        await frontend.settle()
        picture = folder / f"{number:02}-{stop.condition.replace('_', '-')}.png"
        await frontend.screenshot(picture)
        pictures.append(picture)
        say(f"{stop.condition}: shown after {time.monotonic() - began:.0f} s")
    return pictures


async def _wait(home: TrialHome, stop: Stop) -> None:
    deadline = time.monotonic() + stop.within_s
    while True:
        shown = {key: await home.state(key) for key in stop.shown}
        if shown == stop.shown:
            return
        if time.monotonic() > deadline:
            raise NotShownError(
                f"{stop.condition} was played for {stop.within_s} s, and shown is {shown}"
            )
        await asyncio.sleep(_POLL_S)
