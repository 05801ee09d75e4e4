"""The demo home at work: set up anew, or gone on with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
import shutil
from typing import Final

from homeassistant.const import RESTART_EXIT_CODE
from wattwise_dev.home_assistant import HomeAssistant

from . import forecast_chart
from .commissioning import set_up_export
from .dashboard import show_dashboard
from .database import DemoDatabase
from .devices import sensor_plug
from .devices.equipment import Equipment
from .devices.esphome_node import NoNodeError, program_of_node
from .devices.wiring import Wiring
from .energy_dashboard import show_energy
from .entities import Entities, find_entities
from .first_start import FirstStart
from .household import demo_household
from .live import Live
from .memory import ForeignHomeError, KnownHome, load_home, save_home
from .neighbours import with_neighbours
from .plan import AIR_CONDITIONER, METERS, PLACE
from .progress import Progress
from .recorded_past import continue_sums, record_past

# Announcements are heard, though only those that are meant for this machine.
_CONFIGURATION = f"""\
zeroconf:

{sensor_plug.CONFIGURATION}
{forecast_chart.CONFIGURATION}"""
_EXPORT: Final = "influx_status"


class UnsoundHomeError(Exception):
    """The home in the folder is not one that the demo can go on with."""


@dataclass(frozen=True, slots=True)
class DemoHome:
    """A Home Assistant and the simulated household that reports to it."""

    home_assistant: HomeAssistant
    live: Live
    known: KnownHome
    broker: str
    """The program that passes MQTT messages on."""
    entities: Entities
    database: DemoDatabase | None
    """The InfluxDB that is written to as well."""
    progress: Progress

    async def stay(self) -> None:
        """Stay until cancelled; Home Assistant may restart itself meanwhile.

        Raises HomeAssistantProcessError when it ends, SimulatorError when a meter is
        not let in any more.
        """
        home = self.home_assistant
        reporting = asyncio.create_task(self.live.wait())
        continuing = asyncio.create_task(continue_sums(home, self.known, self.entities))
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
            continuing.cancel()
            ended.cancel()


@asynccontextmanager
async def running_home(
    folder: Path,
    port: int,
    progress: Progress,
    *,
    past: timedelta,
    with_node: bool,
    with_influxdb: bool,
    homes: int = 1,
) -> AsyncIterator[DemoHome]:
    """Run the home of a folder; a folder without a complete home gets a new one.

    With more than one of `homes`, further households are added until there are so many.

    A new one knows so much of its past, and gets an ESPHome node if wanted and possible;
    any gets an InfluxDB if wanted, and has it from then on. Raises UnsoundHomeError when the home there has
    been changed too much, TakenPortError when its devices cannot be where they were,
    ServerMissingError and ServerFailedError when InfluxDB does not run.
    """
    try:
        known = load_home(folder)
    except ForeignHomeError as err:
        raise UnsoundHomeError(str(err)) from err
    program, fallbacks = await _node(known, progress, with_node=with_node)
    if known is None:
        # What may be there is a set-up that was broken off.
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        await asyncio.to_thread(folder.mkdir, parents=True)
    began = known.began if known else datetime.now(UTC).replace(microsecond=0)
    wiring = known.wiring if known else Wiring.new(with_node=program is not None)
    if with_influxdb:
        wiring = wiring.with_influxdb()
    home = HomeAssistant(folder, port, place=PLACE, extra_configuration=_CONFIGURATION)
    equipment = Equipment(folder, wiring, home.client, program)
    live = Live(demo_household(began), home.url)
    is_new = known is None
    async with AsyncExitStack() as stack:
        stack.push_async_callback(equipment.stop)
        stack.push_async_callback(home.stop)
        stack.push_async_callback(live.stop)
        stack.callback(progress.say, "Stopping ...")
        await equipment.start()
        if known:
            progress.say(f"Starting the demo home of {began:%d %B %Y} ...")
            measuring = asyncio.create_task(live.begin(equipment.devices))
            await home.start()
            await _check(home, known)
            await measuring
        else:
            first = FirstStart(home, equipment, live, fallbacks, progress)
            known = await first.set_up(began, past)
        known = replace(known, wiring=wiring)
        for key, meter in known.meters.items():
            if meter.push_key is not None:
                live.push(key, meter.push_key)
        progress.say("Building the dashboard ...")
        entities = await find_entities(home, known)
        if is_new:
            await record_past(home, known, entities)
        database = equipment.database
        if database and with_influxdb and not entities.household(_EXPORT):
            progress.say("Setting up the export to InfluxDB, in the options ...")
            await set_up_export(home, known.entry_id, database)
        await show_energy(home, known, entities)
        await show_dashboard(home, known, entities)
        save_home(folder, known)
        known = await with_neighbours(
            home, live, known, homes, past, progress, partial(save_home, folder)
        )
        yield DemoHome(
            home, live, known, equipment.broker.name, entities, database, progress
        )


async def _node(
    known: KnownHome | None, progress: Progress, *, with_node: bool
) -> tuple[Path | None, dict[str, str]]:
    """Return the program of the ESPHome node, or why there is none, by meter."""
    if known is not None and known.wiring.node_port is None:
        return None, known.fallbacks
    if known is None and not with_node:
        return None, {AIR_CONDITIONER.key: "no ESPHome node was wanted"}
    progress.say("Preparing the ESPHome node; to build it, once, takes a minute ...")
    try:
        return await asyncio.to_thread(program_of_node), {}
    except NoNodeError as err:
        if known is not None:
            raise UnsoundHomeError(f"Its ESPHome node is missing: {err}.") from err
        progress.say(f"There will be no ESPHome node: {err}")
        return None, {AIR_CONDITIONER.key: str(err)}


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
