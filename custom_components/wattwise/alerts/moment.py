"""The moment in which alerts are judged, as the history counts time."""

from homeassistant.util import dt as dt_util


def epoch_ms() -> int:
    """Return the time now [ms since the epoch]."""
    return int(dt_util.utcnow().timestamp() * 1000)
