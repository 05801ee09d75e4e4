"""Periods of capacity tariffs, by the clock on the wall."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.metering.demand_periods import DemandPeriods


def at(text: str) -> int:
    """Return a time [ms]."""
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("zone", "minutes", "time", "begin", "end"),
    [
        ("Europe/Brussels", 15, "2026-01-05T10:14:59+01:00", "10:00", "10:15"),
        ("Europe/Brussels", 15, "2026-01-05T10:15:00+01:00", "10:15", "10:30"),
        ("Europe/Oslo", 60, "2026-01-05T10:59:00+01:00", "10:00", "11:00"),
        # Full hours of these clocks are no full hours of UTC.
        ("Asia/Kolkata", 60, "2026-01-05T10:14:59+05:30", "10:00", "11:00"),
        ("Asia/Kathmandu", 30, "2026-01-05T10:44:59+05:45", "10:30", "11:00"),
    ],
)
def test_clocks(zone: str, minutes: int, time: str, begin: str, end: str) -> None:
    """A period begins when the local clock shows a full one."""
    periods = DemandPeriods(minutes, ZoneInfo(zone))
    day, offset = time[:11], time[19:]
    expected = tuple(at(f"{day}{edge}:00{offset}") for edge in (begin, end))
    assert periods.bounds(at(time)) == expected


@pytest.mark.parametrize("minutes", [15, 30, 60])
@pytest.mark.parametrize(
    ("zone", "night"),
    [
        ("Europe/Brussels", "2026-03-28T12:00:00+01:00"),
        ("Europe/Brussels", "2026-10-24T12:00:00+02:00"),
        ("Australia/Lord_Howe", "2026-04-04T12:00:00+11:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00:00+10:30"),
    ],
)
def test_nights_in_which_clocks_are_moved(zone: str, night: str, minutes: int) -> None:
    """One period follows the other, none longer than it may be."""
    periods = DemandPeriods(minutes, ZoneInfo(zone))
    begin_ms = end_ms = at(night)
    short = 0
    while end_ms < at(night) + 86_400_000:
        begin_ms, end_ms = periods.bounds(end_ms)
        assert 0 < end_ms - begin_ms <= minutes * 60_000
        short += end_ms - begin_ms < minutes * 60_000
        for inside in (begin_ms, (begin_ms + end_ms) // 2, end_ms - 1):
            assert periods.bounds(inside) == (begin_ms, end_ms)
    # Half an hour is cut off only where clocks move by it, and periods are hours.
    assert short == (zone == "Australia/Lord_Howe" and minutes == 60)
