"""The history of all meters: what the rest of WattWise sees of it."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC
from functools import partial
import logging
from pathlib import Path
import sqlite3
import time
from typing import Final
from zoneinfo import ZoneInfo

from ..metering.profile import MeterProfile
from ..metering.quantity import Channel
from ..metering.reading import Reading, RefusedReading
from .batches import Batches
from .bucket import Bucket
from .calendar import LocalCalendar, Period
from .database import NewerSchemaError, connect_reader
from .errors import HistoryClosedError, HistoryError
from .grid_day import GridDay
from .maintenance import delete_meters, hold_main_file, release_main_file
from .queries import EnergyTotals, KeptMeter, Queries, RefusedCount
from .receipt import LatestValue, Receipt
from .rollups import REFRESH_BATCH, follow_time_zone, refresh
from .writer import Transaction, Writer

_LOGGER: Final = logging.getLogger(__name__)

type CommitListener = Callable[[str, Receipt], None]
type HealthListener = Callable[[str | None], None]


class History:
    """Durable readings of all meters in one SQLite file.

    All methods belong to the event loop; the file is touched only by the writer's
    thread and one thread that reads.
    """

    def __init__(self, path: Path, time_zone: str) -> None:
        """Prepare the history in the file at `path`; nothing is opened yet."""
        self.path = path
        self._time_zone = time_zone
        self._calendar = LocalCalendar(UTC)
        self._writer = Writer(path, self._calendar)
        self._reader: ThreadPoolExecutor | None = None
        self._queries: Queries | None = None
        self._batches = Batches(self.append)
        self._commit_listener: CommitListener | None = None
        self._health_listener: HealthListener | None = None
        self.last_commit_ms: int | None = None
        self.last_error: str | None = None

    async def open(self) -> None:
        """Open or create the file.

        Raises NewerSchemaError when a newer version wrote it, else HistoryError.
        """
        try:
            await self._open()
        except NewerSchemaError, HistoryError:
            raise
        except Exception as err:
            raise HistoryError(str(err) or repr(err)) from err
        finally:
            if self._queries is None:
                await self._close_file()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        # Reading a zone's rules may touch the disk.
        zone = await loop.run_in_executor(None, ZoneInfo, self._time_zone)
        self._calendar.change_zone(zone)
        await self._writer.open()
        await self._writer.run(
            lambda t: follow_time_zone(t.connection, self._calendar, self._time_zone)
        )
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="wattwise-reader")
        self._queries = await loop.run_in_executor(self._reader, self._open_queries)

    async def change_time_zone(self, time_zone: str) -> None:
        """Roll days and hours up by another clock."""
        if time_zone == self._time_zone:
            return
        loop = asyncio.get_running_loop()
        zone = await loop.run_in_executor(None, ZoneInfo, time_zone)
        zone_before = await loop.run_in_executor(None, ZoneInfo, self._time_zone)

        def job(transaction: Transaction) -> None:
            self._calendar.change_zone(zone)
            follow_time_zone(transaction.connection, self._calendar, time_zone)

        try:
            await self._writer.run(job)
        except Exception:
            self._calendar.change_zone(zone_before)
            raise
        self._time_zone = time_zone

    async def close(self) -> None:
        """Commit what is batched and close the file."""
        try:
            await self.flush()
        finally:
            await self._close_file()

    async def _close_file(self) -> None:
        reader, self._reader = self._reader, None
        queries, self._queries = self._queries, None
        try:
            if reader:
                if queries:
                    reader.submit(queries.close)
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, reader.shutdown)
        finally:
            # Only the last connection, if it may write, leaves one tidy file behind.
            await self._writer.close()

    def on_commit(self, listener: CommitListener) -> None:
        """Call `listener(meter_id, receipt)` in the event loop after each commit."""
        self._commit_listener = listener

    def on_health(self, listener: HealthListener) -> None:
        """Call `listener(error)` when commits begin to fail; with None when they work.

        It is called in the event loop, and only when this changes.
        """
        self._health_listener = listener

    async def add_meter(self, meter_id: str, name: str) -> dict[Channel, LatestValue]:
        """Note a meter's name; return what is already known of its channels."""
        await self._writer.run(
            lambda t: t.connection.execute(
                "INSERT INTO meter (meter_id, name) VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET name = excluded.name",
                (meter_id, name),
            )
        )
        return await self.latest(meter_id)

    async def append(
        self,
        profile: MeterProfile,
        readings: Iterable[Reading],
        refused: Iterable[RefusedReading] = (),
        *,
        live: bool = True,
    ) -> Receipt:
        """Take readings; when this returns they are on disk.

        `refused` are those the decoder could not understand: they are counted and
        become part of the receipt. Readings that are not `live` fill the past
        without moving the energy registers. Raises HistoryError when nothing of
        this was kept.
        """
        readings, refused = list(readings), list(refused)

        def job(transaction: Transaction) -> Receipt:
            now_ms = _now_ms()
            ledger = transaction.ledger
            receipt = ledger.append(profile, readings, now_ms=now_ms, live=live)
            ledger.count_refused(profile.meter_id, refused, now_ms)
            receipt.refused[:0] = refused
            receipt.live = live
            return receipt

        try:
            receipt = await self._writer.run(job)
        except HistoryClosedError:
            raise
        except HistoryError as err:
            self._note_health(str(err))
            raise
        self._note_health(None)
        self.last_commit_ms = _now_ms()
        if self._commit_listener:
            _tell(self._commit_listener, profile.meter_id, receipt)
        return receipt

    def enqueue(self, profile: MeterProfile, reading: Reading) -> None:
        """Take a reading nobody waits for; it is on disk within BATCH_SECONDS."""
        self._batches.add(profile, reading)

    async def flush(self) -> None:
        """Commit all batched readings now."""
        await self._batches.flush()

    async def refresh_rollups(self) -> None:
        """Bring the roll-ups of hours and days that are over up to date."""

        def job(transaction: Transaction) -> int:
            return refresh(transaction.connection, self._calendar, _now_ms())

        while await self.run(job) == REFRESH_BATCH:
            pass

    async def latest(self, meter_id: str) -> dict[Channel, LatestValue]:
        """Return the newest value of each channel of a meter."""
        return await self.ask(lambda queries: queries.latest(meter_id))

    async def buckets(
        self,
        meter_id: str,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
    ) -> list[Bucket]:
        """Return roll-ups; see Queries.buckets."""
        return await self.ask(
            lambda q: q.buckets(meter_id, channel, start_ms, end_ms, resolution)
        )

    async def energy_totals(self, meter_id: str, channel: Channel) -> EnergyTotals:
        """Return the energy of today, yesterday and this month so far [Wh]."""
        return await self.ask(lambda q: q.energy_totals(meter_id, channel, _now_ms()))

    async def cost_today(
        self, meter_id: str, channel: Channel, price_id: str
    ) -> float | None:
        """Return today's cost of a channel's energy, None without a price."""
        now_ms = _now_ms()
        start_ms = self._calendar.day_start(now_ms)
        return await self.ask(
            lambda q: q.cost(meter_id, channel, price_id, start_ms, now_ms + 1)
        )

    async def netted_grid_today(
        self, meter_ids: Iterable[str], price_id: str | None
    ) -> GridDay | None:
        """Return today's energy netted over meters; see Queries.netted_grid_day."""
        return await self.ask(
            lambda q: q.netted_grid_day(meter_ids, price_id, _now_ms())
        )

    async def refused(self, meter_id: str) -> list[RefusedCount]:
        """Return the counts of a meter's refused readings."""
        return await self.ask(lambda queries: queries.refused(meter_id))

    async def kept_meters(self, in_use: Collection[str]) -> list[KeptMeter]:
        """Return the meters that have history but are not in use any more."""
        return await self.ask(lambda queries: queries.kept_meters(in_use))

    async def size_bytes(self) -> int:
        """Return the size of the history."""
        return await self.ask(lambda queries: queries.size_bytes())

    async def delete_meters(self, meter_ids: Collection[str]) -> None:
        """Delete all history of these meters for good."""
        self._batches.drop(meter_ids)
        await self._writer.run(partial(delete_meters, meter_ids=meter_ids))

    async def begin_backup(self) -> None:
        """Keep the main file unchanged until the backup has copied it.

        All that is committed meanwhile goes to the write-ahead log, of which a copy
        is good up to the last whole commit, whenever it is made.
        """
        await self.flush()
        await self._writer.run_alone(hold_main_file)

    async def end_backup(self) -> None:
        """Let the write-ahead log flow into the main file again."""
        await self._writer.run_alone(release_main_file)

    async def run[T](self, job: Callable[[Transaction], T]) -> T:
        """Do something in a transaction; return its result once it is on disk.

        Raises HistoryError when nothing of it was kept.
        """
        return await self._writer.run(job)

    async def run_alone[T](self, job: Callable[[Transaction], T]) -> T:
        """Do something between two transactions, through the writing connection."""
        return await self._writer.run_alone(job)

    async def ask[T](self, question: Callable[[Queries], T]) -> T:
        """Return the answer to a question, from one snapshot of the file.

        Raises HistoryError when it cannot be read.
        """
        queries, reader = self._queries, self._reader
        if queries is None or reader is None:
            raise HistoryClosedError("the history is closed")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(reader, queries.ask, question)
        except sqlite3.Error as err:
            raise HistoryError(str(err)) from err

    def day_start_ms(self) -> int:
        """Return when the current local day began."""
        return self._calendar.day_start(_now_ms())

    def _open_queries(self) -> Queries:
        return Queries(connect_reader(self.path), self._calendar)

    def _note_health(self, error: str | None) -> None:
        changed = (error is None) != (self.last_error is None)
        self.last_error = error
        if changed and self._health_listener:
            _tell(self._health_listener, error)


def _tell[*Ts](listener: Callable[[*Ts], None], *args: *Ts) -> None:
    """Call a listener, whose failure does not undo what it is told."""
    try:
        listener(*args)
    except Exception:
        _LOGGER.exception("A listener of the history failed")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
