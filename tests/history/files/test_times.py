"""Times and numbers as people, portals and programs write them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.files.clock import Clock
from custom_components.wattwise.history.files.errors import (
    AmbiguousDatesError,
    AmbiguousNumbersError,
)
from custom_components.wattwise.history.files.layout import (
    DateOrder,
    DecimalMark,
    Layout,
)
from custom_components.wattwise.history.files.meter_file import MeterFile
from custom_components.wattwise.history.files.number_format import read_number
from custom_components.wattwise.history.files.survey import (
    find_date_order,
    find_decimal_mark,
)
from custom_components.wattwise.history.files.table import Cell
from custom_components.wattwise.history.files.time_format import (
    read_clock,
    read_moment,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

NOON = datetime(2026, 2, 1, 12, 30)  # noqa: DTZ001
NOON_UTC = NOON.replace(tzinfo=UTC)
MS = 1_769_949_000_000
# When a file of whole days begins and ends: each holds a day in which clocks change.
CHANGED_DAYS = [
    ("Europe/Berlin", "2026-03-28", "2026-03-31"),
    ("Europe/Berlin", "2025-10-25", "2025-10-28"),
    ("America/New_York", "2026-03-07", "2026-03-10"),
    ("America/New_York", "2025-11-01", "2025-11-04"),
    ("Australia/Lord_Howe", "2025-10-04", "2025-10-07"),
    ("Australia/Lord_Howe", "2026-04-04", "2026-04-07"),
]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-02-01 12:30", NOON),
        ("2026-02-01T12:30:00Z", NOON_UTC),
        ("2026-02-01 12:30:00 UTC", NOON_UTC),
        ("2026-02-01 13:30:00 +0100", NOON_UTC),
        ("01.02.2026 12:30", NOON),
        ("1.2.2026, 12:30", NOON),
        ("01.02.26 12:30:00", NOON),
        ("So, 01.02.2026 12:30", NOON),
        ("01.02.2026 12:30 Uhr", NOON),
        ("01.02.2026 12:30 - 12:45", NOON),
        ("01-Feb-2026 12:30", NOON),
        ("1 February 2026 12:30", NOON),
        ("2026/02/01 12:30", NOON),
        ("20260201T1230", NOON),
        ("202602011230", NOON),
        ("20260201123000", NOON),
        ("31.01.2026 24:00", datetime(2026, 2, 1)),  # noqa: DTZ001
        ("2026-01-31 24:00", datetime(2026, 2, 1)),  # noqa: DTZ001
        ("01.02.2026", datetime(2026, 2, 1)),  # noqa: DTZ001
        (20260201, datetime(2026, 2, 1)),  # noqa: DTZ001
        (date(2026, 2, 1), datetime(2026, 2, 1)),  # noqa: DTZ001
        (NOON, NOON),
        (MS // 1000, MS),
        (str(MS // 1000), MS),
        (MS, MS),
        (MS * 1000, MS),
        (str(MS * 1_000_000), MS),
        (MS / 1000 + 0.25, MS + 250),
        ("", None),
        (None, None),
        ("soon", None),
        ("32.01.2026", None),
        ("01.02.2026 25:00", None),
        ("01.02.2026 12:60", None),
        ("01/02/2026 12:30", None),
        (float("inf"), None),
        (-1, None),
    ],
)
def test_moments(cell: Cell, moment: datetime | int | None) -> None:
    """What says one time only is understood; what may be two is not."""
    assert read_moment(cell, None, None) == moment


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("01/02/2026 12:30", DateOrder.DAY_FIRST, NOON),
        ("2/1/2026 12:30 PM", DateOrder.MONTH_FIRST, NOON),
        ("02-01-26 12:30", DateOrder.MONTH_FIRST, NOON),
        ("2/1/2026 12:30 a.m.", DateOrder.MONTH_FIRST, NOON - timedelta(hours=12)),
        ("13/13/2026", DateOrder.DAY_FIRST, None),
        # A point says it, and so does a year in front.
        ("01.02.2026 12:30", DateOrder.MONTH_FIRST, NOON),
        ("2026/02/01 12:30", DateOrder.DAY_FIRST, NOON),
    ],
)
def test_dates_in_a_known_order(
    text: str, order: DateOrder, day: datetime | None
) -> None:
    """The order of the file decides."""
    assert read_moment(text, order, None) == day


@pytest.mark.parametrize(
    ("cell", "minutes"),
    [
        ("00:15", 15),
        ("0:15:00", 15),
        ("7.30", 450),
        ("24:00", 1440),
        ("1:15 pm", 795),
        ("12:15 AM", 15),
        ("0015", 15),
        ("2345", 1425),
        ("3", 180),
        (24, 1440),
        (time(12, 30), 750),
        ("00:15 - 00:30", 15),
        ("25", None),
        ("13:00 pm", None),
        ("24:15", None),
        ("", None),
        (None, None),
    ],
)
def test_times_of_day(cell: Cell, minutes: int | None) -> None:
    """A column of its own may hold clocks or numbered hours."""
    expected = None if minutes is None else timedelta(minutes=minutes)
    assert read_clock(cell) == expected


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["01/02/2026", "13/02/2026"], DateOrder.DAY_FIRST),
        (["01/02/2026", "01/13/2026"], DateOrder.MONTH_FIRST),
        (["2026-01-02", "03.04.2026", "", None, 7], None),
        # The hours of days in a row.
        ([f"0{d}/02/2026 0{h}:00" for d in (1, 2, 3) for h in range(9)], "day_first"),
        ([f"02/0{d}/2026 0{h}:00" for d in (1, 2, 3) for h in range(9)], "month_first"),
    ],
)
def test_the_order_of_dates_is_found(
    dates: Sequence[Cell], order: DateOrder | None
) -> None:
    """A number above twelve is a day, and days follow each other."""
    assert find_date_order(dates) == order


@pytest.mark.parametrize(
    "dates",
    [
        ["01/02/2026"],
        # Days or months, nobody knows.
        ["01/01/2026", "01/02/2026", "01/03/2026"],
        ["05/05/2026 00:00", "05/05/2026 01:00", "05/05/2026 02:00"],
    ],
)
def test_an_order_that_is_not_known_is_not_guessed(dates: list[Cell]) -> None:
    """The error shows a date that may be two."""
    with pytest.raises(AmbiguousDatesError) as error:
        find_date_order(dates)
    assert error.value.values["example"] == dates[0]


@pytest.mark.parametrize(
    ("numbers", "mark"),
    [
        (["0.125", "1.000"], DecimalMark.POINT),
        (["0,125", "1,000"], DecimalMark.COMMA),
        (["1.234,5"], DecimalMark.COMMA),
        (["1,234,567"], DecimalMark.POINT),
        (["999", "1.234.567"], DecimalMark.COMMA),
        (["1", "2", "off", ""], None),
        (["0.5", "0,5"], None),
        ([1.5, 2], None),
    ],
)
def test_the_decimal_mark_is_found(
    numbers: list[Cell], mark: DecimalMark | None
) -> None:
    """One number that can be read one way only is enough."""
    assert find_decimal_mark(numbers) is mark


def test_a_mark_that_is_not_known_is_not_guessed() -> None:
    """A thousand or one and a bit is a question for people."""
    with pytest.raises(AmbiguousNumbersError) as error:
        find_decimal_mark(["17", "1.234", "2.345"])
    assert error.value.values["example"] == "2.345"


@pytest.mark.parametrize(
    ("cell", "mark", "number"),
    [
        ("1.234,5", DecimalMark.COMMA, 1234.5),
        ("1.234", DecimalMark.COMMA, 1234),
        ("1.234", DecimalMark.POINT, 1.234),
        ("1,234.5", DecimalMark.POINT, 1234.5),
        ("1'234'567.8", DecimalMark.POINT, 1_234_567.8),
        ("1 234 567,8", DecimalMark.COMMA, 1_234_567.8),
        ("1\u00a0234,5", DecimalMark.COMMA, 1234.5),
        ("-12,5", DecimalMark.COMMA, -12.5),
        ("1,5e3", DecimalMark.COMMA, 1500),
        ("0.5", None, 0.5),
        ("0,5", None, 0.5),
        ("1.234.567", None, 1_234_567),
        ("1,234", None, None),
        ("12.34", DecimalMark.COMMA, None),
        ("1.2345,6", DecimalMark.COMMA, None),
        ("1.5 kWh", DecimalMark.POINT, None),
        ("12 34", DecimalMark.POINT, None),
        ("", DecimalMark.POINT, None),
        (None, None, None),
        (True, None, None),
        (3, None, 3.0),
    ],
)
def test_numbers(cell: Cell, mark: DecimalMark | None, number: float | None) -> None:
    """Groups of three are groups; what does not fit the file's way is refused."""
    assert read_number(cell, mark) == number


