"""Why servers refuse points, without the points: their texts quote lines and names.

The texts are those of 1.6.7 (seen) and those in the sources of 1.8, 2.x and 3 Core.
"""

from enum import StrEnum
from typing import Final


class PointRefusal(StrEnum):
    """Why a server refuses a point."""

    FIELD_TYPE = "field_type"
    """Somebody writes fields of the same name and another type."""
    LINE = "line"
    """The server cannot read the line; 3 Core says so of wrong types as well."""
    SERIES_LIMIT = "series_limit"
    """The server has as many series, or values of a tag, as it may have."""
    TIME_RANGE = "time_range"
    """The server keeps no points of such a time."""
    TOO_LARGE = "too_large"
    OTHER = "other"


_SIGNS: Final = (
    ("field type conflict", PointRefusal.FIELD_TYPE),
    ("already exists as type", PointRefusal.FIELD_TYPE),
    ("invalid column type", PointRefusal.FIELD_TYPE),
    ("column type mismatch", PointRefusal.FIELD_TYPE),
    ("unable to parse", PointRefusal.LINE),
    ("parsing for line protocol", PointRefusal.LINE),
    ("max-series-per-database", PointRefusal.SERIES_LIMIT),
    ("max-values-per-tag", PointRefusal.SERIES_LIMIT),
    ("time outside range", PointRefusal.TIME_RANGE),
    ("too large", PointRefusal.TOO_LARGE),
)


def point_refusal(reason: str) -> PointRefusal:
    """Return what the server's reason for refusing a point says."""
    lower = reason.lower()
    return next((kind for sign, kind in _SIGNS if sign in lower), PointRefusal.OTHER)
