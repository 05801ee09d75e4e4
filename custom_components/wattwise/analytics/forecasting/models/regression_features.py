"""What linear and other regressions look at: lags, levels, the calendar, the weather.

All that belongs to one target day is known at its origin. The columns are energies,
but for the degrees of the weather: a degree costs the same all year.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..local_days import Floats, Integers
from ..past import Past
from ..prediction import LEVELS

# Days of the past a target needs: a week, and one day before it.
FIRST_TARGET: Final = 8
_MONTH: Final = 28
_WEEK: Final = 7
# What a week counts of the one after it, and a day of a class of the next such one.
_WEEKLY_FADING: Final = 0.8
_CLASS_FADING: Final = 0.905
# Days of a month that a day class is worth before it was seen.
_CLASS_PRIOR: Final = 2.0
# Beyond these, a day is not another level but another life.
_LOWEST_LEVEL: Final = -1.0
_HIGHEST_LEVEL: Final = 2.0
# Hours after midnight in which the evening before is forgotten (to 1/e).
_EVENING_FADES: Final = 3.0
_HEATING_BELOW: Final = 15.0
_COOLING_ABOVE: Final = 22.0

# What the columns of a design tell; the first word is the group they belong to.
COLUMNS: Final = (
    "habit_of_weekday",
    "habit_of_class",
    "habit_3_days",
    "habit_7_days",
    "habit_28_days",
    "habit_p25",
    "habit_p50",
    "habit_p75",
    "habit_range",
    "yesterday_here",
    "yesterday_around",
    "yesterday_day_before",
    "week_ago",
    "week_ago_around",
    "week_before",
    "level_1_by_hour",
    "level_2_by_hour",
    "level_3_by_hour",
    "level_7_by_hour",
    "level_week_ago_by_hour",
    "level_1_by_median",
    "level_1",
    "level_3",
    "level_7",
    "yesterday_night",
    "yesterday_night_fading",
    "yesterday_evening",
    "yesterday_evening_by_hour",
    "yesterday_last_hour",
    "calendar_free_by_hour",
    "calendar_sunday_by_hour",
    "calendar_monday_by_hour",
    "calendar_friday_by_hour",
    "calendar_usual",
    "calendar_free",
    "calendar_sine_1",
    "calendar_sine_1_free",
    "calendar_cosine_1",
    "calendar_cosine_1_free",
    "calendar_sine_2",
    "calendar_sine_2_free",
    "calendar_cosine_2",
    "calendar_cosine_2_free",
    "calendar_sine_3",
    "calendar_sine_3_free",
    "calendar_cosine_3",
    "calendar_cosine_3_free",
    "weather_heating",
    "weather_heating_of_day",
    "weather_heating_by_hour",
    "weather_cooling",
    "weather_cooling_by_hour",
    "weather_cloud_by_hour",
    "weather_cloud_by_peak",
)


@dataclass(frozen=True, slots=True)
class Design:
    """Rows of a regression for days (n, slots).

    `columns` (n, slots, COLUMNS) and `around` (n, slots), the mean of the seven days
    before the origin, which a regression departs from, are kWh. `spread`
    (n, slots, 7) says how far the slot usually strays: quantiles at LEVELS and the mean
    of four weeks, and the usual slot.
    """

    columns: Floats
    around: Floats
    spread: Floats


def coming_design(past: Past, lead: int) -> Design:
    """Describe the day `lead` days after the past, once for all who ask of it."""
    key = f"regression {lead}"
    if key not in past.worked_out:
        targets = np.array([past.days + lead])
        past.worked_out[key] = regression_design(past, lead, targets)
    design = past.worked_out[key]
    assert isinstance(design, Design)
    return design


def regression_design(past: Past, lead: int, targets: Integers) -> Design:
    """Describe days by what was known `lead` days and a night before each.

    `targets` count from the first day of the past, each at least FIRST_TARGET + `lead`;
    the last may be the day `lead` days after the past.
    """
    lately = _Lately(past, targets - lead)
    habits = _habits(past, targets, lately)
    columns = {
        **habits,
        **_last_days(past, targets, lead),
        **_level(past, targets, lately),
        **_calendar(past, targets, lately),
        **_weather(past, targets, lead, lately),
    }
    shape = (len(targets), past.slots)
    stacked = np.empty((*shape, len(COLUMNS)))
    for place, name in enumerate(COLUMNS):
        stacked[..., place] = columns[name]
    spread = np.empty((*shape, len(LEVELS) + 2))
    spread[..., : len(LEVELS)] = np.moveaxis(lately.quantiles, 0, -1)
    spread[..., -2], spread[..., -1] = lately.month, lately.usual
    return Design(stacked, lately.mean(_WEEK), spread)


class _Lately:
    """Means and quantiles of the days before each origin."""

    def __init__(self, past: Past, origins: Integers) -> None:
        self.origins = origins
        self._sums = _running_sums(past.energy)
        self.month = self.mean(_MONTH)
        self.quantiles = _recent_quantiles(past.energy, origins)
        self._totals = _running_sums(past.totals)
        absolute = self._mean(_running_sums(np.abs(past.totals)), _MONTH)
        # Per slot; nothing is divided by zero in a home that uses nothing.
        self.usual = (np.maximum(absolute, 1e-9) / past.slots)[:, None]
        self._day = self.usual[:, 0] * past.slots

    def mean(self, days: int) -> Floats:
        """Mean of each slot over so many days before the origins: (n, slots)."""
        return self._mean(self._sums, days)

    def level(self, days: int) -> Floats:
        """How much more the last days used than the last four weeks: (n, 1)."""
        return self.departure(self._mean(self._totals, days))

    def departure(self, totals: Floats) -> Floats:
        """How much more days of `totals` (n) used than the last four weeks: (n, 1)."""
        off = (totals - self._mean(self._totals, _MONTH)) / self._day
        return np.clip(off, _LOWEST_LEVEL, _HIGHEST_LEVEL)[:, None]

    def _mean(self, sums: Floats, days: int) -> Floats:
        first = np.maximum(self.origins - days, 0)
        count = (self.origins - first).reshape(-1, *[1] * (sums.ndim - 1))
        return np.asarray((sums[self.origins] - sums[first]) / count)


def _recent_quantiles(energy: Floats, origins: Integers) -> Floats:
    """Quantiles of each slot in the month before the origins: (levels, n, slots)."""
    found = np.empty((len(LEVELS), len(origins), energy.shape[1]))
    for place in np.flatnonzero(origins < _MONTH):
        found[:, place] = np.quantile(energy[: origins[place]], LEVELS, axis=0)
    whole = origins >= _MONTH
    if whole.any():
        months = sliding_window_view(energy, _MONTH, axis=0)[origins[whole] - _MONTH]
        found[:, whole] = np.quantile(months, LEVELS, axis=-1)
    return found


def _running_sums(rows: Floats) -> Floats:
    return np.concatenate([np.zeros((1, *rows.shape[1:])), np.cumsum(rows, axis=0)])


def _habits(past: Past, targets: Integers, lately: _Lately) -> dict[str, Floats]:
    """Describe what is usual at this time of day, on this weekday and class of day."""
    return {
        "habit_of_weekday": _smooth(_weekday_means(past, targets)),
        "habit_of_class": _class_means(past, targets, lately),
        "habit_3_days": lately.mean(3),
        "habit_7_days": lately.mean(_WEEK),
        "habit_28_days": lately.month,
        "habit_p25": lately.quantiles[1],
        "habit_p50": lately.quantiles[2],
        "habit_p75": lately.quantiles[3],
        "habit_range": lately.quantiles[4] - lately.quantiles[0],
    }


def _weekday_means(past: Past, targets: Integers) -> Floats:
    """Fading means of the same weekdays before days (n, slots)."""
    weeks, rest = np.divmod(targets[:, None] - np.arange(past.days), _WEEK)
    counted = (rest == 0) & (weeks > 0)
    weights = np.where(counted, _WEEKLY_FADING ** np.maximum(weeks - 1, 0), 0.0)
    count = weights.sum(axis=1, keepdims=True)
    return np.asarray(weights @ past.energy / np.maximum(count, 1.0))


def _class_means(past: Past, targets: Integers, lately: _Lately) -> Floats:
    """Fading means of days of the target's class before its origin."""
    classes, origins = past.calendar.day_class, lately.origins
    kinds = classes[targets]
    same = classes[: past.days] == kinds[:, None]
    before = _running_sums((classes[: past.days, None] == np.arange(3)).astype(float))
    # Days of the class between each day and the origin.
    since = before[origins, kinds][:, None] - before[1:, kinds].T
    counted = same & (np.arange(past.days) < origins[:, None])
    weights = np.where(counted, _CLASS_FADING ** np.maximum(since, 0.0), 0.0)
    known = weights @ past.energy + _CLASS_PRIOR * lately.month
    return np.asarray(known / (weights.sum(axis=1, keepdims=True) + _CLASS_PRIOR))


