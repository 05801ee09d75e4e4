"""Times in the answers of actions: those of the home's clock, with their offset."""

from typing import overload

from homeassistant.util import dt as dt_util


@overload
def local_iso(time_ms: int) -> str: ...
@overload
def local_iso(time_ms: None) -> None: ...
def local_iso(time_ms: int | None) -> str | None:
    """Return a UTC time in milliseconds as people and templates read it."""
    if time_ms is None:
        return None
    return dt_util.as_local(dt_util.utc_from_timestamp(time_ms / 1000)).isoformat()
