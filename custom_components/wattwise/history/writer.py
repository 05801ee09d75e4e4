"""The thread that owns the writing connection, and its group commit.

Whatever arrives while a commit is on its way to the disk shares the next commit.
Futures resolve after that commit, so an answer always means "on disk".
"""

import asyncio
from collections.abc import Callable
import contextlib
from dataclasses import dataclass
import logging
from pathlib import Path
from queue import Empty, SimpleQueue
import sqlite3
import threading
from typing import Any, Final

from .damage.integrity import history_error, open_whole
from .database import NewerSchemaError
from .errors import HistoryClosedError, HistoryError
from .ledger import Ledger
from .periods.calendar import LocalCalendar

_LOGGER: Final = logging.getLogger(__name__)

# Jobs that share one commit at the most; bounds how long the first one waits.
_MAX_JOBS_PER_COMMIT: Final = 64


@dataclass(frozen=True, slots=True)
class Transaction:
    """What a job may use: the connection and the ledger, inside a transaction."""

    connection: sqlite3.Connection
    ledger: Ledger


type Job[T] = Callable[[Transaction], T]


@dataclass(slots=True)
class _Queued:
    job: Job[Any]
    future: asyncio.Future[Any]
    in_transaction: bool
    result: Any = None
    error: BaseException | None = None


class Writer:
    """Runs jobs one after the other in a thread of its own."""

    def __init__(self, path: Path, calendar: LocalCalendar) -> None:
        """Prepare to write to the file at `path`; nothing is opened yet."""
        self._path = path
        self._calendar = calendar
        self._queue: SimpleQueue[_Queued | None] = SimpleQueue()
        self._postponed: list[_Queued | None] = []
        self._thread: threading.Thread | None = None
        self._ended = False
        self._loop: asyncio.AbstractEventLoop | None = None

    async def open(self) -> None:
        """Open the file in the thread.

        Raises NewerSchemaError, and HistoryError for all else.
        """
        self._loop = asyncio.get_running_loop()
        self._queue, self._postponed, self._ended = SimpleQueue(), [], False
        opened: asyncio.Future[None] = self._loop.create_future()
        # A daemon, lest a loop that crashed hang at exit: commits are whole or absent.
        self._thread = threading.Thread(
            target=self._run, args=(opened,), name="wattwise-history", daemon=True
        )
        self._thread.start()
        try:
            await opened
        except BaseException:
            await self.close()
            raise

    async def run[T](self, job: Job[T]) -> T:
        """Run a job in a transaction and return its result once it is on disk.

        Raises HistoryError when the commit failed; nothing was kept then.
        """
        return await self._submit(job, in_transaction=True)

    async def run_alone[T](self, job: Job[T]) -> T:
        """Run a job between two transactions."""
        return await self._submit(job, in_transaction=False)

    async def close(self) -> None:
        """Finish what is queued, close the file and end the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._queue.put(None)
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, thread.join)
        # The thread's last word may still be on its way: said after the next open, it
        # would end what that began.
        await asyncio.sleep(0)

    async def _submit[T](self, job: Job[T], *, in_transaction: bool) -> T:
        if self._thread is None or self._loop is None or self._ended:
            raise HistoryClosedError("the history is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        self._queue.put(_Queued(job, future, in_transaction))
        return await future

    def _run(self, opened: asyncio.Future[None]) -> None:
        try:
            connection = open_whole(self._path)
        except NewerSchemaError as err:
            self._call(_settle, opened, None, err)
            return
        except Exception as err:  # noqa: BLE001  (handed to the caller)
            self._call(_settle, opened, None, history_error(err))
            return
        batch: list[_Queued] = []
        try:
            transaction = Transaction(connection, Ledger(connection, self._calendar))
            self._call(_settle, opened, None, None)
            while batch := self._next_batch():
                if batch[0].in_transaction:
                    self._commit(transaction, batch)
                else:
                    self._run_one(transaction, batch[0])
                self._call(_resolve, batch)
        except Exception:
            _LOGGER.exception("The history cannot be written any more")
        finally:
            self._call(self._refuse, opened, batch)
            connection.close()

    def _refuse(self, opened: asyncio.Future[None], batch: list[_Queued]) -> None:
        """Fail what the thread left undone; in the event loop, where jobs are put."""
        self._ended = True
        _settle(opened, None, HistoryError("the history's writer did not start"))
        left = [*batch, *self._postponed]
        with contextlib.suppress(Empty):
            while True:
                left.append(self._queue.get_nowait())
        for item in left:
            if item:
                error = HistoryClosedError("the history is closed")
                _settle(item.future, None, error)

    def _next_batch(self) -> list[_Queued]:
        """Wait for a job, then take along what else is ready; empty at the end."""
        first = self._postponed.pop() if self._postponed else self._queue.get()
        if first is None:
            return []
        batch = [first]
        while first.in_transaction and len(batch) < _MAX_JOBS_PER_COMMIT:
            try:
                item = self._queue.get_nowait()
            except Empty:
                break
            if item is None or not item.in_transaction:
                # To be met again, as the first of its own batch.
                self._postponed.append(item)
                break
            batch.append(item)
        return batch

    def _commit(self, transaction: Transaction, batch: list[_Queued]) -> None:
        """Run jobs in one transaction; one that fails does not harm the others."""
        connection, ledger = transaction.connection, transaction.ledger
        try:
            connection.execute("BEGIN IMMEDIATE")
            for item in batch:
                self._run_in_savepoint(transaction, item)
            connection.execute("COMMIT")
        except Exception as err:
            expected = isinstance(err, sqlite3.Error | HistoryError)
            level = logging.DEBUG if expected else logging.ERROR
            _LOGGER.log(level, "Commit failed", exc_info=True)
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            ledger.forget()
            for item in batch:
                item.error = history_error(err)

    def _run_in_savepoint(self, transaction: Transaction, item: _Queued) -> None:
        connection, ledger = transaction.connection, transaction.ledger
        connection.execute("SAVEPOINT job")
        self._run_one(transaction, item)
        if item.error is None:
            ledger.write()
        elif connection.in_transaction:
            connection.execute("ROLLBACK TO job")
            ledger.forget()
        else:
            # A full disk ends the whole transaction by itself.
            raise item.error
        connection.execute("RELEASE job")

    @staticmethod
    def _run_one(transaction: Transaction, item: _Queued) -> None:
        try:
            item.result = item.job(transaction)
        except sqlite3.Error as err:
            item.error = history_error(err)
        except Exception as err:  # noqa: BLE001  (handed to the one who asked)
            item.error = err

    def _call(self, callback: Callable[..., None], *args: Any) -> None:
        # A loop that was stopped without closing the history no longer waits.
        assert self._loop is not None  # set by open
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(callback, *args)


def _resolve(batch: list[_Queued]) -> None:
    for item in batch:
        _settle(item.future, item.result, item.error)


def _settle(
    future: asyncio.Future[Any], result: Any, error: BaseException | None
) -> None:
    """Answer the one who asked, if still waiting."""
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
