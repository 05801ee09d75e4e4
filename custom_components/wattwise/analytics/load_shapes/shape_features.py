"""Makes a load shape of the hours of a home."""

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final

import numpy as np

from ..forecasting.local_days import HOUR, SECONDS_OF_A_DAY, DayRows, Floats, LocalClock
from .load_shape import LEAST_DAYS, LoadShape, NoShape

# A year has each season once.
_MOST_DAYS: Final = 365
# A day of which less hours are known is none; the longest clock change takes one.
_LEAST_HOURS: Final = 22
# A home that draws less than this [kWh in an hour] does not use energy at any time.
_NOTHING: Final = 0.003

_MORNING: Final = 6
_DAY: Final = 10
_EVENING: Final = 17
_WORKING_DAYS: Final = 5
_WEEK: Final = 7

# Heating begins below [°C]; of fewer days or a narrower range [K] nothing follows.
_HEATING_BELOW: Final = 18.0
_LEAST_COLD_DAYS: Final = 21
_LEAST_RANGE: Final = 5.0
_LEAST_TEMPERATURES: Final = 12


def shape_of(
    hours: Mapping[int, float],
    timezone: tzinfo,
    temperatures: Mapping[int, float] | None = None,
) -> LoadShape | None:
    """Return the shape of the last year of what a home used, or None if it has none.

    `hours` [kWh] and `temperatures` outside [°C] are by the start of the hour [s since the
    epoch]; gaps are left out.
    """
    days = _whole_days(hours, timezone)
    if days is None or len(days.energy) < LEAST_DAYS:
        return None
    curve, ratio = _usual_day(days)
    used = float(curve.sum())
    if not np.isfinite(used) or used < _NOTHING * len(curve):
        return None
    known = np.nansum(days.energy)
    hours_known = np.count_nonzero(~np.isnan(days.energy), axis=1)
    mean = known / hours_known.sum()
    return LoadShape(
        days=len(days.energy),
        base_share=float((np.nanmin(days.energy, axis=1) * hours_known).sum() / known),
        peak_to_mean=float(np.nanmax(days.energy, axis=1).mean() / mean),
        night_share=float(curve[:_MORNING].sum() / used),
        morning_share=float(curve[_MORNING:_DAY].sum() / used),
        day_share=float(curve[_DAY:_EVENING].sum() / used),
        evening_share=float(curve[_EVENING:].sum() / used),
        peak_hour=float(np.argmax(curve)) + 0.5,
        weekend_ratio=ratio,
        temperature_slope=_slope(days, temperatures or {}, timezone),
    )


def days_known(hours: Mapping[int, float], timezone: tzinfo) -> int:
    """Return how many whole days of the last year are known."""
    days = _whole_days(hours, timezone)
    return 0 if days is None else len(days.energy)


def why_no_shape(hours: Mapping[int, float], timezone: tzinfo) -> NoShape:
    """Return why `shape_of` the same hours is None."""
    days = _whole_days(hours, timezone)
    if days is None or len(days.energy) < LEAST_DAYS:
        return NoShape.TOO_FEW_DAYS
    if days.of_weekend.all() or not days.of_weekend.any():
        return NoShape.HARDLY_USED
    missing = np.isnan(_usual_day(days)[0]).any()
    return NoShape.HOURS_MISSING if missing else NoShape.HARDLY_USED


class _WholeDays:
    """Days that were measured: `number` (days,) since 1970, `energy` (days, 24) [kWh]."""

    def __init__(self, rows: DayRows) -> None:
        known = np.count_nonzero(~np.isnan(rows.energy), axis=1) >= _LEAST_HOURS
        # Without any use the power was cut off, or zeros stand for a gap.
        known &= np.nansum(rows.energy, axis=1) > 0
        self.number = np.flatnonzero(known) + rows.first.toordinal()
        self.energy = rows.energy[known]
        self.of_weekend = (self.number + 6) % _WEEK >= _WORKING_DAYS


def _whole_days(hours: Mapping[int, float], timezone: tzinfo) -> _WholeDays | None:
    """Return the days of the last year; None if no hour of it is known."""
    rows = _rows(hours, timezone)
    if rows is None:
        return None
    # Balances of several meters dip below zero by what one of them told late.
    return _WholeDays(DayRows(rows.first, np.maximum(rows.energy, 0.0)))


def _rows(hours: Mapping[int, float], timezone: tzinfo) -> DayRows | None:
    starts = np.fromiter(hours.keys(), dtype=np.int64, count=len(hours))
    values = np.fromiter(hours.values(), dtype=np.float64, count=len(hours))
    known = np.isfinite(values)
    if not known.any():
        return None
    known &= starts > starts[known].max() - _MOST_DAYS * SECONDS_OF_A_DAY
    return DayRows.from_slots(starts[known], values[known], LocalClock(timezone, HOUR))


def _usual_day(days: _WholeDays) -> tuple[Floats, float]:
    """Return the mean day (24) of a week [kWh], and a weekend day by a working day."""
    parts = [days.energy[~days.of_weekend], days.energy[days.of_weekend]]
    if any(np.isnan(part).all(axis=0).any() for part in parts):
        return np.full(days.energy.shape[1], np.nan), np.nan
    working, weekend = (np.nanmean(part, axis=0) for part in parts)
    curve = (_WORKING_DAYS * working + (_WEEK - _WORKING_DAYS) * weekend) / _WEEK
    return curve, float(weekend.sum() / max(working.sum(), _NOTHING))


def _slope(
    days: _WholeDays, temperatures: Mapping[int, float], timezone: tzinfo
) -> float | None:
    """Return the median slope of all pairs of cold days (Theil 1950, Sen 1968)."""
    rows = _rows(temperatures, timezone)
    if rows is None:
        return None
    enough = np.count_nonzero(~np.isnan(rows.energy), axis=1) >= _LEAST_TEMPERATURES
    number = np.flatnonzero(enough) + rows.first.toordinal()
    warmth = np.nanmean(rows.energy[enough], axis=1)
    _, at, of = np.intersect1d(days.number, number, return_indices=True)
    cold = warmth[of] < _HEATING_BELOW
    warmth = warmth[of][cold]
    used = np.nanmean(days.energy[at][cold], axis=1)
    if len(warmth) < _LEAST_COLD_DAYS or np.ptp(warmth) < _LEAST_RANGE:
        return None
    first, second = np.triu_indices(len(warmth), 1)
    apart = warmth[first] - warmth[second]
    # Pairs of equally cold days say nothing, and nearly so very little.
    told = np.abs(apart) >= 1.0
    slopes = (used[second] - used[first])[told] / apart[told]
    usual = float(np.median(np.nanmean(days.energy, axis=1)))
    return float(np.median(slopes)) / usual if usual > 0 else None