def _last_days(past: Past, targets: Integers, lead: int) -> dict[str, Floats]:
    """Take the same time of day on single days."""
    energy = past.energy
    yesterday = energy[targets - lead - 1]
    week_ago = energy[targets - _WEEK]
    return {
        "yesterday_here": yesterday,
        "yesterday_around": _smooth(yesterday),
        "yesterday_day_before": energy[targets - lead - 2],
        "week_ago": week_ago,
        "week_ago_around": _smooth(week_ago),
        "week_before": energy[
            np.where(targets < 2 * _WEEK, targets, targets - _WEEK) - _WEEK
        ],
    }


def _level(past: Past, targets: Integers, lately: _Lately) -> dict[str, Floats]:
    """How much the last days used, and how yesterday ended."""
    hour = past.slots // 24
    origins, usual, month = lately.origins, lately.usual, lately.month
    one, three, seven = (lately.level(days) for days in (1, 3, _WEEK))
    yesterday = past.energy[origins - 1]
    off = yesterday - month
    night = off[:, 21 * hour :].mean(axis=1)[:, None]
    evening = off[:, 17 * hour : 22 * hour].mean(axis=1)[:, None]
    fading = np.exp(-np.arange(past.slots) / hour / _EVENING_FADES)[None]
    return {
        "level_1_by_hour": one * month,
        "level_2_by_hour": lately.departure(past.totals[origins - 2]) * month,
        "level_3_by_hour": three * month,
        "level_7_by_hour": seven * month,
        "level_week_ago_by_hour": lately.departure(past.totals[targets - _WEEK])
        * month,
        "level_1_by_median": one * lately.quantiles[2],
        "level_1": one * usual,
        "level_3": three * usual,
        "level_7": seven * usual,
        "yesterday_night": np.broadcast_to(night, month.shape),
        "yesterday_night_fading": night * fading,
        "yesterday_evening": np.broadcast_to(evening, month.shape),
        "yesterday_evening_by_hour": evening / usual * month,
        "yesterday_last_hour": yesterday[:, -hour:].mean(axis=1)[:, None] * fading,
    }


