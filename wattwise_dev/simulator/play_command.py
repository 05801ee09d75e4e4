"""The command `play`: a player, its status line and what it says in the end."""

import argparse
import asyncio
import logging
import signal
import sys
from typing import Final, override

from .arguments import fault_names, keys, moment
from .errors import SimulatorError
from .households import household_named
from .payload import dialect_named
from .player import Player, Tally
from .progress import StatusLine
from .pushing import LOGGER

_STATUS_EVERY_S: Final = 0.5


def play(options: argparse.Namespace) -> None:
    """Play a household until interrupted."""
    if not options.url.startswith(("http://", "https://")):
        raise SimulatorError(
            f"'{options.url}' is no address such as http://127.0.0.1:8123"
        )
    player = Player(
        options.url,
        keys(options.meter),
        household_named(options.household),
        interval_s=options.interval,
        speed=options.speed,
        start=moment(options.start) if options.start else None,
        seed=options.seed,
        dialect=dialect_named(options.dialect),
        faults=fault_names(options.faults),
    )
    print(
        f"Playing {options.household} to {options.url}. Press Ctrl-C to end.",
        file=sys.stderr,
    )
    status = StatusLine(sys.stderr)
    handler = _AboveStatus(status)
    LOGGER.addHandler(handler)
    try:
        asyncio.run(_play(player, status))
    finally:
        LOGGER.removeHandler(handler)
        status.clear()
        for meter, tally in player.tallies.items():
            print(f"{meter}: {summary(tally)}", file=sys.stderr)


def summary(tally: Tally) -> str:
    """Return what became of a meter's samples, on one line."""
    text = (
        f"{tally.sent} samples sent in {tally.requests} requests; values: "
        f"{tally.accepted} accepted, {tally.duplicate} duplicate, {tally.held} held"
    )
    if tally.refused:
        reasons = ", ".join(f"{count} {why}" for why, count in tally.refused.items())
        text += f", refused: {reasons}"
    for count, what in (
        (tally.rejected, "rejected"),
        (tally.overflowed, "lost from the full backlog"),
        (tally.waiting, "not sent"),
    ):
        if count:
            text += f"; {count} samples {what}"
    return text


async def _play(player: Player, status: StatusLine) -> None:
    """Run the player until a signal, showing what it does."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, player.stop)
    watcher = asyncio.create_task(_watch(player, status))
    try:
        await player.run()
    finally:
        watcher.cancel()


async def _watch(player: Player, status: StatusLine) -> None:
    """Keep the status line current."""
    while True:
        parts = [
            f"{meter} {tally.sent} sent, {tally.waiting} waiting"
            for meter, tally in player.tallies.items()
        ]
        status.show("; ".join(parts))
        await asyncio.sleep(_STATUS_EVERY_S)


class _AboveStatus(logging.Handler):
    """Prints messages above the status line."""

    def __init__(self, status: StatusLine) -> None:
        """Print around a status line."""
        super().__init__(logging.INFO)
        self._status = status

    @override
    def emit(self, record: logging.LogRecord) -> None:
        """Print a message."""
        self._status.clear()
        print(record.getMessage(), file=sys.stderr)