def test_a_number_between_thousands_late_in_a_file(tmp_path: Path) -> None:
    """A counter that gets its first thousand after the sample is not cut to one."""
    path = tmp_path / "counter.csv"
    rows = [f"{1_700_000_000 + 60 * n};{n % 1000}" for n in range(5_001)]
    path.write_text("\n".join(["time;Wh", *rows, "1700400000;1,234"]))
    layout = Layout(Channel.ENERGY_IMPORT, "time", "Wh", "Wh", ZoneInfo("UTC"))
    batches = list(MeterFile(path, layout).batches())
    assert [r.index for batch in batches for r in batch.refused] == [5_003]


def wall_clock(zone: str, first: str, last: str, minutes: int) -> list[datetime]:
    """Return the times of a period as its clock shows them, step by step."""
    start, end = (
        datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for day in (first, last)
    )
    count = int((end - start) / timedelta(minutes=minutes))
    return [start + timedelta(minutes=minutes * n) for n in range(count)]


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("minutes", [5, 15, 30, 60])
@pytest.mark.parametrize(("zone", "first", "last"), CHANGED_DAYS)
def test_local_times_over_a_change_of_the_clock(
    tmp_path: Path, zone: str, first: str, last: str, minutes: int, newest_first: bool
) -> None:
    """The hour that comes twice is read twice, whichever end the file begins with."""
    moments = wall_clock(zone, first, last, minutes)
    local = ZoneInfo(zone)
    rows = [f"{at.astimezone(local):%d.%m.%Y;%H:%M};0,5" for at in moments]
    if newest_first:
        rows.reverse()
        moments.reverse()
    path = tmp_path / "days.csv"
    path.write_text("\n".join(["Datum;Zeit;kWh", *rows]))
    layout = Layout(
        Channel.ENERGY_IMPORT, "Datum", "kWh", "kWh", local, clock_column="Zeit"
    )
    batches = list(MeterFile(path, layout).batches())
    assert not [refused for batch in batches for refused in batch.refused]
    found = [reading for batch in batches for reading in batch.readings]
    assert [r.time_ms for r in found] == [
        round(at.timestamp() * 1000) for at in moments
    ]

    # As amounts, each ends where the next begins.
    amounts = MeterFile(path, replace(layout, is_amount=True)).batches()
    ends = sorted(reading.time_ms for batch in amounts for reading in batch.readings)
    assert {b - a for a, b in pairwise(ends)} == {minutes * 60_000}


