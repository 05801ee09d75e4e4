"""Forecasts of today, refreshed with what has been measured since midnight."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from .charging import charging_with_today
from .local_days import Floats
from .past import Calendar, Past, Weather
from .prediction import Prediction
from .pretrained.arrays import part, pretrained_arrays
from .pretrained.boosted_trees import BoostedTrees
from .within_the_day_features import within_the_day_features

# From the past, today's forecast of midnight, what was measured of today, and how many of
# its slots are over, the forecast of today as it is then.
type Refresh = Callable[[Past, Prediction, Floats, int], Prediction]


def refresh(past: Past, today: Prediction, measured: Floats, over: int) -> Prediction:
    """Return the forecast of today as it is after `over` of its slots.

    `past` are the whole days before today, `today` its forecast of midnight, `measured`
    (slots) is energy [kWh], NaN in gaps and in what is to come. Slots that were measured
    are what they were; those of gaps stay as they were forecast. With nothing measured,
    or without a whole day in the past, the forecast of midnight stands. What it makes
    of the hours so far was learned from what homes consume.
    """
    known = ~np.isnan(measured[:over])
    if not known.any() or not past.days:
        return today
    so_far = with_measured(today, measured, over)
    quantiles, mean = so_far.quantiles, so_far.mean
    if over < past.slots:
        rest = slice(over, None)
        features = within_the_day_features(past, today, measured, over)
        *off, off_mean = _trees().predict(features.rows) * features.scale
        refreshed = Prediction.in_order(
            today.quantiles[:, rest] + np.array(off),
            today.mean[rest] + off_mean,
            positive=past.never_negative,
        )
        quantiles[:, rest], mean[rest] = refreshed.quantiles, refreshed.mean
    return Prediction(quantiles, mean)


def keep_midnight(
    past: Past, today: Prediction, measured: Floats, over: int
) -> Prediction:
    """Return the forecast of today with what was measured, and leave the rest of it.

    Whether a washing machine that ran runs again is known to nobody.
    """
    known = ~np.isnan(measured[:over])
    if not known.any() or not past.days:
        return today
    return with_measured(today, measured, over)


def with_measured(today: Prediction, measured: Floats, over: int) -> Prediction:
    """Return the forecast of today with what was measured in its first `over` slots."""
    known = np.flatnonzero(~np.isnan(measured[:over]))
    quantiles, mean = today.quantiles.copy(), today.mean.copy()
    quantiles[:, known] = mean[known] = measured[known]
    return Prediction(quantiles, mean)


@cache
def _trees() -> BoostedTrees:
    return BoostedTrees.from_arrays(part(pretrained_arrays(), "within_the_day"))


def with_today(past: Past, refreshed: Prediction) -> Past:
    """Return the past as if today were over, and had gone as is expected now.

    Tomorrow is then the first day that is not over; see `refresh_tomorrow`.
    """
    calendar, weather = past.calendar, past.weather
    ahead = (calendar.weekday[-1:] + 1) % 7
    return replace(
        past,
        measured=np.vstack([past.measured, refreshed.mean]),
        # The day that comes into sight is only looked at by the farthest forecast.
        calendar=Calendar(
            np.append(calendar.weekday, ahead), np.append(calendar.free, 0)
        ),
        weather=weather
        and Weather(_one_more(weather.temperature), _one_more(weather.cloud)),
        charging=None
        if past.charging is None
        else charging_with_today(past, refreshed),
    )


def refresh_tomorrow(
    midnight: Prediction, provisional: Prediction, over: int
) -> Prediction:
    """Return the forecast of tomorrow as it is after `over` of today's slots.

    `midnight` was made when today began, `provisional` from a past `with_today`. In the
    morning the one has nothing on the other: its share grows with the square of the day.
    """
    share = (over / len(midnight.mean)) ** 2
    return Prediction(
        midnight.quantiles * (1 - share) + provisional.quantiles * share,
        midnight.mean * (1 - share) + provisional.mean * share,
    )


def _one_more(rows: Floats) -> Floats:
    return np.vstack([rows, np.full((1, rows.shape[1]), np.nan)])
