"""Filling a history: booking an import, rolling it up, looking after the file."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
import time
from typing import Final

from custom_components.wattwise.history.files.meter_file import BATCH_ROWS
from custom_components.wattwise.history.readings.free_pages import give_back
from custom_components.wattwise.history.writer import Transaction
from custom_components.wattwise.metering.reading import Reading

from ..load import MeasurementError
from ..progress import Say
from .meters import BenchmarkMeter, Measurements, readings
from .opening import opened
from .space import Space, measure_space
from .watch import Cost, watched

FILE: Final = "history.db"


@dataclass(frozen=True, slots=True)
class Filled:
    """What came into the file, what it cost, and how large the file was."""

    coarse: int
    """Readings that were there before."""
    rss_empty: float
    """Memory of the process before it booked anything [bytes]."""
    fine: int
    """Readings at 10 seconds that were booked as an import."""
    booking: Cost
    refreshing: Cost
    packing: Cost
    before: Space
    """With the coarse readings and their roll-ups, packed."""
    booked: Space
    """With all readings as they were booked, and all roll-ups."""
    packed: Space
    """The same when the file was looked after."""


async def fill(folder: Path, measurements: list[Measurements], say: Say) -> Filled:
    """Make a new history of all that the meters measured."""
    path = folder / FILE
    coarse, first = await _book(path, [(m.meter, m.coarse) for m in measurements])
    await _refresh(path)
    await _pack(path)
    before = await asyncio.to_thread(measure_space, path)
    fine, booking = await _book(path, [(m.meter, m.fine) for m in measurements])
    say("Rolling them up ...")
    refreshing = await _refresh(path)
    booked = await asyncio.to_thread(measure_space, path)
    say("Packing them ...")
    packing = await _pack(path)
    packed = await asyncio.to_thread(measure_space, path)
    return Filled(
        coarse,
        first.rss_before,
        fine,
        booking,
        refreshing,
        packing,
        before,
        booked,
        packed,
    )


async def _book(
    path: Path, sources: list[tuple[BenchmarkMeter, Path]]
) -> tuple[int, Cost]:
    """Book files as imports, of all meters side by side; return how many readings.

    Parts are as large, and are made in an executor, as when a file is imported.
    """
    kept = sent = 0
    left = {meter: readings(meter, file) for meter, file in sources}
    async with opened(path) as history, watched() as cost:
        while left:
            for meter, source in list(left.items()):
                part = await asyncio.to_thread(_part, source)
                if not part:
                    del left[meter]
                    continue
                receipt = await history.append(meter.profile, part, live=False)
                kept += receipt.accepted + receipt.held
                sent += len(part)
    if kept != sent:
        raise MeasurementError(f"The history kept {kept:,} of {sent:,} readings")
    return kept, cost


async def _refresh(path: Path) -> Cost:
    async with opened(path) as history, watched() as cost:
        await history.refresh_rollups()
    return cost


async def _pack(path: Path) -> Cost:
    """Pack all hours that are over, and give back the pages that this frees.

    In steps as history_upkeep.py does it, but without its pauses.
    """

    def pack(transaction: Transaction) -> bool:
        return transaction.ledger.raw.pack(time.time_ns() // 1_000_000)

    async with opened(path) as history, watched() as cost:
        while await history.run(pack):
            pass
        while await history.run_alone(give_back):
            pass
    return cost


def _part(source: Iterator[Reading]) -> list[Reading]:
    return list(islice(source, BATCH_ROWS))
