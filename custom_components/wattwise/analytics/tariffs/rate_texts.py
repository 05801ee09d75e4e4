"""Rates as people write them: hours such as 22:00-06:00, 13:00-15:00."""

from collections.abc import Mapping
import math
import re
from typing import Any, Final

from .rates import DAY_MINUTES, Days, Rate

_SPAN: Final = re.compile(
    r"(\d{1,2})(?::(\d{2}))?\s*(?:-|–|to)\s*(\d{1,2})(?::(\d{2}))?"
)
_MONTHS: Final = range(1, 13)


class RateError(ValueError):
    """A rate that cannot be understood; `reason` is a word for what is wrong."""

    def __init__(self, reason: str, text: str = "") -> None:
        """Keep what is wrong, and with what."""
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


def spans_of(text: str) -> tuple[tuple[int, int], ...]:
    """Return the minutes of the day that hours in words stand for; raises RateError.

    Several are separated by commas or semicolons. 24:00 is the end of the day; nothing
    is the whole day.
    """
    spans = []
    for part in re.split(r"[,;\n]", text):
        words = part.strip()
        if not words:
            continue
        match = _SPAN.fullmatch(words.casefold())
        if match is None:
            raise RateError("hours_unreadable", words)
        begin_hour, begin_minute, end_hour, end_minute = (
            int(group or 0) for group in match.groups()
        )
        if max(begin_minute, end_minute) > 59:
            raise RateError("hours_unreadable", words)
        begin = begin_hour * 60 + begin_minute
        end = end_hour * 60 + end_minute
        if begin >= DAY_MINUTES or end > DAY_MINUTES:
            raise RateError("hours_unreadable", words)
        if begin == end:
            raise RateError("hours_empty", words)
        # Midnight as an end is that of the day, not of the day before.
        spans.append((begin, end or DAY_MINUTES))
    return tuple(spans)


def hours_text(text: str) -> str:
    """Return hours as they are shown once they were entered; raises RateError."""
    return ", ".join(
        f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}"
        for begin, end in spans_of(text)
    )


def rate_of(data: Mapping[str, Any]) -> Rate:
    """Return the rate of what a form or an action was given; raises RateError."""
    try:
        price = float(data["price"])
    except (KeyError, TypeError, ValueError) as err:
        raise RateError("price_missing") from err
    if not math.isfinite(price):
        raise RateError("price_missing")
    try:
        days = Days(data.get("days") or Days.ALL)
        months = frozenset(int(month) for month in data.get("months") or ())
    except (TypeError, ValueError) as err:
        raise RateError("rate_unreadable") from err
    if not months <= set(_MONTHS):
        raise RateError("rate_unreadable")
    spans = spans_of(str(data.get("hours") or ""))
    if not spans and days is Days.ALL and not months:
        raise RateError("rate_always")
    return Rate(price, spans, days, months)