def _calendar(past: Past, targets: Integers, lately: _Lately) -> dict[str, Floats]:
    """Describe the hour as waves, on working and on free days."""
    classes = past.calendar.day_class[targets][:, None]
    weekday = past.calendar.weekday[targets][:, None]
    free = (classes > 0).astype(np.float64)
    usual, month = lately.usual, lately.month
    angle = 2 * np.pi * (np.arange(past.slots) + 0.5)[None] / past.slots
    columns = {
        "calendar_free_by_hour": free * month,
        "calendar_sunday_by_hour": (classes == 2) * month,
        "calendar_monday_by_hour": (weekday == 0) * month,
        "calendar_friday_by_hour": (weekday == 4) * month,
        "calendar_usual": np.broadcast_to(usual, month.shape),
        "calendar_free": np.broadcast_to(usual * free, month.shape),
    }
    for wave in (1, 2, 3):
        for name, curve in (("sine", np.sin), ("cosine", np.cos)):
            column = usual * curve(wave * angle)
            columns[f"calendar_{name}_{wave}"] = column
            columns[f"calendar_{name}_{wave}_free"] = column * free
    return columns


def _weather(
    past: Past, targets: Integers, lead: int, lately: _Lately
) -> dict[str, Floats]:
    """How the weather of the day departs from that of the last seven days.

    What the last days were like is in their energy already. Where an hour or all of the
    week before it is unknown, it is as the known ones of its day; where none is, or only
    few days of the past are known, the weather stays as it was: zero.
    """
    shape = lately.month.shape
    heat = cool = cloud = np.zeros(shape)
    heat_of_day = cool_of_day = np.zeros((len(targets), 1))
    if past.usable_weather is not None:
        degrees = past.usable_weather.temperature
        heat = _departure(np.maximum(_HEATING_BELOW - degrees, 0), targets, lead)
        cool = _departure(np.maximum(degrees - _COOLING_ABOVE, 0), targets, lead)
        cloud = _departure(past.usable_weather.cloud, targets, lead)
        heat_of_day = heat.mean(axis=1)[:, None]
        cool_of_day = cool.mean(axis=1)[:, None]
    month = lately.month
    return {
        "weather_heating": heat,
        "weather_heating_of_day": np.broadcast_to(heat_of_day, shape),
        "weather_heating_by_hour": heat_of_day * month,
        "weather_cooling": cool,
        "weather_cooling_by_hour": cool_of_day * month,
        "weather_cloud_by_hour": cloud * month,
        "weather_cloud_by_peak": cloud * lately.quantiles[4],
    }


def _departure(rows: Floats, targets: Integers, lead: int) -> Floats:
    """Rows of the targets less the mean of the seven days before their origins."""
    known = ~np.isnan(rows)
    sums = _running_sums(np.where(known, rows, 0.0))
    counts = _running_sums(known.astype(np.float64))
    end = targets - lead
    first = np.maximum(end - _WEEK, 0)
    count = counts[end] - counts[first]
    usual = np.full(count.shape, np.nan)
    np.divide(sums[end] - sums[first], count, out=usual, where=count > 0)
    off = rows[targets] - usual
    there = ~np.isnan(off)
    of_day = np.where(there, off, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.where(there, off, of_day[:, None])


def _smooth(rows: Floats) -> Floats:
    """Let slots borrow half of their value from their neighbours."""
    near = np.roll(rows, 1, axis=1) + np.roll(rows, -1, axis=1)
    return np.asarray(rows / 2 + near / 4)
