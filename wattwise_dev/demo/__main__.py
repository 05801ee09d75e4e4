"""Runs the demo home, or looks once whether it comes alive."""

import argparse
import asyncio
from collections.abc import Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from datetime import timedelta
import json
import logging
from pathlib import Path
import re
import shutil
import signal
import sys
from textwrap import indent
from typing import Final

from wattwise_dev.esphome.host_program import HostProgramError
from wattwise_dev.home_assistant import (
    CommandError,
    FlowError,
    HomeAssistantProcessError,
    RestError,
    is_free,
)
from wattwise_dev.influxdb.server_program import ServerFailedError, ServerMissingError
from wattwise_dev.mqtt.broker import BrokerFailedError
from wattwise_dev.simulator import SimulatorError

from .arrival import look_at_arrival
from .dashboard import URL_PATH
from .devices.equipment import TakenPortError
from .home import DemoHome, UnsoundHomeError, running_home
from .household import PAST
from .neighbours import MOST_HOMES
from .progress import Progress
from .sight import look, versions_of
from .welcome import database_lines, terminal_lines

# Every home is a folder in here, so that nothing else is ever deleted.
_FOLDER: Final = Path(__file__).resolve().parents[2] / ".wattwise" / "demo"
# Of the past; nobody looks at the charts of a home that is gone in a minute.
_SMOKE_DAYS: Final = 30
_INTERRUPTED: Final = 130

type Running = AbstractAsyncContextManager[DemoHome]
"""A home that runs as long as it is used."""


def main() -> int:
    """Run what was asked for and return the exit code."""
    arguments = _arguments()
    if not is_free(arguments.port):
        print(
            f"Port {arguments.port} is taken. Use another one: --port 8124",
            file=sys.stderr,
        )
        return 1
    # While Home Assistant starts or loads a household anew, meters try again: so it
    # shall be, and no news.
    logging.getLogger("wattwise_dev.simulator").setLevel(logging.ERROR)
    progress = Progress()
    folder = _FOLDER / (arguments.name or ("smoke" if arguments.smoke else "home"))
    if (arguments.fresh or arguments.smoke) and folder.exists():
        progress.say("Deleting the home of last time ...")
        shutil.rmtree(folder)
    run = _smoke if arguments.smoke else _run
    try:
        home = running_home(
            folder,
            arguments.port,
            progress,
            past=timedelta(days=arguments.past),
            with_node=not arguments.no_esphome,
            with_influxdb=arguments.influxdb,
            homes=arguments.homes,
        )
        return asyncio.run(_stoppable(run(home, progress)))
    except UnsoundHomeError as err:
        print(
            f"The demo home cannot go on. {err}\nBegin anew: scripts/demo --fresh",
            file=sys.stderr,
        )
    except (
        BrokerFailedError,
        CommandError,
        FlowError,
        HomeAssistantProcessError,
        HostProgramError,
        RestError,
        ServerFailedError,
        ServerMissingError,
        SimulatorError,
        TakenPortError,
    ) as err:
        print(err, file=sys.stderr)
    return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8123, help="of Home Assistant (default: 8123)"
    )
    parser.add_argument(
        "--name", type=_name, help="keeps several homes apart: .wattwise/demo/NAME"
    )
    parser.add_argument(
        "--no-esphome",
        action="store_true",
        help="a new home gets no ESPHome node, which takes a minute to build",
    )
    parser.add_argument(
        "--influxdb",
        action="store_true",
        help="write all readings to a real InfluxDB as well, from now on",
    )
    parser.add_argument(
        "--homes",
        type=int,
        default=1,
        choices=range(1, MOST_HOMES + 1),
        metavar="N",
        help="add further simulated households until there are so many, as a provider "
        f"has them (1 to {MOST_HOMES}, default: %(default)s)",
    )
    parser.add_argument(
        "--past",
        type=int,
        choices=range(1, PAST.days + 1),
        metavar="DAYS",
        help=f"of the past that a new home knows (1 to {PAST.days}, default: all; "
        f"{_SMOKE_DAYS} with --smoke)",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--fresh", action="store_true", help="delete the demo home and begin anew"
    )
    how.add_argument(
        "--smoke",
        action="store_true",
        help="set a home up, wait for live values, print what was seen as JSON, end",
    )
    asked = parser.parse_args()
    if asked.past is None:
        asked.past = _SMOKE_DAYS if asked.smoke else PAST.days
    return asked


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", text):
        raise argparse.ArgumentTypeError("use small letters, digits, - and _")
    return text


async def _stoppable(work: Coroutine[None, None, int]) -> int:
    """Let SIGINT and SIGTERM end the work in order."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        return await work
    except asyncio.CancelledError:
        return _INTERRUPTED


async def _run(running: Running, progress: Progress) -> int:
    async with running as demo:
        home = demo.home_assistant
        assert home.credentials is not None
        progress.say("Waiting for the first readings ...")
        sight = await look(home.client, demo.entities, progress, until_growing=False)
        for missing in sight.missing:
            progress.say(f"Missing: {missing}")
        progress.say("Ready.")
        told = "\n".join(terminal_lines(demo.known))
        if demo.database:
            told += "\n\n" + "\n".join(database_lines(demo.database))
        print(
            f"""
    Open      {home.url}/{URL_PATH}
    Log in    {home.credentials.username} / {home.credentials.password}

{indent(told, "    ")}

    Everything is kept in .wattwise/demo/{home.config_dir.name}. Press Ctrl-C to stop.
""",
            flush=True,
        )
        try:
            await demo.stay()
        except asyncio.CancelledError:
            if task := asyncio.current_task():
                task.uncancel()
    return 0


async def _smoke(running: Running, progress: Progress) -> int:
    async with running as demo:
        progress.say("Looking at the entities ...")
        versions = await versions_of(demo.home_assistant)
        sight = await look(
            demo.home_assistant.client, demo.entities, progress, until_growing=True
        )
        arrival = None
        if demo.database:
            progress.say("Looking at InfluxDB ...")
            arrival = await look_at_arrival(
                demo.home_assistant, demo.known, demo.database
            )
    meters = {
        key: {"transport": meter.transport, "found_by": meter.found_by}
        for key, meter in demo.known.meters.items()
    }
    missing = sight.missing + (arrival.missing if arrival else ())
    seen = {
        "ok": not missing,
        **versions,
        "broker": demo.broker,
        "meters": meters,
        "fallbacks": demo.known.fallbacks,
        **asdict(sight),
        "missing": missing,
    }
    if arrival:
        seen["influxdb"] = {
            "version": arrival.version,
            "points": arrival.points,
            "waiting": arrival.waiting,
        }
    print(json.dumps(seen))
    for what in missing:
        progress.say(f"Missing: {what}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
