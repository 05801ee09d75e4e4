"""A damaged file is set aside: renamed, noted in the new file, and taken over from.

What decides how sensors go on comes along at once, as far as it can be read: meters,
registers, newest readings, settings, and what waits for other servers. Readings and
roll-ups are many; salvage.py fetches them when the user asks for it.
"""

from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
import json
import os
from pathlib import Path
import re
import sqlite3
from typing import Final, Self

from ...metering.quantity import Channel
from ..database import schema
from ..readings.packing import PackedHourError
from ..readings.raw_readings import RawReading, RawReadings
from ..writer import Transaction
from .damaged_file import DamagedFile, Hole
from .loose_pages import LoosePages
from .table import Row, Table

# What grows with time. All other tables are small and taken over at once.
PAST_TABLES: Final = ("rollup", "rollup_5min", "reading", "packed_hour", "stale_hour")

_MARK: Final = ".damaged-"
_STAMP: Final = "%Y%m%dT%H%M%SZ"
_NAME: Final = re.compile(r"\.damaged-(\d{8}T\d{6}Z)(?:-\d+)?$")
_COMPANIONS: Final = ("-wal", "-shm")
NOTE: Final = "damaged:"
# The small tables were made first and stay near the beginning of a file.
_NEAR_PAGES: Final = 512


