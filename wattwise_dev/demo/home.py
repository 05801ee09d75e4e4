"""The demo home at work: set up anew, or gone on with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import shutil

from homeassistant.const import RESTART_EXIT_CODE
from wattwise_dev.home_assistant import HomeAssistant

from . import plug
from .dashboard import show_dashboard
from .energy_dashboard import show_energy
from .entities import Entities, find_entities
from .first_start import set_up
from .household import demo_household
from .live import Live
from .memory import KnownHome, load_home, save_home
from .plan import METERS, PLACE
from .progress import Progress
from .recorded_past import record_past


class UnsoundHomeError(Exception):
    """The home in the folder is not the one that the demo has set up."""


@dataclass(frozen=True, slots=True)
class DemoHome:
    """A Home Assistant and the simulated household that reports to it."""

    home_assistant: HomeAssistant
    live: Live
    entities: Entities
    progress: Progress

    async def stay(self) -> None:
        """Stay until cancelled; Home Assistant may restart itself meanwhile.

        Raises HomeAssistantProcessError when it ends, SimulatorError when a meter is
        not let in any more.
        """
        home = self.home_assistant
        reporting = asyncio.create_task(self.live.wait())
        ended = asyncio.create_task(home.process.wait())
        try:
            while not reporting.done():
                await asyncio.wait(
                    (reporting, ended), return_when=asyncio.FIRST_COMPLETED
                )
                if not ended.done():
                    continue
                if ended.result() != RESTART_EXIT_CODE:
                    home.process.raise_if_ended()
                self.progress.say("Home Assistant restarts ...")
                await home.start()
                self.progress.say("Ready again.")
                ended = asyncio.create_task(home.process.wait())
            await reporting
        finally:
            reporting.cancel()
            ended.cancel()


@asynccontextmanager
async def running_home(
    folder: Path, port: int, progress: Progress
) -> AsyncIterator[DemoHome]:
    """Run the home of a folder; a folder without a complete home gets a new one.

    Raises UnsoundHomeError when the home there has been changed too much.
    """
    known = load_home(folder)
    if known is None:
        # What may be there is a set-up that was broken off.
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
    began = known.began if known else datetime.now(UTC).replace(microsecond=0)
    home = HomeAssistant(
        folder,
        port,
        place=PLACE,
        extra_configuration=plug.CONFIGURATION,
    )
    live = Live(demo_household(began), home.client)
    is_new = known is None
    try:
        if known:
            progress.say(f"Starting the demo home of {began:%d %B %Y} ...")
            await home.start()
            await _check(home, known)
        else:
            known = await set_up(home, live, began, progress)
        progress.say("Connecting the meters ...")
        await live.connect(known.meters)
        progress.say("Building the dashboard ...")
        entities = await find_entities(home, known)
        if is_new:
            await record_past(home, known, entities)
        await show_energy(home, entities)
        await show_dashboard(home, entities)
        save_home(folder, known)
        yield DemoHome(home, live, entities, progress)
    finally:
        progress.say("Stopping ...")
        await live.stop()
        await home.stop()


async def _check(home: HomeAssistant, known: KnownHome) -> None:
    """Raise UnsoundHomeError when what was set up is not there any more."""
    entries = await home.rest("GET", "/api/config/config_entries/entry?domain=wattwise")
    states = {entry["entry_id"]: entry["state"] for entry in entries}
    state = states.get(known.entry_id)
    if state is None:
        raise UnsoundHomeError("Its household was removed from Home Assistant.")
    if state != "loaded":
        raise UnsoundHomeError(f"Its household is not at work but in '{state}'.")
    subentries = await home.command(
        "config_entries/subentries/list", entry_id=known.entry_id
    )
    there = {subentry["subentry_id"] for subentry in subentries}
    for meter in METERS:
        if known.meters[meter.key].subentry_id not in there:
            raise UnsoundHomeError(f"Its meter {meter.name} was removed.")
