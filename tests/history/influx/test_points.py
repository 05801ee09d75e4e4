"""Points become lines, and come back as they were."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.history.influx.archive import InfluxArchive
from custom_components.wattwise.history.influx.delivery import deliver
from custom_components.wattwise.history.influx.points import (
    ReadingPoint,
    SlotPoint,
    to_line,
)
from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.history.readings.raw_readings import RawReading

NOW_MS = 1_790_000_000_000 // SLOT_MS * SLOT_MS

NASTY_NAMES = [
    "grid",
    "Zähler im Keller, links",
    "a=b",
    'it\'s "quoted"',
    "back\\slash",
    "comma\\,escaped",
    "at the end\\",
    "two\\\\",
    "two\nlines\r\n",
    "tab\there",
    " spaces around ",
    "電気メーター ⚡",
    "#no comment",
    "$meter",
    "\ud800 half of a sign",
    "",
]

levels = st.none() | st.floats(allow_nan=False, allow_infinity=False)
times = st.integers(-9_000_000_000_000, 9_000_000_000_000)


def test_a_reading() -> None:
    """Its fields are floats, whatever their values; what is not known is left out."""
    reading = ReadingPoint("heat pump, left", "power", NOW_MS, 1.5, 10_000, None)
    assert to_line(reading) == (
        "wattwise_reading,channel=power,meter=heat\\ pump\\,\\ left"
        f" span_s=10,value=1.5 {NOW_MS}"
    )


def test_a_roll_up() -> None:
    """It stands at its start."""
    bucket = Bucket(
        NOW_MS, NOW_MS + SLOT_MS, 3, 1.0, 2.5, -1.0, 7.0, 4.5e5, 300_000, 0.25
    )
    assert to_line(SlotPoint("grid", "power", bucket)) == (
        "wattwise_5min,channel=power,meter=grid count=3,covered_s=300,"
        f"energy_wh=0.25,first=1,last=2.5,max=7,mean=1.5,min=-1 {NOW_MS}"
    )


@given(st.text(), times, levels)
def test_each_point_is_one_line(meter: str, time_ms: int, value: float | None) -> None:
    """Whatever a meter is called: a line too many would be another point."""
    line = to_line(ReadingPoint(meter, "power", time_ms, value, 0, value))
    assert "\n" not in line
    assert "\r" not in line
    assert line.endswith(f" {time_ms}")


def test_what_is_no_number_is_left_out() -> None:
    """A server would refuse the line."""
    point = ReadingPoint("grid", "power", 1, float("nan"), 0, float("-inf"))
    assert to_line(point) == "wattwise_reading,channel=power,meter=grid span_s=0 1"


def test_a_number_of_python_that_is_an_integer() -> None:
    """It is written like all others: an integer field would refuse the next float."""
    point = ReadingPoint("grid", "power", 1, 5, 0, True)
    assert " energy_wh=1,span_s=0,value=5 " in to_line(point)


def test_names_come_back(server: InfluxServer) -> None:
    """Whatever a meter is called, its readings are found under its name alone."""
    points = [
        ReadingPoint(name, "power", NOW_MS, float(number), 0, None)
        for number, name in enumerate(NASTY_NAMES)
    ]
    assert deliver(server, points) == []
    archive = InfluxArchive(server)
    for number, name in enumerate(NASTY_NAMES):
        found = list(archive.raw(name, "power", NOW_MS, NOW_MS + 1))
        assert found == [[RawReading(NOW_MS, float(number), 0, None)]], name


@pytest.mark.parametrize(
    "value", [0.1 + 0.2, 1e-300, -1.7976931348623157e308, 2**53 + 0.0, 1e22, -0.0]
)
def test_values_come_back_exactly(server: InfluxServer, value: float) -> None:
    """To the last bit."""
    reading = RawReading(NOW_MS + 1, value, 12_345, value / 3)
    point = ReadingPoint("grid", "power", NOW_MS + 1, value, 12_345, value / 3)
    assert deliver(server, [point]) == []
    pages = InfluxArchive(server).raw("grid", "power", NOW_MS, NOW_MS + 2)
    assert list(pages) == [[reading]]


def test_a_roll_up_comes_back(server: InfluxServer) -> None:
    """Its integral is exact to rounding, all else to the last bit."""
    buckets = [
        Bucket(NOW_MS, NOW_MS + SLOT_MS, 3, 1.5, 2.0, -1.0, 7.0, 1e6 / 3, 290_001, 0.7),
        Bucket(NOW_MS + SLOT_MS, NOW_MS + 2 * SLOT_MS, covered_ms=SLOT_MS),
        Bucket(NOW_MS + 2 * SLOT_MS, NOW_MS + 3 * SLOT_MS, energy_wh=12.0),
    ]
    points = [SlotPoint("grid", "power", bucket) for bucket in buckets]
    assert deliver(server, points) == []
    archive = InfluxArchive(server)
    (found,) = archive.five_minutes("grid", "power", NOW_MS, NOW_MS + 3 * SLOT_MS)
    assert found[1:] == buckets[1:]
    assert found[0].integral == pytest.approx(buckets[0].integral, rel=1e-15)
    assert found[0].covered_ms == buckets[0].covered_ms
    assert (found[0].first, found[0].last) == (1.5, 2.0)
    assert (found[0].min, found[0].max, found[0].count) == (-1.0, 7.0, 3)
