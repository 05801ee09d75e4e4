"""How many live readings per second are on disk, beside bare SQLite's rate."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import batched, islice
from pathlib import Path
import time

from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.reading import Reading

from ..bare_sqlite import SLOT_MS, Row, insert
from ..load import Load, MeasurementError
from .meters import BenchmarkMeter, Measurements, readings
from .opening import opened
from .plan import BATCH_SIZES, Plan
from .watch import Cost, watched


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings of one meter that are appended together."""

    meter: BenchmarkMeter
    readings: list[Reading]


@dataclass(slots=True)
class Rate:
    """How batches of one size were taken, in all rounds."""

    bare: Load = field(default_factory=Load)
    in_turn: Load = field(default_factory=Load)
    """By the history: one batch after the other."""
    at_once: Load = field(default_factory=Load)
    """By the history: of all meters at the same time."""
    cost: list[Cost] = field(default_factory=list)
    bare_cost: list[Cost] = field(default_factory=list)


async def measure_rates(
    folder: Path, measurements: list[Measurements], plan: Plan
) -> dict[int, Rate]:
    """Return the rates by the readings in a batch.

    Bare SQLite and the history take turns with the same rows, so that whatever else
    the machine does meanwhile meets both.
    """
    sources = [(m.meter, readings(m.meter, m.fine)) for m in measurements]
    rates = {size: Rate() for size in BATCH_SIZES}
    rows = _Rows()
    async with opened(folder / "rates.db") as history:
        for number in range(plan.rounds):
            for size, rate in rates.items():
                count = plan.commits[size] // len(sources) * len(sources)
                for load, at_once in ((rate.in_turn, False), (rate.at_once, True)):
                    batches = list(islice(_batches(sources, size), count))
                    commits = [rows.of(batch) for batch in batches]
                    path = folder / f"bare-{size}-{number}-{at_once}.db"
                    async with watched() as cost:
                        bare = await asyncio.to_thread(insert, path, commits)
                    rate.bare_cost.append(cost)
                    _add(rate.bare, bare)
                    async with watched() as cost:
                        await _append(history, batches, load, at_once)
                    rate.cost.append(cost)
    return rates


class _Rows:
    """Makes the rows that the history stores of live readings."""

    def __init__(self) -> None:
        """Know no reading yet."""
        self._before: dict[tuple[str, str], Reading] = {}
        self._channels: dict[tuple[str, str], int] = {}

    def of(self, batch: Batch) -> list[Row]:
        """Return the rows of the next batch."""
        return [self._row(batch.meter, reading) for reading in batch.readings]

    def _row(self, meter: BenchmarkMeter, reading: Reading) -> Row:
        key = (meter.meter_id, reading.channel)
        before = self._before.get(key, reading)
        self._before[key] = reading
        channel_id = self._channels.setdefault(key, len(self._channels))
        slot, offset_ms = divmod(reading.time_ms, SLOT_MS)
        span_ms = reading.time_ms - before.time_ms
        energy_wh = reading.value - before.value if reading.channel.is_energy else None
        return slot, channel_id, offset_ms, reading.value, span_ms, energy_wh


def _batches(
    sources: list[tuple[BenchmarkMeter, Iterator[Reading]]], size: int
) -> Iterator[Batch]:
    """Yield batches of so many readings, of each meter in turn."""
    while True:
        for meter, source in sources:
            part = list(islice(source, size))
            if len(part) < size:
                raise MeasurementError("The meters did not measure for long enough")
            yield Batch(meter, part)


async def _append(
    history: History, batches: list[Batch], load: Load, at_once: bool
) -> None:
    taken: defaultdict[str, int] = defaultdict(int)

    async def append(batch: Batch) -> None:
        begun = time.perf_counter()
        receipt = await history.append(batch.meter.profile, batch.readings)
        load.latencies_ms.append((time.perf_counter() - begun) * 1000)
        load.values += len(batch.readings)
        taken["kept"] += receipt.accepted + receipt.held
        taken["sent"] += len(batch.readings)

    group = len({batch.meter.meter_id for batch in batches}) if at_once else 1
    begun = time.perf_counter()
    for together in batched(batches, group, strict=True):
        await asyncio.gather(*map(append, together))
    load.seconds += time.perf_counter() - begun
    if taken["kept"] != taken["sent"]:
        raise MeasurementError(f"The history took {taken}")


def _add(total: Load, part: Load) -> None:
    total.latencies_ms += part.latencies_ms
    total.values += part.values
    total.seconds += part.seconds
