"""Points in InfluxDB: the one place that knows what they are called there.

All fields are floats, for an integer in the first point makes the server refuse every
float after it; the tags are the same in all points, for InfluxDB 3 fixes them.
"""

from dataclasses import dataclass
from functools import lru_cache
import math
import re
from typing import Final

from ..bucket import Bucket
from ..calendar import SLOT_MS
from ..raw_readings import RawReading

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

_ESCAPED: Final = str.maketrans({",": r"\,", "=": r"\=", " ": r"\ "})


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
    end, which would escape what follows.
    """
    text = name.encode(errors="replace").decode()
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    if text.endswith("\\"):
        text += "_"
    return text or "_"


def to_line(point: ReadingPoint | SlotPoint) -> str:
    """Return the point in line protocol, with its time in milliseconds.

    Own code, because Point of influxdb_client needs ten times as long, and changes a
    backslash at the end of a tag.
    """
    fields: dict[str, float | None]
    if isinstance(point, ReadingPoint):
        measurement, time_ms = READINGS, point.time_ms
        fields = {
            "energy_wh": point.energy_wh,
            "span_s": point.span_ms / 1000,
            "value": point.value,
        }
    else:
        bucket = point.bucket
        measurement, time_ms = SLOTS, bucket.start_ms
        fields = {
            "count": bucket.count,
            "covered_s": bucket.covered_ms / 1000,
            "energy_wh": bucket.energy_wh,
            "first": bucket.first,
            "last": bucket.last,
            "max": bucket.max,
            "mean": bucket.mean,
            "min": bucket.min,
        }
    told = ",".join(
        f"{name}={float(value)!r}".removesuffix(".0")
        for name, value in fields.items()
        if value is not None and math.isfinite(value)
    )
    return f"{measurement},{_tags(point.meter, point.channel)} {told} {time_ms}"


@lru_cache(maxsize=1024)
def _tags(meter: str, channel: str) -> str:
    channel, meter = (tag_value(name).translate(_ESCAPED) for name in (channel, meter))
    return f"channel={channel},meter={meter}"


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
