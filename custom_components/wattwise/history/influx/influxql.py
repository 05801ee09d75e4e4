"""Statements of InfluxQL. Names of meters and channels go beside them, as parameters."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
# What fits into 64 bits of nanoseconds, in whole years.
_FIRST_MS: Final = -9_214_560_000_000
_LAST_MS: Final = 9_214_646_400_000


def time_literal(time_ms: int) -> str:
    """Return a time; what no point can have becomes the first or the last one.

    InfluxDB 3 understands times written out only.
    """
    time = _EPOCH + timedelta(milliseconds=min(max(time_ms, _FIRST_MS), _LAST_MS))
    return f"'{time.isoformat(timespec='milliseconds').removesuffix('+00:00')}Z'"


def quoted(name: str) -> str:
    """Return a name as an identifier."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def within(start_ms: int, end_ms: int) -> str:
    """Return the condition for times in [start_ms, end_ms)."""
    return f"time >= {time_literal(start_ms)} AND time < {time_literal(end_ms)}"


def select(measurement: str, fields: Sequence[str], where: str, tail: str = "") -> str:
    """Return a question for fields of a measurement, which always come with the time."""
    columns = ", ".join(map(quoted, fields))
    # All of it is our own text.
    return f"SELECT {columns} FROM {quoted(measurement)} WHERE {where} {tail}".rstrip()  # noqa: S608


def delete(measurement: str, where: str, policy: str | None = None) -> str:
    """Return the statement that deletes points, of a retention policy if named."""
    source = quoted(measurement)
    if policy:
        source = f"{quoted(policy)}.{source}"
    return f"DELETE FROM {source} WHERE {where}"  # noqa: S608  (as above)
