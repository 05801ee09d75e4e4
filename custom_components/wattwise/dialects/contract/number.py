"""Numbers and times as devices write them."""

from datetime import datetime
import json
from math import isfinite
from typing import Any, Final

# Seconds of the year 5138 are milliseconds of 1973: nobody means either.
_MILLISECONDS_FROM: Final = 1e11


def number(value: object) -> float | None:
    """Return a finite number written as such or as text; None for anything else."""
    # To Python, true is the number 1.
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        parsed = float(value)
    except ValueError, OverflowError:
        return None
    return parsed if isfinite(parsed) else None


def parse_json(payload: str | bytes) -> Any:
    """Return what a JSON text holds, None where it is no JSON."""
    try:
        return json.loads(payload)
    except ValueError, RecursionError:
        return None


def epoch_ms(value: object) -> int | None:
    """Return UTC milliseconds since 1970 of a time.

    Understands seconds and milliseconds since 1970, and ISO 8601 with a time zone.
    None for anything else: a time without a zone may be any of 26.
    """
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        return None if moment.tzinfo is None else round(moment.timestamp() * 1000)
    seconds = number(value)
    if seconds is None:
        return None
    if abs(seconds) >= _MILLISECONDS_FROM:
        seconds /= 1000
    return None if abs(seconds) > _MILLISECONDS_FROM else round(seconds * 1000)
