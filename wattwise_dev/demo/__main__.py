"""Runs the demo home, or looks once whether it comes alive."""

import argparse
import asyncio
from collections.abc import Coroutine
from dataclasses import asdict
import json
import logging
from pathlib import Path
import re
import shutil
import signal
import sys
from typing import Final

from wattwise_dev.home_assistant import (
    CommandError,
    FlowError,
    HomeAssistantProcessError,
    RestError,
    is_free,
)
from wattwise_dev.simulator import SimulatorError

from .dashboard import URL_PATH
from .home import UnsoundHomeError, running_home
from .progress import Progress
from .sight import look, versions_of

# Every home is a folder in here, so that nothing else is ever deleted.
_FOLDER: Final = Path(__file__).resolve().parents[2] / ".wattwise" / "demo"
_INTERRUPTED: Final = 130


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
        return asyncio.run(_stoppable(run(folder, arguments.port, progress)))
    except UnsoundHomeError as err:
        print(
            f"The demo home cannot go on. {err}\nBegin anew: scripts/demo --fresh",
            file=sys.stderr,
        )
    except (
        CommandError,
        FlowError,
        HomeAssistantProcessError,
        RestError,
        SimulatorError,
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
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--fresh", action="store_true", help="delete the demo home and begin anew"
    )
    how.add_argument(
        "--smoke",
        action="store_true",
        help="set a home up, wait for live values, print what was seen as JSON, end",
    )
    return parser.parse_args()


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


async def _run(folder: Path, port: int, progress: Progress) -> int:
    async with running_home(folder, port, progress) as demo:
        home = demo.home_assistant
        assert home.credentials is not None
        progress.say("Waiting for the first readings ...")
        sight = await look(home.client, demo.entities, progress, until_growing=False)
        for missing in sight.missing:
            progress.say(f"Missing: {missing}")
        progress.say("Ready.")
        print(
            f"""
    Open      {home.url}/{URL_PATH}
    Log in    {home.credentials.username} / {home.credentials.password}

    The grid, solar and water heater meters push a reading every few seconds,
    the air conditioner reports through sensors of Home Assistant.
    Everything is kept in .wattwise/demo/{folder.name}. Press Ctrl-C to stop.
""",
            flush=True,
        )
        try:
            await demo.stay()
        except asyncio.CancelledError:
            if task := asyncio.current_task():
                task.uncancel()
    return 0


async def _smoke(folder: Path, port: int, progress: Progress) -> int:
    async with running_home(folder, port, progress) as demo:
        progress.say("Looking at the entities ...")
        versions = await versions_of(demo.home_assistant)
        sight = await look(
            demo.home_assistant.client, demo.entities, progress, until_growing=True
        )
    print(json.dumps({"ok": not sight.missing, **versions, **asdict(sight)}))
    for missing in sight.missing:
        progress.say(f"Missing: {missing}")
    return 1 if sight.missing else 0


if __name__ == "__main__":
    sys.exit(main())
