"""Points in InfluxDB: the one place that knows what they are called there.

All fields are floats, for an integer in the first point makes the server refuse every
float after it; the tags are the same in all points, for InfluxDB 3 fixes them.
"""

from dataclasses import dataclass
from functools import lru_cache
import re
from typing import Any, Final

from ..periods.bucket import Bucket
from ..periods.calendar import SLOT_MS
from ..readings.raw_readings import RawReading

READINGS: Final = "wattwise_reading"
SLOTS: Final = "wattwise_5min"

READING_FIELDS: Final = ("value", "span_s", "energy_wh")
SLOT_FIELDS: Final = (
    "count",
    "first",
    "last",
    "min",
    "max",
    "mean",
    "covered_s",
    "energy_wh",
)


@dataclass(frozen=True, slots=True)
class ReadingPoint:
    """An accepted reading; see RawReading for what its parts mean."""

    meter: str
    channel: str
    time_ms: int
    value: float | None
    span_ms: int
    energy_wh: float | None


@dataclass(frozen=True, slots=True)
class SlotPoint:
    """The roll-up of a channel's 5 minutes."""

    meter: str
    channel: str
    bucket: Bucket


@lru_cache(maxsize=1024)
def tag_value(name: str) -> str:
    """Return the name of a meter or a channel as it is stored.

    The line protocol cannot carry an empty tag, a line break, or a backslash at the
    end, which would escape what follows: influxdb_client changes those as well, but
    then they are not found under the name that they were written with.
    """
    text = name.encode(errors="replace").decode()
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    if text.endswith("\\"):
        text += "_"
    return text or "_"


def to_line(point: ReadingPoint | SlotPoint) -> str:
    """Return the point in line protocol, with its time in milliseconds."""
    # Slow to import; whoever writes lines sends them with the same package.
    from influxdb_client.client.write.point import Point  # noqa: PLC0415
    from influxdb_client.domain.write_precision import (  # noqa: PLC0415
        WritePrecision,
    )

    fields: dict[str, float | None]
    if isinstance(point, ReadingPoint):
        measurement, time_ms = READINGS, point.time_ms
        fields = {
            "value": point.value,
            "span_s": point.span_ms / 1000,
            "energy_wh": point.energy_wh,
        }
    else:
        bucket = point.bucket
        measurement, time_ms = SLOTS, bucket.start_ms
        fields = {
            "count": bucket.count,
            "first": bucket.first,
            "last": bucket.last,
            "min": bucket.min,
            "max": bucket.max,
            "mean": bucket.mean,
            "covered_s": bucket.covered_ms / 1000,
            "energy_wh": bucket.energy_wh,
        }
    line: Any = Point(measurement)  # type: ignore[no-untyped-call]
    line.tag("meter", tag_value(point.meter)).tag("channel", tag_value(point.channel))
    for name, value in fields.items():
        # It leaves out what is None or not finite.
        line.field(name, _float(value))
    text: str = line.time(time_ms).to_line_protocol(WritePrecision.MS)
    return text


def to_reading(
    time_ms: int,
    value: float | None,
    span_s: float | None,
    energy_wh: float | None,
) -> RawReading:
    """Return the reading of a row: the time and READING_FIELDS."""
    return RawReading(
        time_ms,
        _float(value),
        round((span_s or 0.0) * 1000),
        _float(energy_wh),
    )


def to_bucket(
    start_ms: int,
    count: float | None,
    first: float | None,
    last: float | None,
    low: float | None,
    high: float | None,
    mean: float | None,
    covered_s: float | None,
    energy_wh: float | None,
) -> Bucket:
    """Return the roll-up of a row: the time and SLOT_FIELDS."""
    covered_ms = round((covered_s or 0.0) * 1000)
    return Bucket(
        start_ms,
        start_ms + SLOT_MS,
        round(count or 0.0),
        _float(first),
        _float(last),
        _float(low),
        _float(high),
        (mean or 0.0) * covered_ms,
        covered_ms,
        float(energy_wh or 0.0),
    )


def _float(value: float | None) -> float | None:
    """Return a number as a float: those without a fraction are read as int."""
    return None if value is None else float(value)
