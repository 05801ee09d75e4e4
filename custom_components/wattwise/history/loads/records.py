"""The notes of what each file brought: which readings, and what they changed."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
import sqlite3
import time
from typing import Final

from ...metering.quantity import Channel
from ..readings.brought import Brought
from ..readings.pruned import Stretches
from ..readings.raw_readings import RawReadings
from .times import pack_times, unpack_times

# A wrong file is noticed when a bill comes, which may be every three months. Until
# then its readings are not pruned: taken back exactly is only what is still there.
KEPT_DAYS: Final = 100
_MS_PER_DAY: Final = 86_400_000


@dataclass(frozen=True, slots=True)
class Load:
    """A file that was loaded into a meter's history."""

    load_id: int
    meter_id: str
    file: str
    channel: Channel
    loaded_ms: int
    first_ms: int
    """When the first period begins."""
    last_ms: int
    count: int
    """How many readings it added."""
    is_leaving: bool
    """Whether it is being taken back, and part of it may be gone."""


@dataclass(frozen=True, slots=True)
class Part:
    """The readings that one append of a load added to a channel."""

    part_id: int
    channel_id: int
    leads_from_ms: int | None
    """Later ones were the newest of all when they came, while the register ran."""
    times: list[int]


def begin_load(connection: sqlite3.Connection, meter_id: str, file: str) -> int:
    """Note that a file is being loaded; return the number of the load."""
    cursor = connection.execute(
        "INSERT INTO load (meter_id, file, loaded_ms) VALUES (?, ?, ?)",
        (meter_id, file, _now_ms()),
    )
    assert cursor.lastrowid is not None  # of an INSERT
    return cursor.lastrowid


def end_load(connection: sqlite3.Connection, load_id: int) -> None:
    """Forget a load that brought nothing, or whose readings are gone."""
    if not has_parts(connection, load_id):
        forget_load(connection, load_id)


def forget_empty_loads(connection: sqlite3.Connection) -> None:
    """Forget the loads that ended with Home Assistant, before they brought anything."""
    rows = connection.execute(
        "SELECT load_id FROM load WHERE load_id NOT IN (SELECT load_id FROM load_part)"
        " AND NOT undone"
    ).fetchall()
    for (load_id,) in rows:
        forget_load(connection, load_id)


def is_load_of(connection: sqlite3.Connection, load_id: int, meter_id: str) -> bool:
    """Whether a load is this meter's, and is not being taken back."""
    row = connection.execute(
        "SELECT 1 FROM load WHERE load_id = ? AND meter_id = ? AND NOT undone",
        (load_id, meter_id),
    ).fetchone()
    return row is not None


def forget_load(connection: sqlite3.Connection, load_id: int) -> None:
    """Delete the notes of a load."""
    for table in ("load_part", "load_neighbour", "load_register", "load"):
        connection.execute(
            f"DELETE FROM {table} WHERE load_id = ?",  # noqa: S608  (names of ours)
            (load_id,),
        )


def has_parts(connection: sqlite3.Connection, load_id: int) -> bool:
    """Whether a load has readings that were not taken back."""
    row = connection.execute(
        "SELECT 1 FROM load_part WHERE load_id = ? LIMIT 1", (load_id,)
    ).fetchone()
    return row is not None


def newest_of(
    connection: sqlite3.Connection, meter_id: str
) -> dict[int, tuple[Channel, int | None, bool]]:
    """Return each channel of a meter, its newest time, and whether its register runs."""
    rows = connection.execute(
        "SELECT channel_id, name, last_ms, register_wh IS NOT NULL FROM channel"
        " WHERE meter_id = ?",
        (meter_id,),
    )
    return {number: (Channel(name), last, bool(on)) for number, name, last, on in rows}


def note_brought(
    connection: sqlite3.Connection,
    load_id: int,
    brought: Brought,
    newest: Mapping[int, tuple[Channel, int | None, bool]],
) -> None:
    """Note what an append of a load added and changed."""
    for channel_id, added in brought.added.items():
        times = sorted(added)
        channel, last_ms, is_running = newest.get(channel_id, (None, None, False))
        # Energy of power goes to another channel's register, whose start is no reading.
        leads = is_running or channel in (Channel.POWER, None)
        connection.execute(
            "INSERT INTO load_part (load_id, channel_id, leads_from_ms, first_ms,"
            " last_ms, count, times) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                load_id,
                channel_id,
                (last_ms or 0) if leads else None,
                times[0],
                times[-1],
                len(times),
                pack_times(times),
            ),
        )
    connection.executemany(
        "INSERT OR IGNORE INTO load_neighbour VALUES (?, ?, ?, ?, ?)",
        [
            (load_id, channel_id, time_ms, reading.span_ms, reading.energy_wh)
            for (channel_id, time_ms), reading in brought.before.items()
        ],
    )


