"""The history of all meters: what the rest of WattWise sees of it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from datetime import UTC
from functools import partial
import logging
from pathlib import Path
import time
from typing import Final, override
from zoneinfo import ZoneInfo

from ..metering.profile import MeterProfile
from ..metering.quantity import Channel
from ..metering.reading import Reading, RefusedReading
from .batches import Batches
from .damage.integrity import last_check
from .damage.salvage import Salvage
from .damage.set_aside import SetAside, noted
from .deletion import delete_meters
from .errors import HistoryClosedError, HistoryError, LoadGoneError
from .holding_still import hold_main_file, release_main_file
from .loads.records import forget_empty_loads
from .open_file import OpenFile
from .periods.bucket import Bucket
from .periods.calendar import LocalCalendar, Period
from .periods.rollups import refresh
from .periods.zone_change import follow_time_zone
from .questions.grid_day import GridDay
from .questions.queries import (
    EnergyTotals,
    KeptMeter,
    Queries,
    RefusedCount,
)
from .readings.raw_readings import RawReading
from .receipt import LatestValue, Receipt
from .store import HistoryStore, StoreStatus
from .writer import Transaction

_LOGGER: Final = logging.getLogger(__name__)

type CommitListener = Callable[[str, Receipt], None]
type HealthListener = Callable[[str | None], None]


class History(HistoryStore):
    """Durable readings of all meters in one SQLite file.

    All methods belong to the event loop; the file is touched only by the writer's
    thread and one thread that reads.
    """

    def __init__(self, path: Path, time_zone: str) -> None:
        """Prepare the history in the file at `path`; nothing is opened yet."""
        self.path = path
        self._calendar = LocalCalendar(UTC)
        self._file = OpenFile(path, self._calendar, time_zone)
        self._batches = Batches(self.append)
        self._changing_zone = asyncio.Lock()
        self._commit_listener: CommitListener | None = None
        self._health_listener: HealthListener | None = None
        self.last_commit_ms: int | None = None
        self.last_error: str | None = None

    async def open(self) -> None:
        """Open or create the file; one that is damaged is set aside first.

        Raises NewerSchemaError when a newer version wrote it, else HistoryError.
        """
        await self._file.open()
        await self.run(lambda t: forget_empty_loads(t.connection))

    async def change_time_zone(self, time_zone: str) -> None:
        """Roll days and hours up by another clock.

        Raises HistoryError when that was not possible; ask again then.
        """
        async with self._changing_zone:
            if time_zone != self._file.time_zone:
                await self._change_time_zone(time_zone)

    async def _change_time_zone(self, time_zone: str) -> None:
        loop = asyncio.get_running_loop()
        zone = await loop.run_in_executor(None, ZoneInfo, time_zone)
        zone_before = await loop.run_in_executor(None, ZoneInfo, self._file.time_zone)

        def job(transaction: Transaction) -> None:
            self._calendar.change_zone(zone)
            follow_time_zone(transaction.connection, self._calendar, time_zone)

        try:
            await self.run(job)
        except Exception:
            self._calendar.change_zone(zone_before)
            raise
        self._file.time_zone = time_zone

    async def close(self) -> None:
        """Commit what is batched and close the file."""
        try:
            await self.flush()
        finally:
            await self._file.close()

    def on_commit(self, listener: CommitListener) -> None:
        """Call `listener(meter_id, receipt)` in the event loop after each commit."""
        self._commit_listener = listener

    def on_health(self, listener: HealthListener) -> None:
        """Call `listener(error)` when commits begin to fail; with None when they work.

        It is called in the event loop, and only when this changes.
        """
        self._health_listener = listener

    def on_replaced(self, listener: Callable[[], None]) -> None:
        """Call `listener()` in the event loop when a damaged file was set aside."""
        self._file.on_replaced = partial(_tell, listener)

    def on_damaged_hour(self, listener: Callable[[], None]) -> None:
        """Call `listener()` in the event loop when an hour could not be read."""
        self._file.on_damaged_hour = partial(_tell, listener)

    @property
    def ended_uncleanly(self) -> bool:
        """Whether the file was not closed before it was opened."""
        return self._file.ended_uncleanly

    def salvage(self, entry: SetAside) -> Salvage:
        """Return what recovers a damaged file that was set aside."""
        return Salvage(self._file, self._calendar, entry)

    async def set_aside(self) -> list[SetAside]:
        """Return the damaged files that were set aside, oldest first."""
        return await self.ask(lambda queries: noted(queries.connection))

    async def check(self) -> str | None:
        """Look at every page; see OpenFile.check."""
        return await self._file.check()

    async def last_check_ms(self) -> int | None:
        """Return when the file was last found to be whole."""
        return await self.ask(lambda queries: last_check(queries.connection))

    async def add_meter(self, meter_id: str, name: str) -> dict[Channel, LatestValue]:
        """Note a meter's name; return what is already known of its channels."""
        await self.run(
            lambda t: t.connection.execute(
                "INSERT INTO meter (meter_id, name) VALUES (?, ?)"
                " ON CONFLICT DO UPDATE SET name = excluded.name",
                (meter_id, name),
            )
        )
        return await self.latest(meter_id)

    @override
    async def append(
        self,
        profile: MeterProfile,
        readings: Iterable[Reading],
        refused: Iterable[RefusedReading] = (),
        *,
        live: bool = True,
        load_id: int | None = None,
    ) -> Receipt:
        """Take readings; when this returns they are on disk.

        `refused` are those the decoder could not understand: they are counted and
        become part of the receipt. Readings that are not `live` fill the past
        without moving the energy registers, and what is refused of them is not
        counted; those of a load (see loads/) can be taken back. Raises HistoryError
        when nothing of this was kept.
        """
        readings, refused = list(readings), list(refused)

        def job(transaction: Transaction) -> Receipt:
            now_ms = _now_ms()
            ledger = transaction.ledger
            receipt = ledger.append(
                profile, readings, now_ms=now_ms, live=live, load_id=load_id
            )
            if live:
                ledger.count_refused(profile.meter_id, refused, now_ms)
            receipt.refused[:0] = refused
            receipt.live = live
            return receipt

        try:
            receipt = await self.run(job)
        except HistoryClosedError, LoadGoneError:
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

        def job(transaction: Transaction) -> bool:
            return refresh(transaction.connection, self._calendar, _now_ms())

        while await self.run(job):
            pass

    @override
    async def latest(self, meter_id: str) -> dict[Channel, LatestValue]:
        """Return the newest value of each channel of a meter."""
        return await self.ask(lambda queries: queries.latest(meter_id))

    @override
    async def buckets(
        self,
        meter_id: str,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
        time_zone: str | None = None,
    ) -> list[Bucket]:
        """Return roll-ups; see Queries.buckets.

        Raises ZoneInfoNotFoundError for a time zone there is not.
        """

        def question(queries: Queries) -> list[Bucket]:
            # Reading a zone's rules may touch the disk.
            zone = ZoneInfo(time_zone) if time_zone else None
            return queries.buckets(
                meter_id, channel, start_ms, end_ms, resolution, zone
            )

        return await self.ask(question)

    @override
    async def raw(
        self, meter_id: str, channel: Channel, start_ms: int, end_ms: int
    ) -> AsyncIterator[list[RawReading]]:
        """Yield the readings from `start_ms` up to, not including, `end_ms`.

        They come in order, page by page: years of them are never in memory at once.
        """
        at_ms = start_ms
        while page := await self.ask(partial(_page, meter_id, channel, at_ms, end_ms)):
            yield page
            at_ms = page[-1].time_ms + 1

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
        """Delete all history of these meters for good; see deletion.py."""
        self._batches.drop(meter_ids)
        await self.run(partial(delete_meters, meter_ids=meter_ids))

    @override
    async def purge(self, meter_id: str) -> None:
        """Delete all that is known of a meter, for good."""
        await self.delete_meters([meter_id])

    @override
    async def status(self) -> StoreStatus:
        """Return how the history does."""
        oldest_ms, newest_ms = await self.ask(
            lambda q: q.connection.execute(
                "SELECT min(first_ms), max(last_ms) FROM channel"
            ).fetchone()
        )
        return StoreStatus(self.last_error, oldest_ms, newest_ms)

    async def begin_backup(self) -> None:
        """Keep the main file unchanged until the backup has copied it.

        All that is committed meanwhile goes to the write-ahead log, of which a copy
        is good up to the last whole commit, whenever it is made.
        """
        await self.flush()
        await self.run_alone(hold_main_file)

    async def end_backup(self) -> None:
        """Let the write-ahead log flow into the main file again."""
        await self.run_alone(release_main_file)

    async def run[T](self, job: Callable[[Transaction], T]) -> T:
        """Do something in a transaction; return its result once it is on disk.

        Raises HistoryError when nothing of it was kept.
        """
        return await self._file.run(job)

    async def run_alone[T](self, job: Callable[[Transaction], T]) -> T:
        """Do something between two transactions, through the writing connection."""
        return await self._file.run_alone(job)

    async def ask[T](self, question: Callable[[Queries], T]) -> T:
        """Return the answer to a question, from one snapshot of the file.

        Raises HistoryError when it cannot be read.
        """
        return await self._file.ask(question)

    def day_start_ms(self) -> int:
        """Return when the current local day began."""
        return self._calendar.day_start(_now_ms())

    def _note_health(self, error: str | None) -> None:
        changed = (error is None) != (self.last_error is None)
        self.last_error = error
        if changed and self._health_listener:
            _tell(self._health_listener, error)


def _page(
    meter_id: str, channel: Channel, start_ms: int, end_ms: int, queries: Queries
) -> list[RawReading]:
    """Return the first readings of a period; none when there are none."""
    channel_id = queries.channel_id(meter_id, channel)
    if channel_id is None:
        return []
    return next(queries.raw.pages(channel_id, start_ms, end_ms), [])


def _tell[*Ts](listener: Callable[[*Ts], None], *args: *Ts) -> None:
    """Call a listener, whose failure does not undo what it is told."""
    try:
        listener(*args)
    except Exception:
        _LOGGER.exception("A listener of the history failed")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
