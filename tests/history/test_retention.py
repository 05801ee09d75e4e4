"""What was pruned is known in sum, and counts once however often it is told again."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
import random
import sqlite3
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.database import connect_writer
from custom_components.wattwise.history.ledger import Ledger
from custom_components.wattwise.history.periods.calendar import (
    HOUR_MS,
    LocalCalendar,
    Period,
)
from custom_components.wattwise.history.periods.rollups import periods, refresh
from custom_components.wattwise.history.readings.retention import (
    Retention,
    believed_now,
    channels_to_prune,
    prune_readings,
    prune_slots,
)
from custom_components.wattwise.history.receipt import Receipt
from custom_components.wattwise.history.writer import Transaction
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal

DAY_MS = 24 * HOUR_MS
NOW_MS = 500_000 * HOUR_MS
START_MS = NOW_MS - 12 * DAY_MS
STEP_MS = 600_000


@dataclass
class Book:
    """A file, its ledger, and what looks after it."""

    transaction: Transaction
    calendar: LocalCalendar = field(
        default_factory=lambda: LocalCalendar(ZoneInfo("Australia/Lord_Howe"))
    )

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection."""
        return self.transaction.connection

    def append(
        self, profile: MeterProfile, readings: list[Reading], *, live: bool = False
    ) -> Receipt:
        """Take readings."""
        ledger = self.transaction.ledger
        receipt = ledger.append(profile, readings, now_ms=NOW_MS, live=live)
        ledger.write()
        return receipt

    def prune(self, readings_before: int, slots_before: int = 0) -> None:
        """Do what the upkeep does."""
        while refresh(self.connection, self.calendar, NOW_MS):
            pass
        while self.transaction.ledger.raw.pack(NOW_MS):
            pass
        for channel in channels_to_prune(self.transaction):
            hour: int | None = 0
            while hour is not None:
                hour = prune_readings(self.transaction, channel, readings_before, hour)
        for channel in channels_to_prune(self.transaction):
            while prune_slots(self.transaction, channel, slots_before):
                pass

    def hours(self, channel: Channel = Channel.ENERGY_IMPORT) -> dict[int, float]:
        """Return the energy of each hour [Wh], to a millionth."""
        row = self.connection.execute(
            "SELECT channel_id FROM channel WHERE name = ?", (channel,)
        ).fetchone()
        if row is None:
            return {}
        buckets = periods(
            self.connection, self.calendar, row[0], Period.HOUR, 0, NOW_MS
        )
        found = {b.start_ms: round(b.energy_wh, 6) for b in buckets}
        return {start: energy for start, energy in found.items() if energy}

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        rows = self.connection.execute(f"SELECT 1 FROM {table}")  # noqa: S608
        return len(rows.fetchall())


@contextmanager
def a_book(path: Path) -> Iterator[Book]:
    """Open a new file."""
    calendar = LocalCalendar(ZoneInfo("Australia/Lord_Howe"))
    with closing(connect_writer(path)) as connection:
        connection.execute("BEGIN")
        yield Book(Transaction(connection, Ledger(connection, calendar)), calendar)
        connection.execute("ROLLBACK")


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Book]:
    """Return a new file."""
    with a_book(tmp_path / "wattwise.db") as book:
        yield book


def profile_of(kind: EnergyKind, step_ms: int = STEP_MS) -> MeterProfile:
    """Return a meter that tells its energy in this way."""
    return MeterProfile("meter", energy_kind=kind, interval_s=step_ms / 1000)


def told(
    kind: EnergyKind, start_ms: int, end_ms: int, step_ms: int = STEP_MS
) -> list[Reading]:
    """Return what a meter tells of a home that uses more with each hour."""
    return [
        Reading(Channel.POWER, at, power_w(at))
        if kind is EnergyKind.POWER
        else Reading(
            Channel.ENERGY_IMPORT,
            at,
            used_wh(at)
            if kind is EnergyKind.COUNTER
            else used_wh(at) - used_wh(at - step_ms),
        )
        for at in range(start_ms, end_ms, step_ms)
    ]


