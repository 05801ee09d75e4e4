"""The floor of a question: a SELECT of as many rows from a table made for it."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
import sqlite3
from typing import Final

from .asking import Answers, Question, ask
from .meters import CHANNELS, METERS, Measurements, rows
from .plan import DAY_MS, Plan
from .span import ASKED, RAW, TOTALS, VOLTAGE, YEAR, Span

_TABLES: Final = ("reading", "hour", "day")
_CREATE: Final = (
    "CREATE TABLE {} (channel_id INTEGER, time_ms INTEGER, value REAL,"
    " PRIMARY KEY (channel_id, time_ms)) STRICT, WITHOUT ROWID"
)
_INSERT: Final = "INSERT INTO {} VALUES (?, ?, ?)"
_SELECT: Final = (
    "SELECT * FROM {} WHERE channel_id = ? AND time_ms >= ? AND time_ms < ?"
)
_HOUR_MS: Final = 3_600_000
_PAGE: Final = 1_000
_ALL: Final = len(METERS) * CHANNELS


async def ask_bare_tables(path: Path, span: Span, plan: Plan) -> dict[str, Answers]:
    """Return how long bare SELECTs took, by the question to the history."""

    def question(table: str, start_ms: int) -> Question[sqlite3.Connection]:
        return partial(
            _select,
            _SELECT.format(table),
            (ASKED * CHANNELS, start_ms, span.end_ms),
        )

    questions = {
        YEAR: question("hour", span.year_ms),
        RAW: question("reading", span.raw_ms),
        TOTALS: question("day", span.month_ms - DAY_MS),
        VOLTAGE: question("hour", span.voltage_ms),
    }
    opener = partial(_opened, path)
    return {
        name: await ask(path, opener, question, plan.cold, plan.warm)
        for name, question in questions.items()
    }


def fill_bare_tables(path: Path, measurements: list[Measurements], span: Span) -> None:
    """Make tables that hold as much of all channels as is asked for, and no more."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in _TABLES:
            connection.execute(_CREATE.format(table))
        for table, step_ms in (("hour", _HOUR_MS), ("day", DAY_MS)):
            connection.executemany(_INSERT.format(table), _roll_ups(span, step_ms))
        connection.executemany(_INSERT.format("reading"), _readings(measurements, span))


def _roll_ups(span: Span, step_ms: int) -> Iterator[tuple[int, int, float]]:
    for channel_id in range(_ALL):
        for time_ms in range(span.year_ms, span.end_ms, step_ms):
            # Any number that takes all of its eight bytes.
            yield channel_id, time_ms, time_ms / 7


def _readings(
    measurements: list[Measurements], span: Span
) -> Iterator[tuple[int, int, float]]:
    for number, measured in enumerate(measurements):
        for time_ms, *values in rows(measured.fine):
            if time_ms >= span.raw_ms:
                for offset, value in enumerate(values):
                    yield number * CHANNELS + offset, int(time_ms), value


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


async def _select(
    sql: str, parameters: tuple[int, ...], connection: sqlite3.Connection
) -> int:
    """Fetch the rows in pages, right here: no thread is as near as this one."""
    count = 0
    cursor = connection.execute(sql, parameters)
    while page := cursor.fetchmany(_PAGE):
        count += len(page)
    return count
