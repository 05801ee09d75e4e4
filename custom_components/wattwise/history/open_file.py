"""The open file: its writer's thread, its reader's, and a new file for a damaged one."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
import logging
from pathlib import Path
import sqlite3
from typing import Final
from zoneinfo import ZoneInfo

from .damage.damaged_hour import take_out
from .damage.integrity import (
    Check,
    history_error,
    note_check,
)
from .damage.replacement import Replacement
from .damage.set_aside import set_aside, take_over
from .database import NewerSchemaError, connect_reader, leave_log
from .errors import DamagedHistoryError, HistoryClosedError, HistoryError
from .periods.calendar import LocalCalendar
from .periods.zone_change import follow_time_zone
from .questions.queries import Queries
from .readings.packed_hours import DamagedHourError
from .writer import Transaction, Writer

_LOGGER: Final = logging.getLogger(__name__)


class OpenFile:
    """The SQLite file; all methods belong to the event loop."""

    def __init__(self, path: Path, calendar: LocalCalendar, time_zone: str) -> None:
        """Prepare to open the file at `path`, with days of this time zone."""
        self.path = path
        self.time_zone = time_zone
        self.writer = Writer(path, calendar)
        self.replacement = Replacement(self._replace)
        self.ended_uncleanly = False
        """Whether the file was not closed before it was opened."""
        self.on_replaced: Callable[[], None] | None = None
        """Is called when a damaged file was set aside while it was open."""
        self.on_damaged_hour: Callable[[], None] | None = None
        """Is called when an hour that cannot be read was taken out of the way."""
        self._calendar = calendar
        self._reader: ThreadPoolExecutor | None = None
        self._queries: Queries | None = None
        self._check: Check | None = None
        self._checked: asyncio.Future[str | None] | None = None

    async def open(self) -> None:
        """Open or create the file; one that is damaged is set aside first.

        Raises NewerSchemaError when a newer version wrote it, else HistoryError.
        """
        try:
            await self._open()
        except DamagedHistoryError as err:
            self.replacement.announce(str(err))
            await self._begin_anew()

    async def close(self) -> None:
        """Close the file."""
        await self.replacement.stop()
        await self._close()

    async def check(self) -> str | None:
        """Look at every page; return what is wrong, and then begin a new file.

        Takes a minute or more for each gigabyte. Raises HistoryError when it was ended
        before.
        """
        if self._check is not None:
            raise HistoryError("the file is being checked")
        check = self._check = Check(self.path)
        loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="wattwise-check")
        self._checked = loop.run_in_executor(thread, check.run)
        try:
            wrong = await asyncio.shield(self._checked)
        except asyncio.CancelledError:
            check.stop()
            raise
        finally:
            self._check = None
            thread.shutdown(wait=False)
        if wrong is None:
            await self.run(lambda t: note_check(t.connection))
        else:
            self.replacement.begin(wrong)
        return wrong

    async def run[T](self, job: Callable[[Transaction], T]) -> T:
        """Do something in a transaction; return its result once it is on disk."""
        await self.replacement.over()
        try:
            return await self._past_damaged_hours(partial(self.writer.run, job))
        except DamagedHistoryError as err:
            self.replacement.begin(str(err))
            raise

    async def run_alone[T](self, job: Callable[[Transaction], T]) -> T:
        """Do something between two transactions, through the writing connection."""
        await self.replacement.over()
        try:
            return await self.writer.run_alone(job)
        except DamagedHistoryError as err:
            self.replacement.begin(str(err))
            raise

    async def ask[T](self, question: Callable[[Queries], T]) -> T:
        """Return the answer to a question, from one snapshot of the file."""
        await self.replacement.over()
        return await self._past_damaged_hours(partial(self._ask, question))

    async def _ask[T](self, question: Callable[[Queries], T]) -> T:
        queries, reader = self._queries, self._reader
        if queries is None or reader is None:
            raise HistoryClosedError("the history is closed")
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(reader, queries.ask, question)
        except sqlite3.Error as err:
            error = history_error(err)
            if isinstance(error, DamagedHistoryError):
                self.replacement.begin(str(err))
            raise error from err

    async def _past_damaged_hours[T](self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Try once more without an hour that cannot be read, and tell of it.

        The rest of the file is as good as before. Nothing of a failed attempt was kept.
        """
        met: set[tuple[int, int]] = set()
        while True:
            try:
                return await attempt()
            except DamagedHourError as err:
                if (err.channel_id, err.hour) in met:
                    raise
                damaged = err
            met.add((damaged.channel_id, damaged.hour))
            if await self.writer.run(partial(take_out, damaged=damaged)):
                _LOGGER.error("Readings are damaged and were taken out: %s", damaged)
                if self.on_damaged_hour:
                    self.on_damaged_hour()

    async def _open(self) -> None:
        try:
            await self._try_open()
        except NewerSchemaError, HistoryError:
            raise
        except Exception as err:
            raise history_error(err) from err
        finally:
            if self._queries is None:
                await self._close()

    async def _try_open(self) -> None:
        loop = asyncio.get_running_loop()
        # Reading a zone's rules may touch the disk.
        zone = await loop.run_in_executor(None, ZoneInfo, self.time_zone)
        self._calendar.change_zone(zone)
        log = self.path.with_name(f"{self.path.name}-wal")
        self.ended_uncleanly = await loop.run_in_executor(None, log.exists)
        await self.writer.open()
        await self.writer.run(partial(take_over, path=self.path))
        await self._past_damaged_hours(
            partial(
                self.writer.run,
                lambda t: follow_time_zone(
                    t.connection, self._calendar, self.time_zone
                ),
            )
        )
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="wattwise-reader")
        self._queries = await loop.run_in_executor(self._reader, self._open_queries)

    def _open_queries(self) -> Queries:
        return Queries(connect_reader(self.path), self._calendar)

    async def _replace(self) -> None:
        """Go on in a new file, whatever this one still promises."""
        # What is in its log must not be mixed with what is damaged.
        with suppress(HistoryError):
            await self.writer.run_alone(lambda t: leave_log(t.connection))
        await self._close()
        try:
            await self._begin_anew()
        except NewerSchemaError as err:
            raise HistoryError(str(err)) from err
        if self.on_replaced:
            self.on_replaced()

    async def _begin_anew(self) -> None:
        """Set the closed file aside and open a new one."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(None, set_aside, self.path, datetime.now(UTC))
        except FileNotFoundError:
            # That was done before, but then no new one could be opened.
            pass
        except OSError as err:
            raise HistoryError(str(err)) from err
        await self._open()

    async def _close(self) -> None:
        if self._check and self._checked:
            # The last connection shall be one that may write.
            self._check.stop()
            await asyncio.wait([self._checked])
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
            await self.writer.close()
