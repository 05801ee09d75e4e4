"""Reading times as people, portals and programs write them."""

from datetime import UTC, date, datetime, time, timedelta, timezone
import re
from typing import Final

from .layout import DateOrder
from .table import Cell

# Nobody measured before 1973 or will after 9999, so the size of a number of time
# units since 1970 tells the unit.
_UNIT_PER_MS: Final = ((1e17, 1e6), (1e14, 1e3), (1e11, 1.0), (0.0, 1e-3))
_LATEST_MS: Final = 253_402_300_799_999
# Eight digits are a date, twelve or fourteen that begin like a year a date and time.
_EPOCH: Final = re.compile(r"[0-9]{9,}([.,][0-9]*)?")
_COMPACT: Final = re.compile(r"((?:19|20)\d{6})(\d{4}(?:\d\d)?)")
_LOCAL: Final = re.compile(
    r"""(?:[^\W\d_]+[.,]{0,2}\s+)?  # the day of the week
    (?P<a>\d{1,4}) (?P<sign>[./\-\s]) \s* (?P<b>\d{1,2}|[^\W\d_]{3,}\.?)
    [./\-\s] \s* (?P<c>\d{1,4})
    (?:[T,\s]+ (?P<clock>\d.*?))?
    \s* (?P<zone>Z|UTC|[+-]\d\d:?\d\d)?""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOCK: Final = re.compile(
    r"""(?P<hour>\d{1,2})
    (?:[:.h] (?P<minute>\d\d) (?:[:.] (?P<second>\d\d) (?:[.,](?P<fraction>\d+))?)?)?
    \s* (?P<half>[ap]\.?\s?m\.?)? (?:\s*(?:h|uhr))?
    (?:\s*[-–]\s+\d.*)?  # the end of the interval""",
    re.VERBOSE | re.IGNORECASE,
)
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip

type Moment = datetime | int
"""A time with or without a zone, or UTC milliseconds since 1970."""


def read_moment(
    cell: Cell, date_order: DateOrder | None, time_format: str | None
) -> Moment | None:
    """Read a time; None if it is none, or its day and month may be swapped."""
    match cell:
        case str():
            return _of_text(cell.strip(), date_order, time_format)
        case datetime():
            return cell
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
        case int() | float():
            return _of_number(cell)
    return None


def read_clock(cell: Cell) -> timedelta | None:
    """Read a time of day, of a column of its own; 24:00 is the end of the day."""
    if isinstance(cell, time):
        return timedelta(
            hours=cell.hour,
            minutes=cell.minute,
            seconds=cell.second,
            microseconds=cell.microsecond,
        )
    text = str(cell).strip() if isinstance(cell, (str, int)) else ""
    if text.isdecimal() and len(text) in {3, 4}:
        text = f"{text[:-2]}:{text[-2:]}"
    found = _CLOCK.fullmatch(text)
    if not found:
        return None
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    second = float(f"{found['second'] or 0}.{found['fraction'] or 0}")
    if half := found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half[0] in "pP" else 0)
    clock = timedelta(hours=hour, minutes=minute, seconds=second)
    return clock if minute < 60 and second < 60 and clock <= timedelta(days=1) else None


def numbered_date(text: str) -> tuple[int, int] | None:
    """Return the first two numbers of a date whose order has to be found out."""
    found = _LOCAL.fullmatch(text.strip())
    if not found or found["sign"] == "." or len(found["a"]) > 2:
        return None
    return (int(found["a"]), int(found["b"])) if found["b"].isdecimal() else None


def _of_text(
    text: str, date_order: DateOrder | None, time_format: str | None
) -> Moment | None:
    try:
        if time_format:
            return datetime.strptime(text, time_format)  # noqa: DTZ007
        if compact := _COMPACT.fullmatch(text):
            text = f"{compact[1]}T{compact[2]}"
        # More than eight digits also pass for ISO 8601 now and then, which takes
        # any character for the one between date and time.
        if not _EPOCH.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        return None if time_format else _local(text, date_order)
    return _of_number(float(text.replace(",", ".")))


def _of_number(number: float) -> Moment | None:
    if 19_000_101 <= number <= 29_991_231:
        # A date such as 20260131, whose digits were taken for a number.
        try:
            return datetime.fromisoformat(f"{number:.0f}")
        except ValueError:
            return None
    divisor = next((unit for least, unit in _UNIT_PER_MS if number >= least), None)
    if divisor is None or number > _LATEST_MS * 1e6:
        return None
    time_ms = round(number / divisor)
    return time_ms if 0 <= time_ms <= _LATEST_MS else None


def _local(text: str, date_order: DateOrder | None) -> datetime | None:
    found = _LOCAL.fullmatch(text)
    if not found:
        return None
    a, b, c = found["a"], found["b"], found["c"]
    if not b.isdecimal():
        named = b[:3].casefold()
        if named not in _MONTHS:
            return None
        b = str(_MONTHS.index(named) + 1)
    elif len(a) < 3 and found["sign"] != ".":
        if date_order is None:
            return None
        if date_order is DateOrder.MONTH_FIRST:
            a, b = b, a
    year, month, day = (a, b, c) if len(a) > 2 else (c, b, a)
    clock = read_clock(found["clock"]) if found["clock"] else timedelta()
    if clock is None or len(year) == 3:
        return None
    try:
        midnight = datetime(  # noqa: DTZ001
            int(year) + (2000 if len(year) < 3 else 0), int(month), int(day)
        )
        return (midnight + clock).replace(tzinfo=_zone(found["zone"]))
    except ValueError, OverflowError:
        return None


def _zone(text: str | None) -> timezone | None:
    if not text:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))
