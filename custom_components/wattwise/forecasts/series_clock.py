"""By which clock a series keeps its habits."""

from datetime import timedelta, timezone, tzinfo

from homeassistant.util import dt as dt_util

from .forecast_series import SeriesKind


def series_clock(kind: SeriesKind, zone: tzinfo) -> tzinfo:
    """Return the home's clock for what people do, standard time for what the sun does."""
    if kind is not SeriesKind.PRODUCTION:
        return zone
    now = dt_util.now(zone)
    offset, saving = now.utcoffset(), now.dst()
    assert offset is not None
    return timezone(offset - (saving or timedelta()))
