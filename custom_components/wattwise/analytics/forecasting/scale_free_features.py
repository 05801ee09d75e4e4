"""What a home's last weeks look like, in units of its own usual hour.

A model that was trained on other homes can read these: nothing in them tells how large
a home is, where it stands or what day it is.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from .local_days import Floats
from .models.analog_days import AnalogDays
from .models.hour_of_week import HourOfWeek
from .models.weighted_days import WeightedDays
from .past import Past
from .prediction import LEVELS, Prediction

# Days that make the usual slot, and the least that make a row of features.
RECENT: Final = 28
MINIMUM_DAYS: Final = AnalogDays.minimum_days
# What is said of a slot: the quantiles and the mean.
OUTPUTS: Final = (*(f"p{round(level * 100)}" for level in LEVELS), "mean")


@dataclass(frozen=True, slots=True)
class Features:
    """One row per slot of a day: `rows` (slots, features) and their common `scale`.

    `scale` [kWh] is the mean of the last four weeks' slots, by absolute values: what is
    predicted from the rows is multiplied by it. Zero in a home that uses nothing.
    """

    names: tuple[str, ...]
    rows: Floats
    scale: float

    @property
    def local(self) -> Floats:
        """What the models that know only this home say, on average.

        (LEVELS and the mean, slots), in units of `scale`.
        """
        columns = [
            [self.names.index(f"{model}_{output}") for output in OUTPUTS]
            for model in ("weighted", "analog")
        ]
        return np.asarray(self.rows[:, columns].mean(axis=1).T, dtype=np.float64)


def scale_free_features(past: Past, lead: int) -> Features:
    """Describe the day `lead` days after the past; ValueError below MINIMUM_DAYS days.

    Once for all who ask.
    """
    key = f"scale-free {lead}"
    if key not in past.worked_out:
        past.worked_out[key] = _scale_free_features(past, lead)
    features = past.worked_out[key]
    assert isinstance(features, Features)
    return features


def _scale_free_features(past: Past, lead: int) -> Features:
    recent = past.energy[-RECENT:]
    scale = float(np.abs(recent).mean())
    columns = {
        **_calendar(past, lead),
        **_locally_forecast(past, lead, scale or 1.0),
        **_slot_by_slot(past, lead, scale or 1.0),
        **_day_by_day(past, recent, scale or 1.0),
    }
    shape = (past.slots,)
    rows = np.stack(
        [np.broadcast_to(column, shape) for column in columns.values()], axis=1
    )
    return Features(tuple(columns), rows.astype(np.float64), scale)


def _calendar(past: Past, lead: int) -> dict[str, Floats | float]:
    target, calendar = past.days + lead, past.calendar
    return {
        "lead": float(lead),
        # What the home has been known for: with few days, habits count less.
        "days_known": float(min(past.days, RECENT * 3)),
        "hour": np.arange(past.slots) * 24.0 / past.slots,
        # Short slots are burstier than the hours they make.
        "slots_an_hour": past.slots / 24.0,
        "weekday": float(calendar.weekday[target]),
        "day_class": float(calendar.day_class[target]),
        "day_class_yesterday": float(calendar.day_class[past.days - 1]),
    }


def _locally_forecast(past: Past, lead: int, scale: float) -> dict[str, Floats | float]:
    """Ask the models that know only this home for the day."""
    weighted = WeightedDays().predict(past, lead)
    analog = AnalogDays().predict(past, lead)
    week = past.energy[-7:].mean(axis=0)
    habit = week
    if past.days >= HourOfWeek.minimum_days:
        habit = HourOfWeek().value(past, lead)
    return {
        **_named("weighted", weighted, scale),
        **_named("analog", analog, scale),
        "hour_of_week": habit / scale,
        "last_7_days": week / scale,
    }


def _named(
    name: str, prediction: Prediction, scale: float
) -> dict[str, Floats | float]:
    rows = (*prediction.quantiles, prediction.mean)
    return {
        f"{name}_{output}": row / scale
        for output, row in zip(OUTPUTS, rows, strict=True)
    }


def _slot_by_slot(past: Past, lead: int, scale: float) -> dict[str, Floats | float]:
    """Describe the same time of day, lately."""
    energy, target = past.energy, past.days + lead
    recent, week = energy[-RECENT:], energy[-7:]
    yesterday = energy[-1]
    hour = past.slots // 24
    same = np.arange(target - 7, -1, -7)
    same = same[same < past.days][:5]
    weekday = energy[same] if same.size else week
    spread = np.quantile(recent, LEVELS, axis=0)
    return {
        "recent_mean": recent.mean(axis=0) / scale,
        "recent_deviation": recent.std(axis=0) / scale,
        **{
            f"recent_p{round(level * 100)}": row / scale
            for level, row in zip(LEVELS, spread, strict=True)
        },
        "weekday_mean": weekday.mean(axis=0) / scale,
        "weekday_median": np.median(weekday, axis=0) / scale,
        "last_same_weekday": weekday[0] / scale,
        "second_same_weekday": weekday[min(1, len(weekday) - 1)] / scale,
        "yesterday": yesterday / scale,
        "day_before": energy[-2] / scale,
        "yesterday_hour_before": np.roll(yesterday, hour) / scale,
        "yesterday_hour_after": np.roll(yesterday, -hour) / scale,
        "week_deviation": week.std(axis=0) / scale,
        "week_maximum": week.max(axis=0) / scale,
        "week_minimum": week.min(axis=0) / scale,
    }


def _day_by_day(past: Past, recent: Floats, scale: float) -> dict[str, Floats | float]:
    """Describe the levels of the last days, and how yesterday ended."""
    totals = past.totals
    usual = scale * past.slots
    yesterday = past.energy[-1]
    hour = past.slots // 24
    evening = slice(17 * hour, 22 * hour)
    usual_evening = float(np.abs(recent[:, evening]).mean()) or 1.0
    return {
        "level_1": totals[-1] / usual,
        "level_2": totals[-2] / usual,
        "level_3": totals[-3:].mean() / usual,
        "level_7": totals[-7:].mean() / usual,
        "level_week_ago": totals[-min(7, past.days)] / usual,
        "level_deviation": totals[-RECENT:].std() / usual,
        "yesterday_evening": yesterday[evening].mean() / usual_evening,
        "yesterday_night": yesterday[21 * hour :].mean() / scale,
        "last_hour": yesterday[-hour:].mean() / scale,
        "base_load": float(np.quantile(recent, 0.05)) / scale,
        "usual_load": float(np.median(recent)) / scale,
    }
