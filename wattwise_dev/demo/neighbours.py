"""Further households of a demo home: as many more as a provider has them."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from wattwise_dev.home_assistant import HomeAssistant
from wattwise_dev.simulator.player import Player, PlayerError

from .added_meter import added_meter
from .commissioning import add_push_meter
from .household import demo_household
from .live import Live
from .memory import KnownHome, KnownNeighbour
from .past import load_past, write_past
from .plan import HOUSEHOLD_ANSWERS, INTERVAL_S, DemoMeter, Transport
from .progress import Progress

_DOMAIN: Final = "wattwise"
_METER: Final = DemoMeter("grid", "Grid", "grid", Transport.PUSH)
_PAST_FOLDER: Final = "wattwise"


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A household that is added."""

    name: str
    household: str
    """Its name in the simulator."""
    seed: int
    past: timedelta | None = None
    """Of what it knows; None for as much as the first household."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What it says of its home, where it says anything."""


# One of them has just moved in: its forecasts still learn.
_NEIGHBOURS: Final = (
    _Neighbour(
        "Garden flat",
        "day_worker",
        11,
        answers={
            "dwelling": "apartment_2_4",
            "floor_area_m2": 60,
            "occupants": 1,
            "heating": "gas",
            "hot_water": "fuel",
            "air_conditioning": "none",
        },
    ),
    _Neighbour("New tenants", "office", 12, timedelta(days=5)),
    _Neighbour("Night shift", "shift_worker", 13),
    _Neighbour("Top floor", "office", 14),
    _Neighbour("Corner house", "family", 15),
    _Neighbour("Gatehouse", "day_worker", 16),
    _Neighbour("Back building", "shift_worker", 17),
)
MOST_HOMES: Final = 1 + len(_NEIGHBOURS)

type Remember = Callable[[KnownHome], None]
"""Keeps what is known of a home for the next time."""


async def with_neighbours(
    home: HomeAssistant,
    live: Live,
    known: KnownHome,
    homes: int,
    past: timedelta,
    progress: Progress,
    remember: Remember,
) -> KnownHome:
    """Let all further households report, and add some until there are `homes` in all.

    Those that were removed meanwhile are forgotten. Whenever this is broken off, no
    household is left that is not remembered; one that was half made is made anew.
    """
    entries = await home.rest(
        "GET", f"/api/config/config_entries/entry?domain={_DOMAIN}"
    )
    there = {entry["entry_id"] for entry in entries}
    neighbours = {}
    for name, neighbour in known.neighbours.items():
        if neighbour.entry_id not in there:
            continue
        if not neighbour.push_key:
            await home.rest(
                "DELETE", f"/api/config/config_entries/entry/{neighbour.entry_id}"
            )
            continue
        neighbours[name] = neighbour
        _play(live, home, name, neighbour, progress)

    def keep(name: str, neighbour: KnownNeighbour) -> None:
        neighbours[name] = neighbour
        remember(replace(known, neighbours=neighbours.copy()))

    for plan in _NEIGHBOURS[: homes - 1]:
        if plan.name not in neighbours:
            progress.say(f"Adding the household {plan.name} ...")
            added = partial(keep, plan.name)
            added(await _add(home, live, plan, past, progress, added))
    return replace(known, neighbours=neighbours)


async def _add(
    home: HomeAssistant,
    live: Live,
    plan: _Neighbour,
    past: timedelta,
    progress: Progress,
    begun: Callable[[KnownNeighbour], None],
) -> KnownNeighbour:
    """Set a household up whose one meter pushes, and load its past.

    It has `begun`, without a key yet, as soon as Home Assistant knows it.
    """
    began = datetime.now(UTC).replace(microsecond=0)
    household = demo_household(began, plan.household)
    start = began - min(past, plan.past or past)
    folder = home.config_dir / _PAST_FOLDER / plan.name.lower().replace(" ", "_")
    writing = asyncio.create_task(
        asyncio.to_thread(
            write_past, folder, household, plan.seed, (_METER.key,), start, began
        )
    )
    flow = await home.begin_config_flow(_DOMAIN)
    answers = {
        **HOUSEHOLD_ANSWERS,
        "name": plan.name,
        "phases": str(household.phases),
        "contracted_power": household.contracted_power_w / 1000,
        **plan.answers,
    }
    while not flow.step.is_done:
        await flow.submit(**answers)
    entry_id: str = flow.step.raw["result"]["entry_id"]
    neighbour = KnownNeighbour(entry_id, plan.household, plan.seed, began, "")
    begun(neighbour)

    def connect(key: str) -> None:
        _play(live, home, plan.name, replace(neighbour, push_key=key), progress)

    key = await add_push_meter(home, entry_id, _METER, connect)
    # It goes on when its past is known.
    await live.silence(plan.name)
    neighbour = replace(neighbour, push_key=key)
    _, device_id = await added_meter(home, entry_id, _METER)
    await load_past(home.client, device_id, (await writing)[_METER.key])
    _play(live, home, plan.name, neighbour, progress)
    return neighbour


def _play(
    live: Live,
    home: HomeAssistant,
    name: str,
    neighbour: KnownNeighbour,
    progress: Progress,
) -> None:
    live.play(name, _report(home, name, neighbour, progress))


async def _report(
    home: HomeAssistant, name: str, neighbour: KnownNeighbour, progress: Progress
) -> None:
    """Push what a household measures, until somebody removes it."""
    player = Player(
        home.url,
        {_METER.key: neighbour.push_key},
        demo_household(neighbour.began, neighbour.household),
        interval_s=INTERVAL_S,
        seed=neighbour.seed,
    )
    try:
        await player.run()
    except PlayerError as err:
        progress.say(f"{name} reports no more: {err}")
        # The other households go on.
        await asyncio.Event().wait()
