"""Readings are found wherever they are kept: as rows or packed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
import random
import sqlite3

import pytest

from custom_components.wattwise.history.database import connect_writer
from custom_components.wattwise.history.periods.calendar import HOUR_MS
from custom_components.wattwise.history.readings.packing import PackedHourError
from custom_components.wattwise.history.readings.raw_readings import (
    QUIET_MS,
    RawReading,
    RawReadings,
)

START_MS = 480_000 * HOUR_MS
LONG_AGO_MS = START_MS - 100 * HOUR_MS
YEARS_AGO_MS = START_MS - 30_000 * HOUR_MS


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection to a new file."""
    with closing(connect_writer(tmp_path / "wattwise.db")) as connection:
        connection.execute("BEGIN")
        yield connection
        connection.execute("ROLLBACK")


def reading(time_ms: int) -> RawReading:
    """Return a reading that tells its time."""
    return RawReading(time_ms, time_ms / 10, 10_000, None)


def rows_of(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many rows there are, and how many packed hours."""
    (rows,) = connection.execute("SELECT count(*) FROM reading").fetchone()
    (packed,) = connection.execute("SELECT count(*) FROM packed_hour").fetchone()
    return rows, packed


def pack_until(raw: RawReadings, hour: int) -> None:
    """Pack all that lies before an hour."""
    while raw.pack((hour + 1) * HOUR_MS + QUIET_MS):
        pass


@pytest.mark.parametrize("seed", range(6))
def test_nobody_sees_what_is_packed(connection: sqlite3.Connection, seed: int) -> None:
    """Whatever is stored, changed and packed in whatever order, it is found."""
    rng = random.Random(seed)
    raw = RawReadings(connection)
    kept: dict[int, dict[int, RawReading]] = {1: {}, 2: {}, 300: {}}
    # Some hours are full, some hold a reading or two, and some lie far away.
    spots = [START_MS + h * HOUR_MS for h in range(4)] + [LONG_AGO_MS, START_MS - 50]
    for _ in range(400):
        channel_id = rng.choice(list(kept))
        there = kept[channel_id]
        at = rng.choice(spots) + rng.randrange(HOUR_MS) // 1_000 * 1_000
        action = rng.random()
        if action < 0.6 and at not in there:
            there[at] = reading(at)
            raw.insert(channel_id, there[at])
        elif action < 0.7 and there:
            at = rng.choice(list(there))
            there[at] = there[at]._replace(span_ms=rng.randrange(99), energy_wh=1.5)
            raw.update_segment(channel_id, at, *there[at][2:])
        elif action < 0.73:
            raw.pack(START_MS + rng.randrange(6) * HOUR_MS)
        elif action < 0.75:
            raw = RawReadings(connection)
        times = sorted(there)
        begin, end = sorted(
            rng.choice(spots) + rng.randrange(-9, HOUR_MS + 9) for _ in "ab"
        )
        assert raw.between(channel_id, begin, end) == [
            there[t] for t in times if begin <= t < end
        ]
        if not times:
            continue
        at = rng.choice([begin, rng.choice(times), rng.choice(times) + 1])
        assert raw.at(channel_id, at) == there.get(at)
        earlier = [t for t in times if t < at]
        later = [t for t in times if t > at]
        bound = rng.choice([times[0], begin])
        expected = there[earlier[-1]] if earlier and earlier[-1] >= bound else None
        assert raw.previous(channel_id, at, bound) == expected
        bound = rng.choice([times[-1], end])
        expected = there[later[0]] if later and later[0] <= bound else None
        assert raw.next(channel_id, at, bound) == expected
        assert raw.has_any(channel_id)
    pack_until(raw, START_MS // HOUR_MS + 5)
    assert rows_of(connection)[0] == 0
    for channel_id, there in kept.items():
        pages = list(raw.pages(channel_id, LONG_AGO_MS, START_MS + 9 * HOUR_MS))
        assert [r for page in pages for r in page] == [there[t] for t in sorted(there)]


def test_an_hour_waits_until_it_is_quiet(connection: sqlite3.Connection) -> None:
    """What devices send late still finds rows."""
    raw = RawReadings(connection)
    raw.insert(1, reading(START_MS))
    raw.pack(START_MS + HOUR_MS + QUIET_MS - 1)
    assert rows_of(connection) == (1, 0)
    raw.pack(START_MS + HOUR_MS + QUIET_MS)
    assert rows_of(connection) == (0, 1)


def test_a_late_reading_makes_rows_of_its_hour_only(
    connection: sqlite3.Connection,
) -> None:
    """The other hours stay packed, and its own is packed again."""
    raw = RawReadings(connection)
    for number in range(5):
        raw.insert(1, reading(START_MS + number * HOUR_MS))
    pack_until(raw, START_MS // HOUR_MS + 6)
    raw.insert(1, reading(START_MS + 2 * HOUR_MS + 10_000))
    assert rows_of(connection) == (2, 4)
    raw.update_segment(1, START_MS, 5, 6.0)
    assert rows_of(connection) == (3, 3)
    pack_until(raw, START_MS // HOUR_MS + 6)
    assert rows_of(connection) == (0, 5)
    assert raw.at(1, START_MS) == RawReading(START_MS, START_MS / 10, 5, 6.0)


def test_new_readings_look_for_no_packed_hour(connection: sqlite3.Connection) -> None:
    """The way of a live reading costs one statement, packed past or not."""
    raw = RawReadings(connection)
    for number in range(5):
        raw.insert(1, reading(START_MS + number * HOUR_MS))
    pack_until(raw, START_MS // HOUR_MS + 6)
    raw.insert(1, reading(START_MS + 10 * HOUR_MS))
    seen: list[str] = []
    connection.set_trace_callback(seen.append)
    raw.insert(1, reading(START_MS + 10 * HOUR_MS + 10_000))
    connection.set_trace_callback(None)
    assert [statement.split()[0] for statement in seen] == ["INSERT"]


def test_pages_are_bounded(connection: sqlite3.Connection) -> None:
    """However long the stretch, a page holds a few thousand readings."""
    raw = RawReadings(connection)
    times = range(START_MS, START_MS + 30 * HOUR_MS, 10_000)
    raw.insert_all(1, [reading(at) for at in times])
    pack_until(raw, START_MS // HOUR_MS + 20)
    pages = list(raw.pages(1, START_MS + 5, START_MS + 29 * HOUR_MS))
    assert max(map(len, pages)) < 3_000
    assert [r.time_ms for page in pages for r in page] == [
        at for at in times if START_MS + 5 <= at < START_MS + 29 * HOUR_MS
    ]


def test_a_neighbour_years_away_is_found_at_once(
    connection: sqlite3.Connection,
) -> None:
    """Nobody walks through years of other channels' readings."""
    raw = RawReadings(connection)
    raw.insert(1, reading(YEARS_AGO_MS))
    raw.insert_all(
        2, [reading(at) for at in range(YEARS_AGO_MS, START_MS, 6 * HOUR_MS)]
    )
    pack_until(raw, START_MS // HOUR_MS)
    raw.insert(1, reading(START_MS + HOUR_MS))
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    connection.set_progress_handler(count, 100)
    assert raw.previous(1, START_MS + HOUR_MS, 0) == reading(YEARS_AGO_MS)
    assert raw.next(1, YEARS_AGO_MS, START_MS + HOUR_MS) == reading(START_MS + HOUR_MS)
    connection.set_progress_handler(None, 100)
    assert steps < 100


def test_damage_is_told_not_guessed(connection: sqlite3.Connection) -> None:
    """A packed hour that cannot be read is an error that names it."""
    raw = RawReadings(connection)
    raw.insert(1, reading(START_MS))
    raw.pack(START_MS + 9 * HOUR_MS)
    connection.execute("UPDATE packed_hour SET readings = x'0102'")
    for look in (
        lambda: raw.at(1, START_MS),
        lambda: raw.between(1, START_MS, START_MS + 1),
        lambda: raw.insert(1, reading(START_MS + 1)),
    ):
        with pytest.raises(PackedHourError, match="hour 480000 of channel 1"):
            look()