@pytest.mark.parametrize(
    ("zone", "skipped"),
    [
        ("Europe/Berlin", "2026-03-29 02:30"),
        ("America/New_York", "2026-03-08 02:30"),
        ("Australia/Lord_Howe", "2025-10-05 02:15"),
    ],
)
def test_times_that_never_were(zone: str, skipped: str) -> None:
    """What the clock skipped is no time; what follows half an hour later is one."""
    layout = Layout(Channel.POWER, "t", "v", "W", ZoneInfo(zone))
    clock = Clock(layout, None, newest_first=False)
    assert clock.read(skipped) is None
    after = datetime.fromisoformat(skipped) + timedelta(hours=1)
    assert clock.read(after.isoformat()) == round(
        after.replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000
    )


def test_readings_keep_their_rows(tmp_path: Path) -> None:
    """Lines before the headings and blank ones count, so that people find a row."""
    path = tmp_path / "portal.csv"
    path.write_text("Meter 7\n\ntime;kWh\n2026-02-01 00:00;1\n\n2026-02-01 01:00;x\n")
    layout = Layout(Channel.ENERGY_IMPORT, "time", "kWh", "kWh", ZoneInfo("UTC"))
    (batch,) = MeterFile(path, layout).batches()
    assert batch.readings == [
        Reading(Channel.ENERGY_IMPORT, 1_769_904_000_000, 1000.0, 4)
    ]
    assert [refused.index for refused in batch.refused] == [6]