@dataclass(frozen=True, slots=True)
class SetAside:
    """What the running history knows of a damaged file."""

    file: str
    at_ms: int
    """When it was set aside."""
    borders: tuple[tuple[int, int], ...] = ()
    """The channels that go on where this file ended, and the time of that [ms]."""
    table: str | None = None
    """Which table is being recovered; None before the first."""
    after: tuple[int | str, ...] | None = None
    """Up to which key that table was recovered."""
    added: tuple[int, ...] = ()
    """The channels whose slot at the border was joined: that is done once."""
    readings: int = 0
    """How many readings were recovered."""
    lost: tuple[tuple[int, int], ...] = ()
    """The times of which readings could not be read [ms]."""
    lost_slots: tuple[tuple[int, int], ...] = ()
    """The times of which 5-minute roll-ups could not be read [ms]."""
    done: bool = False

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return what `text` kept."""
        data = json.loads(text)
        after = data["after"]
        data["after"] = None if after is None else tuple(after)
        data["borders"] = tuple((number, time) for number, time in data["borders"])
        data["added"] = tuple(data["added"])
        for lost in ("lost", "lost_slots"):
            # A version before did not know the second.
            data[lost] = tuple((start, end) for start, end in data.get(lost, ()))
        return cls(**data)

    def note(self, connection: sqlite3.Connection) -> None:
        """Keep this in the running history."""
        connection.execute(
            "INSERT OR REPLACE INTO setting VALUES (?, ?)",
            (NOTE + self.file, json.dumps(asdict(self))),
        )


def noted(connection: sqlite3.Connection) -> list[SetAside]:
    """Return the damaged files the running history knows of, oldest first."""
    rows = connection.execute(
        "SELECT value FROM setting WHERE name LIKE ? ORDER BY name", (f"{NOTE}%",)
    )
    return [SetAside.from_text(text) for (text,) in rows]


def awaits_recovery(connection: sqlite3.Connection) -> bool:
    """Whether the past of a damaged file may still come back."""
    return any(not entry.done for entry in noted(connection))


def forget(transaction: Transaction, file: str) -> None:
    """Drop what is noted of a file that is gone."""
    transaction.connection.execute("DELETE FROM setting WHERE name = ?", (NOTE + file,))


def set_aside(path: Path, now: datetime) -> Path:
    """Rename a damaged file and its log; return where it lies now.

    The log goes first: beside a new file it would be taken for that file's. Raises
    OSError.
    """
    new = _interrupted(path) or _free_name(path, now)
    for companion in _COMPANIONS:
        beside = path.with_name(path.name + companion)
        if beside.exists():
            beside.rename(new.with_name(new.name + companion))
    path.rename(new)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return new


def take_over(transaction: Transaction, path: Path) -> None:
    """Note the damaged files beside `path`, and go on where the newest one ended.

    Only a file in which nothing is yet goes on so; one that was restored from a backup
    knows how to go on.
    """
    connection = transaction.connection
    known = {entry.file for entry in noted(connection)}
    files = [file for file in damaged_files(path) if file.name not in known]
    for file in reversed(files):
        borders: tuple[tuple[int, int], ...] = ()
        if connection.execute("SELECT 1 FROM channel").fetchone() is None:
            _carry_over(connection, file)
            borders = tuple(
                connection.execute(
                    "SELECT channel_id, last_ms FROM channel WHERE last_ms IS NOT NULL"
                )
            )
        SetAside(file.name, _time_ms(file), borders).note(connection)
    if files:
        transaction.ledger.forget()


def damaged_files(path: Path) -> list[Path]:
    """Return the damaged files beside `path`, oldest first."""
    files = path.parent.glob(f"{path.name}{_MARK}*")
    return sorted(file for file in files if _NAME.search(file.name))


def _free_name(path: Path, now: datetime) -> Path:
    name = f"{path.name}{_MARK}{now.astimezone(UTC):{_STAMP}}"
    number = 1
    while any(path.parent.glob(f"{name}{f'-{number}' if number > 1 else ''}*")):
        number += 1
    return path.with_name(f"{name}-{number}" if number > 1 else name)


def _interrupted(path: Path) -> Path | None:
    """Return the name that was given to the log before a power cut."""
    for log in path.parent.glob(f"{path.name}{_MARK}*-wal"):
        file = log.with_name(log.name.removesuffix("-wal"))
        if _NAME.search(file.name) and not file.exists():
            return file
    return None


def _time_ms(file: Path) -> int:
    match = _NAME.search(file.name)
    assert match is not None  # by damaged_files
    return int(datetime.strptime(match[1] + "+0000", f"{_STAMP}%z").timestamp() * 1000)


def _carry_over(connection: sqlite3.Connection, file: Path) -> None:
    """Copy all but the past, as far as it can be read."""
    small = {name: t for name, t in schema().items() if name not in PAST_TABLES}
    with closing(DamagedFile(file)) as damaged:
        torn = []
        for name, table in small.items():
            holes: list[Hole] = []
            rows = damaged.rows(name, None, holes)
            _insert(connection, table, rows)
            if holes:
                torn.append(table)
        if torn:
            for name, found in LoosePages(file).rows(torn, _NEAR_PAGES):
                _insert(connection, small[name], found)
        for channel in channels_of(damaged.connection):
            connection.execute(
                "INSERT OR IGNORE INTO channel (channel_id, meter_id, name)"
                " VALUES (?, ?, ?)",
                channel,
            )
        _carry_newest(connection, damaged.connection)


def channels_of(damaged: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return the numbers of the channels, their meters and names.

    They stand in the table and in its index: often one of them can be read.
    """
    found: dict[int, tuple[int, str, str]] = {}
    for source in ("NOT INDEXED", "INDEXED BY sqlite_autoindex_channel_1"):
        with suppress(sqlite3.DatabaseError):
            for row in damaged.execute(
                f"SELECT channel_id, meter_id, name FROM channel {source}"  # noqa: S608
            ):
                found.setdefault(row[0], row)
    return list(found.values())


def _insert(connection: sqlite3.Connection, table: Table, rows: Iterable[Row]) -> None:
    marks = ", ".join("?" * len(table.columns))
    insert = f"INSERT OR IGNORE INTO {table.name} VALUES ({marks})"  # noqa: S608
    connection.executemany(insert, rows)


def _carry_newest(connection: sqlite3.Connection, damaged: sqlite3.Connection) -> None:
    """Take each channel's newest reading along: the next one continues from it."""
    old, new = RawReadings(damaged), RawReadings(connection)
    for channel_id, name, last_ms, last_value in connection.execute(
        "SELECT channel_id, name, last_ms, last_value FROM channel"
        " WHERE last_ms IS NOT NULL"
    ).fetchall():
        newest = None
        with suppress(sqlite3.DatabaseError, PackedHourError):
            newest = old.at(channel_id, last_ms)
        if newest is None and last_value is not None:
            energy = 0.0 if Channel(name).is_energy else None
            newest = RawReading(last_ms, last_value, 0, energy)
        if newest:
            new.insert(channel_id, newest)
