"""Which intervals the rows of a file stand for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.files import meter_file
from custom_components.wattwise.history.files.layout import Layout
from custom_components.wattwise.history.files.meter_file import MeterFile
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal

from ..readings import BY_AMOUNT

BERLIN = ZoneInfo("Europe/Berlin")
AMOUNTS = Layout(Channel.ENERGY_IMPORT, "time", "value", "kWh", BERLIN, is_amount=True)
POWER_AT_END = Layout(Channel.POWER, "time", "value", "W", BERLIN, stamped_at_end=True)
MONTHS = [f"{2025 + n // 12}-{n % 12 + 1:02}" for n in range(15)]

type Rows = Sequence[tuple[str, float | str]]


def local_ms(text: str) -> int:
    """Return the time [ms] at which clocks in Berlin show this."""
    return round(datetime.fromisoformat(text).replace(tzinfo=BERLIN).timestamp() * 1000)


def as_utc(text: str) -> str:
    """Return a time of Berlin's clocks in UTC."""
    return datetime.fromtimestamp(local_ms(text) / 1000, UTC).isoformat()


def days(first: str, count: int) -> list[str]:
    """Return days in order."""
    start = date.fromisoformat(first)
    return [str(start + timedelta(days=number)) for number in range(count)]


def write(path: Path, rows: Rows) -> Path:
    """Write a file of times and values."""
    lines = [f"{time};{value}" for time, value in rows]
    path.write_text("\n".join(["time;value", *lines]) + "\n")
    return path


def read(path: Path, layout: Layout, rows: Rows) -> list[Reading]:
    """Return the readings of a file with these rows."""
    file = write(path / "file.csv", rows)
    batches = MeterFile(file, layout).batches()
    return [reading for batch in batches for reading in batch.readings]


async def load(history: History, path: Path, layout: Layout, rows: Rows) -> None:
    """Load a file with these rows the way the action does."""
    file = write(path / "file.csv", rows)
    for batch in MeterFile(file, layout).batches():
        # The action books each batch with the interval it names.
        profile = replace(BY_AMOUNT, interval_s=batch.interval_s)
        receipt = await history.append(
            profile, batch.readings, batch.refused, live=False
        )
        assert receipt.accepted == len(batch.readings)
    await history.refresh_rollups()


async def energy(history: History, period: Period) -> dict[str, float]:
    """Return the energy [kWh] of each local day or month."""
    found = await history.buckets(
        "meter",
        Channel.ENERGY_IMPORT,
        local_ms("2024-11-01"),
        local_ms("2026-11-20"),
        period,
    )
    form = "%Y-%m-%d" if period is Period.DAY else "%Y-%m"
    return {
        datetime.fromtimestamp(bucket.start_ms / 1000, BERLIN).strftime(form): round(
            bucket.energy_wh / 1000, 6
        )
        for bucket in found
        if bucket.energy_wh
    }


@pytest.mark.parametrize("utc", [False, True])
@pytest.mark.parametrize("stamped_at_end", [False, True])
@pytest.mark.parametrize(
    ("first", "count"),
    [
        ("2026-03-20", 20),
        ("2026-10-15", 20),
        # The day the clock is changed is the last one, the first one.
        ("2026-03-20", 10),
        ("2026-10-15", 11),
        ("2026-03-29", 10),
        ("2026-10-25", 10),
    ],
)
async def test_a_daily_file_fills_its_days(
    history: History,
    tmp_path: Path,
    first: str,
    count: int,
    stamped_at_end: bool,
    utc: bool,
) -> None:
    """24 kWh a day are 24 kWh in each day, be it of 23 or 25 hours."""
    named = days(first, count + 1)
    stamps = named[1:] if stamped_at_end else named[:-1]
    rows = [(as_utc(day) if utc else day, 24) for day in stamps]
    await load(history, tmp_path, replace(AMOUNTS, stamped_at_end=stamped_at_end), rows)
    assert await energy(history, Period.DAY) == dict.fromkeys(named[:-1], 24)


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("stamped_at_end", [False, True])
@pytest.mark.parametrize(
    ("begin", "end"), [(0, 13), (1, 5), (1, 3), (8, 14), (0, 2), (9, 11), (10, 14)]
)
async def test_a_monthly_file_fills_its_months(
    history: History,
    tmp_path: Path,
    begin: int,
    end: int,
    stamped_at_end: bool,
    backwards: bool,
) -> None:
    """Months of 28 to 31 days each keep what the file says of them."""
    expected = {month: 100 + n for n, month in enumerate(MONTHS[begin:end])}
    stamps = MONTHS[begin + 1 : end + 1] if stamped_at_end else list(expected)
    amounts = expected.values()
    rows = [(f"{month}-01", n) for month, n in zip(stamps, amounts, strict=True)]
    if backwards:
        rows.reverse()
    await load(history, tmp_path, replace(AMOUNTS, stamped_at_end=stamped_at_end), rows)
    assert await energy(history, Period.MONTH) == expected