def loads_of(connection: sqlite3.Connection, meter_ids: Collection[str]) -> list[Load]:
    """Return what was loaded into these meters and can be taken back, newest first."""
    marks = ", ".join("?" * len(meter_ids))
    rows = connection.execute(
        # Of the bare columns SQLite takes those of the row with the least time.
        "SELECT load_id, load.meter_id, file, name, channel_id, loaded_ms,"  # noqa: S608  (marks)
        " min(load_part.first_ms), sum(count), undone FROM load"
        " JOIN load_part USING (load_id) JOIN channel USING (channel_id)"
        f" WHERE load.meter_id IN ({marks}) GROUP BY load_id ORDER BY load_id DESC",
        tuple(meter_ids),
    ).fetchall()
    lasts = dict(
        connection.execute(
            "SELECT load_id, max(last_ms) FROM load_part GROUP BY load_id"
        ).fetchall()
    )
    raw = RawReadings(connection)
    return [
        Load(
            number,
            meter_id,
            file,
            Channel(name),
            loaded,
            _start_of(raw, channel_id, first),
            lasts[number],
            count,
            bool(undone),
        )
        for number, meter_id, file, name, channel_id, loaded, first, count, undone in rows
    ]


def _start_of(raw: RawReadings, channel_id: int, time_ms: int) -> int:
    """Return when the period of a reading begins; amounts bear the time of its end."""
    reading = raw.at(channel_id, time_ms)
    is_amount = reading is not None and reading.value is None
    return time_ms - reading.span_ms if reading and is_amount else time_ms


def leaving(connection: sqlite3.Connection, meter_id: str) -> list[int]:
    """Return the loads of a meter whose taking back was not finished."""
    rows = connection.execute(
        "SELECT load_id FROM load WHERE meter_id = ? AND undone = 1", (meter_id,)
    )
    return [number for (number,) in rows]


def parts_of(connection: sqlite3.Connection, load_id: int) -> Iterator[Part]:
    """Yield the parts of a load, the oldest of each channel first."""
    rows = connection.execute(
        "SELECT part_id, channel_id, leads_from_ms, times FROM load_part"
        " WHERE load_id = ? ORDER BY channel_id, first_ms",
        (load_id,),
    )
    return map(_part, rows)


def first_part(connection: sqlite3.Connection, load_id: int) -> Part | None:
    """Return the oldest part that is left of a load."""
    row = connection.execute(
        "SELECT part_id, channel_id, leads_from_ms, times FROM load_part"
        " WHERE load_id = ? ORDER BY channel_id, first_ms LIMIT 1",
        (load_id,),
    ).fetchone()
    return _part(row) if row else None


def keep_times(connection: sqlite3.Connection, part_id: int, times: list[int]) -> None:
    """Let a part have these times only; without any it is gone."""
    if not times:
        connection.execute("DELETE FROM load_part WHERE part_id = ?", (part_id,))
        return
    connection.execute(
        "UPDATE load_part SET first_ms = ?, last_ms = ?, count = ?, times = ?"
        " WHERE part_id = ?",
        (times[0], times[-1], len(times), pack_times(times), part_id),
    )


class Owners:
    """Which load brought a reading of a channel."""

    def __init__(self, connection: sqlite3.Connection, channel_id: int) -> None:
        """Ask for readings of a channel."""
        self._connection = connection
        self._channel_id = channel_id
        self._times: dict[int, frozenset[int]] = {}

    def part_with(self, time_ms: int) -> tuple[int, int] | None:
        """Return the load that brought the reading of a time, and its part."""
        parts = self._connection.execute(
            "SELECT load_id, part_id FROM load_part"
            " WHERE channel_id = ? AND first_ms <= ? AND last_ms >= ?",
            (self._channel_id, time_ms, time_ms),
        ).fetchall()
        for load_id, part_id in parts:
            if time_ms in self.times(part_id):
                return load_id, part_id
        return None

    def times(self, part_id: int) -> frozenset[int]:
        """Return the times of a part."""
        if part_id not in self._times:
            (packed,) = self._connection.execute(
                "SELECT times FROM load_part WHERE part_id = ?", (part_id,)
            ).fetchone()
            self._times[part_id] = frozenset(unpack_times(packed))
        return self._times[part_id]


def release(
    connection: sqlite3.Connection, channel_id: int, times: Iterable[int]
) -> None:
    """Let readings be the meter's own: it has told the same as a file."""
    owners = Owners(connection, channel_id)
    released: dict[int, set[int]] = {}
    for time_ms in times:
        if found := owners.part_with(time_ms):
            released.setdefault(found[1], set()).add(time_ms)
    for part_id, gone in released.items():
        keep_times(connection, part_id, sorted(owners.times(part_id) - gone))


def times_in_doubt(
    connection: sqlite3.Connection, meter_id: str, channel: Channel
) -> list[int]:
    """Return the times of readings that wait for those after them."""
    rows = connection.execute(
        "SELECT time_ms FROM held JOIN channel USING (channel_id)"
        " WHERE meter_id = ? AND name = ?",
        (meter_id, channel),
    )
    return [time_ms for (time_ms,) in rows]


def kept_for_undoing(connection: sqlite3.Connection, channel_id: int) -> Stretches:
    """Return the times of which readings are not pruned yet, since a file is young."""
    rows = connection.execute(
        "SELECT load_part.first_ms, load_part.last_ms + 1"
        " FROM load_part JOIN load USING (load_id)"
        " WHERE channel_id = ? AND loaded_ms > ?",
        (channel_id, _now_ms() - KEPT_DAYS * _MS_PER_DAY),
    )
    return Stretches.of(rows)


def _part(row: tuple[int, int, int | None, bytes]) -> Part:
    return Part(*row[:3], unpack_times(row[3]))


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