def power_w(at_ms: int) -> float:
    """Return what the home draws: the same within each hour."""
    return 100.0 + (at_ms // HOUR_MS * 7_919) % 1_000


def used_wh(at_ms: int) -> float:
    """Return what the home has used since the start."""
    begin_ms = START_MS - DAY_MS
    whole = sum(
        power_w(hour) for hour in range(begin_ms, at_ms // HOUR_MS * HOUR_MS, HOUR_MS)
    )
    return 1e6 + whole + power_w(at_ms) * (at_ms % HOUR_MS) / HOUR_MS


KINDS = pytest.mark.parametrize("kind", list(EnergyKind))


@KINDS
def test_pruning_changes_no_sum(book: Book, kind: EnergyKind) -> None:
    """Hours and days say after it what they said before."""
    book.append(profile_of(kind), told(kind, START_MS, NOW_MS), live=True)
    book.prune(0)
    hours, slots, packed = (
        book.hours(),
        book.count("rollup_5min"),
        book.count("packed_hour"),
    )
    book.prune(NOW_MS - 3 * DAY_MS, NOW_MS - 6 * DAY_MS)
    assert book.hours() == hours
    assert 70 <= book.count("packed_hour") <= 80 < packed
    assert (
        6 * 288
        < book.count("rollup_5min") / (2 if kind is EnergyKind.POWER else 1)
        < 7 * 288
        < slots
    )
    latest = book.connection.execute("SELECT max(last_ms) FROM channel").fetchone()
    assert latest == (NOW_MS - STEP_MS,)


@KINDS
def test_importing_again_what_was_pruned(book: Book, kind: EnergyKind) -> None:
    """The same file before and after pruning counts once."""
    file = told(kind, START_MS, NOW_MS)
    first = book.append(profile_of(kind), file)
    assert first.accepted == len(file)
    book.prune(0)
    hours = book.hours()
    book.prune(NOW_MS - 2 * DAY_MS, NOW_MS - 4 * DAY_MS)
    again = book.append(profile_of(kind), file)
    assert again.accepted == 0
    assert again.duplicate > 0
    assert {item.reason for item in again.refused} == {Refusal.ALREADY_COVERED}
    assert book.hours() == hours


@KINDS
@pytest.mark.parametrize("seed", range(3))
def test_files_in_any_order_with_pruning_between(
    tmp_path: Path, kind: EnergyKind, seed: int
) -> None:
    """Parts that overlap, earlier and later ones, some twice: as if nothing was pruned.

    Gaps between them are of hours, as those of a meter that was off; what is missing
    for minutes cannot be told any more once it was pruned.
    """
    rng = random.Random(seed)
    profile = profile_of(kind)
    with (
        a_book(tmp_path / "pruned.db") as pruned,
        a_book(tmp_path / "whole.db") as whole,
    ):
        parts = [
            sorted(rng.randrange(START_MS, NOW_MS, 3 * HOUR_MS) for _ in "ab")
            for _ in range(8)
        ]
        for start_ms, end_ms in [*parts, rng.choice(parts), (START_MS, NOW_MS)]:
            part = told(kind, start_ms, end_ms)
            live = rng.random() < 0.2
            pruned.append(profile, part, live=live)
            whole.append(profile, part, live=live)
            before = rng.randrange(START_MS, NOW_MS, HOUR_MS)
            pruned.prune(before, rng.randrange(START_MS, NOW_MS, HOUR_MS))
        assert pruned.count("pruned")
        whole.prune(0)
        pruned.prune(0)
        assert pruned.hours() == whole.hours()
        assert sum(whole.hours().values()) == pytest.approx(
            used_wh(NOW_MS - STEP_MS) - used_wh(START_MS)
            if kind is not EnergyKind.INTERVAL
            else used_wh(NOW_MS - STEP_MS) - used_wh(START_MS - STEP_MS),
            rel=1e-3,
        )


@pytest.mark.parametrize("seed", range(6))
def test_another_way_of_telling_never_counts_twice(book: Book, seed: int) -> None:
    """Files of other steps and kinds, over what was pruned and beside it."""
    rng = random.Random(seed)
    for _ in range(9):
        kind = rng.choice(list(EnergyKind))
        step_ms = rng.choice([STEP_MS, HOUR_MS, HOUR_MS // 4])
        start_ms, end_ms = sorted(
            rng.randrange(START_MS, NOW_MS, HOUR_MS) for _ in "ab"
        )
        book.append(profile_of(kind, step_ms), told(kind, start_ms, end_ms, step_ms))
        book.prune(
            rng.randrange(START_MS, NOW_MS, HOUR_MS),
            rng.randrange(START_MS, NOW_MS, HOUR_MS),
        )
        sums = book.hours()
        assert sum(sums.values()) <= used_wh(NOW_MS) - used_wh(START_MS) + 2_000
        assert sum(sums.values()) > 0 or start_ms == end_ms


def test_gaps_are_filled_beside_what_was_pruned(book: Book) -> None:
    """Days without readings stay open for a file, and only they."""
    kind = EnergyKind.INTERVAL
    gap = START_MS + 4 * DAY_MS, START_MS + 6 * DAY_MS
    book.append(profile_of(kind), told(kind, START_MS, gap[0]), live=True)
    book.append(profile_of(kind), told(kind, gap[1], NOW_MS), live=True)
    book.prune(NOW_MS - DAY_MS, NOW_MS - 2 * DAY_MS)
    receipt = book.append(profile_of(kind), told(kind, START_MS, NOW_MS))
    assert receipt.accepted == 2 * DAY_MS // STEP_MS
    assert sum(book.hours().values()) == pytest.approx(
        used_wh(NOW_MS - STEP_MS) - used_wh(START_MS - STEP_MS)
    )


def test_a_late_reading_beside_the_border_is_taken(book: Book) -> None:
    """Where readings are kept, late ones divide segments as ever."""
    kind = EnergyKind.COUNTER
    readings = told(kind, START_MS, NOW_MS)
    late = readings[1::2]
    book.append(profile_of(kind), readings[::2], live=True)
    border = NOW_MS - 3 * DAY_MS
    book.prune(border)
    receipt = book.append(profile_of(kind), late, live=True)
    refused = {item.time_ms for item in receipt.refused}
    assert max(t for t in refused if t) < border + HOUR_MS
    assert receipt.accepted == len(late) - len(refused)
    assert receipt.accepted >= 3 * DAY_MS // STEP_MS // 2 - 6
    assert sum(book.hours().values()) == pytest.approx(
        used_wh(NOW_MS - STEP_MS) - used_wh(START_MS)
    )


def test_a_price_is_never_pruned(book: Book) -> None:
    """Old costs depend on old prices."""
    home = MeterProfile("home")
    prices = [
        Reading(Channel.PRICE, at, 0.3) for at in range(START_MS, NOW_MS, STEP_MS)
    ]
    book.append(home, prices, live=True)
    book.prune(NOW_MS, NOW_MS)
    assert book.transaction.ledger.raw.between(1, START_MS, NOW_MS)[0].value == 0.3
    assert len(book.transaction.ledger.raw.between(1, START_MS, NOW_MS)) == len(prices)


def test_what_waits_for_its_roll_up_is_not_pruned(book: Book) -> None:
    """Hours are made of 5 minutes, percentiles of readings: first these, then gone."""
    kind = EnergyKind.POWER
    book.append(profile_of(kind), told(kind, START_MS, NOW_MS))
    while book.transaction.ledger.raw.pack(NOW_MS):
        pass
    packed = book.count("packed_hour")
    (channel,) = (
        c for c in channels_to_prune(book.transaction) if c.channel is Channel.POWER
    )
    hour: int | None = 0
    while hour is not None:
        hour = prune_readings(book.transaction, channel, NOW_MS, hour)
    assert book.count("packed_hour") == packed


def test_held_readings_outlive_pruning(book: Book) -> None:
    """A counter in doubt is still in doubt."""
    kind = EnergyKind.COUNTER
    book.append(profile_of(kind), told(kind, START_MS, NOW_MS - DAY_MS), live=True)
    for minute in range(2):
        at = NOW_MS - DAY_MS + minute * 60_000
        held = book.append(
            profile_of(kind),
            [Reading(Channel.ENERGY_IMPORT, at, 5.0 + minute)],
            live=True,
        )
        assert held.held == 1
    book.prune(NOW_MS, NOW_MS)
    last = [Reading(Channel.ENERGY_IMPORT, NOW_MS - DAY_MS + 120_000, 7.0)]
    assert book.append(profile_of(kind), last, live=True).accepted == 1
    assert book.count("held") == 0


def test_a_counter_imported_before_derived_energy(book: Book) -> None:
    """What its meter counted while energy was derived from power is not counted again."""
    middle, later = START_MS + 4 * DAY_MS, START_MS + 8 * DAY_MS
    power, counter = EnergyKind.POWER, EnergyKind.COUNTER
    book.append(profile_of(power), told(power, middle, later), live=True)
    book.append(profile_of(counter), told(counter, later + STEP_MS, NOW_MS), live=True)
    book.append(profile_of(counter), told(counter, START_MS, NOW_MS))
    assert sum(book.hours().values()) == pytest.approx(
        used_wh(NOW_MS - STEP_MS) - used_wh(START_MS), rel=2e-3
    )


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"]
)
def test_days_are_kept_whole(zone: str) -> None:
    """The border is a local midnight; nothing is pruned where 0 says for ever."""
    calendar = LocalCalendar(ZoneInfo(zone))
    border = Retention(60, 24).readings_from(calendar, NOW_MS)
    assert border is not None
    assert calendar.day_start(border) == border
    assert (
        60 * DAY_MS - HOUR_MS
        <= calendar.day_start(NOW_MS) - border
        <= 60 * DAY_MS + HOUR_MS
    )
    assert Retention(0, 0).readings_from(calendar, NOW_MS) is None
    assert Retention(0, 0).slots_from(calendar, NOW_MS) is None


def _tell(book: Book, start_ms: int, end_ms: int, now_ms: int) -> None:
    """Take what a meter tells by a clock, and roll it up."""
    profile, readings = profile_of(EnergyKind.COUNTER), []
    for kind in (EnergyKind.POWER, EnergyKind.COUNTER):
        readings += told(kind, start_ms, end_ms)
    book.transaction.ledger.append(profile, readings, now_ms=now_ms)
    book.transaction.ledger.write()
    while refresh(book.connection, book.calendar, now_ms):
        pass


@pytest.mark.parametrize(
    ("ahead_days", "hours"),
    [(2, 0), (30, 0), (4_000, 0), (2, 3), (30, 3), (2, 50), (30, 50)],
)
def test_a_clock_that_is_ahead_ages_nothing(
    book: Book, ahead_days: int, hours: int
) -> None:
    """Not before its first readings, nor in the days it is wrong, nor afterwards."""
    _tell(book, START_MS, NOW_MS, NOW_MS)
    assert believed_now(book.transaction, NOW_MS) == NOW_MS
    begun_ms = NOW_MS + ahead_days * DAY_MS
    wrong_ms = begun_ms + hours * HOUR_MS
    if hours:
        _tell(book, begun_ms, wrong_ms, wrong_ms)
    believed = believed_now(book.transaction, wrong_ms)
    assert believed is not None
    assert NOW_MS - DAY_MS <= believed <= NOW_MS
    # The clock is right again; what it noted in the future stays where it is.
    later_ms = NOW_MS + DAY_MS
    _tell(book, NOW_MS, later_ms, later_ms)
    assert believed_now(book.transaction, later_ms) == later_ms


def test_a_time_without_readings_is_believed_in_the_end(book: Book) -> None:
    """A home that was switched off for a month ages again after a week."""
    _tell(book, START_MS, NOW_MS, NOW_MS)
    back_ms = NOW_MS + 30 * DAY_MS
    ages = []
    for day in range(10):
        end_ms = back_ms + (day + 1) * DAY_MS
        _tell(book, end_ms - DAY_MS, end_ms, end_ms)
        ages.append(believed_now(book.transaction, end_ms) == end_ms)
    assert ages == [False] * ages.index(True) + [True] * (10 - ages.index(True))
    assert 5 <= ages.index(True) <= 7


def test_little_is_not_enough(book: Book) -> None:
    """Whoever begins today has nothing that is old enough, whatever the clock says."""
    assert believed_now(book.transaction, NOW_MS) is None
    _tell(book, NOW_MS - 3 * DAY_MS, NOW_MS, NOW_MS)
    assert believed_now(book.transaction, NOW_MS) is None