async def test_a_day_after_a_gap_begins_at_its_start(
    history: History, tmp_path: Path
) -> None:
    """Days that are missing get nothing, whatever the length of those around."""
    named = [*days("2026-03-10", 5), *days("2026-03-29", 3), "2026-10-25"]
    await load(history, tmp_path, AMOUNTS, [(day, 24) for day in named])
    assert await energy(history, Period.DAY) == dict.fromkeys(named, 24)


def test_an_amount_ends_where_the_next_row_begins(tmp_path: Path) -> None:
    """A late row ends the one before it; a gap does not, nor does an empty cell."""
    times = ["10:00", "10:15", "10:31", "10:45", "11:00", "12:00", "12:15", "12:30"]
    rows: list[tuple[str, float | str]] = [(f"2026-05-04 {time}", 1) for time in times]
    rows[6] = (rows[6][0], "")
    readings = read(tmp_path, AMOUNTS, rows)
    ends = ["10:15", "10:31", "10:45", "11:00", "11:15", "12:15", "12:45"]
    assert [reading.time_ms for reading in readings] == [
        local_ms(f"2026-05-04 {time}") for time in ends
    ]
    assert [reading.index for reading in readings] == [2, 3, 4, 5, 6, 7, 9]


def test_power_stamped_at_the_end_is_of_the_time_since_the_row_before(
    tmp_path: Path,
) -> None:
    """A value is held from the row before, or for a usual step after a gap."""
    times = ["10:00", "10:15", "10:31", "10:45", "11:00", "12:00"]
    rows = [(f"2026-05-04 {time}", 100) for time in times]
    starts = ["09:45", "10:00", "10:15", "10:31", "10:45", "11:45"]
    assert [reading.time_ms for reading in read(tmp_path, POWER_AT_END, rows)] == [
        local_ms(f"2026-05-04 {time}") for time in starts
    ]
    rows = [(day, 100) for day in days("2026-03-27", 6)]
    assert [reading.time_ms for reading in read(tmp_path, POWER_AT_END, rows)] == [
        local_ms(day) for day in days("2026-03-26", 6)
    ]


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("1754101930628", 1_754_101_930_628),
        ("1754101930", 1_754_101_930_000),
        ("1754101930.25", 1_754_101_930_250),
        (" 946684800 ", 946_684_800_000),
        ("20130101", local_ms("2013-01-01")),
        ("20130101T1200", local_ms("2013-01-01 12:00")),
        ("2013-01-01T12:00:00Z", 1_357_041_600_000),
    ],
)
def test_long_numbers_are_times_since_1970(
    tmp_path: Path, text: str, time_ms: int
) -> None:
    """Digits that also pass for a date of the 18th century are none."""
    counter = replace(AMOUNTS, is_amount=False)
    (reading,) = read(tmp_path, counter, [(text, 1)])
    assert reading.time_ms == time_ms


def test_batches_keep_lines_and_refusals_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row ahead is looked at, not lost, where a batch ends."""
    monkeypatch.setattr(meter_file, "BATCH_ROWS", 3)
    hours = [f"2026-05-04 {hour:02}:00" for hour in range(10)]
    rows: list[tuple[str, float | str]] = [(hour, 1) for hour in hours]
    rows[2], rows[5] = (hours[2], "off"), ("nan", 1)
    file = write(tmp_path / "file.csv", rows)
    batches = list(MeterFile(file, AMOUNTS).batches())
    assert [len(b.readings) + len(b.refused) for b in batches] == [3, 3, 3, 1]
    refused = [(r.index, r.reason) for b in batches for r in b.refused]
    assert refused == [(4, Refusal.NOT_A_NUMBER), (7, Refusal.INVALID_TIME)]
    found = [reading for batch in batches for reading in batch.readings]
    assert [reading.index for reading in found] == [2, 3, 5, 6, 8, 9, 10, 11]
    for reading in found:
        assert reading.time_ms == local_ms(hours[0]) + (reading.index - 1) * 3_600_000


def test_the_end_of_the_calendar_is_no_error(tmp_path: Path) -> None:
    """A day that has no next one takes the usual time."""
    readings = read(tmp_path, AMOUNTS, [("9999-12-30", 1), ("9999-12-31", 1)])
    assert readings[1].time_ms - readings[0].time_ms == 86_400_000
