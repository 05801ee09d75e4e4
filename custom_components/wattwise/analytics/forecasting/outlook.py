"""The forecast of the coming days, slot by slot and in sums."""

from datetime import datetime
from typing import Final

import numpy as np

from .conformal import CALIBRATION_DAYS
from .day_totals import Total, day_total
from .expectation import Expected, ExpectedSlot, Outlook
from .forecaster import FINAL, Forecaster
from .local_days import DayRows, Floats, Integers, LocalClock
from .past import DAYS_AHEAD, Past
from .prediction import LEVELS, Prediction
from .within_the_day import refresh, refresh_tomorrow, with_today

HORIZON_HOURS: Final = 48


def make_outlook(
    forecaster: Forecaster,
    past: Past,
    rows: DayRows,
    clock: LocalClock,
    now: datetime,
) -> Outlook:
    """Forecast from `now` on; ValueError if no model can.

    `past` are the whole days of `rows` before today's; today's row, the last one, has
    NaN for what is not over.
    """
    forecasts = [forecaster.forecast(past, lead) for lead in range(DAYS_AHEAD)]
    predictions = [forecast.prediction for forecast in forecasts]
    midnight = predictions[0]
    # Slots begin by the clock on the wall, in some countries at half past in UTC.
    ahead = clock.slots_of(clock.date_of(now), 1 + DAYS_AHEAD)
    starts = ahead[ahead >= now.timestamp()][: HORIZON_HOURS * 3600 // clock.step]
    begun = ahead[ahead <= now.timestamp()][-1:]
    running = int(clock.places(begun, rows.first).slot[0])
    today, tomorrow = (
        forecaster.record.outcomes(FINAL, past, lead, CALIBRATION_DAYS)
        for lead in (0, 1)
    )
    predictions[:2] = _refreshed(forecaster, past, rows, predictions, running)
    rest = day_total(predictions[0], today, slice(running, past.slots))
    measured = float(predictions[0].mean[:running].sum())
    passed = (now.timestamp() - float(begun[0])) / clock.step
    passed *= float(predictions[0].mean[running])
    days = clock.slots_of(clock.date_of(now), 2)
    return Outlook(
        now,
        clock.step,
        _expected_slots(clock, rows, past, predictions, starts),
        _expected_slots(clock, rows, past, [midnight, *predictions[1:]], days),
        _expected(rest, measured),
        _expected(rest, -passed),
        _expected(day_total(predictions[1], tomorrow)),
        forecasts[0].weights,
        past.days,
    )


def _expected_slots(
    clock: LocalClock,
    rows: DayRows,
    past: Past,
    predictions: list[Prediction],
    starts: Integers,
) -> tuple[ExpectedSlot, ...]:
    """Return what is expected of slots from today's first one on."""
    place = clock.places(starts, rows.first)
    return tuple(
        ExpectedSlot(int(start), _expected_slot(predictions[day - past.days], slot))
        for start, day, slot in zip(starts, place.day, place.slot, strict=True)
        if day - past.days < DAYS_AHEAD
    )


def today_of(rows: DayRows, past: Past) -> Floats:
    """Return what was measured today (slots), NaN for what was not or is to come."""
    if len(rows.energy) > past.days:
        return np.asarray(rows.energy[past.days], dtype=np.float64)
    return np.full(past.slots, np.nan)


def _refreshed(
    forecaster: Forecaster,
    past: Past,
    rows: DayRows,
    predictions: list[Prediction],
    over: int,
) -> list[Prediction]:
    """Return the forecasts of today and tomorrow after `over` of today's slots."""
    today = refresh(past, predictions[0], today_of(rows, past), over)
    if today is predictions[0]:
        return predictions[:2]
    provisional = forecaster.forecast(with_today(past, today), 0, judged_by=past)
    tomorrow = refresh_tomorrow(predictions[1], provisional.prediction, over)
    return [today, tomorrow]


def _expected_slot(prediction: Prediction, slot: int) -> Expected:
    return Expected(
        float(prediction.mean[slot]), _by_level(prediction.quantiles[:, slot])
    )


def _expected(total: Total, measured: float = 0.0) -> Expected:
    mean, quantiles = total.mean + measured, total.quantiles + measured
    if total.mean >= 0:
        # What is left of a slot may be less than what of it has passed by now.
        mean, quantiles = max(mean, 0.0), np.maximum(quantiles, 0.0)
    return Expected(mean, _by_level(quantiles))


def _by_level(quantiles: Floats) -> dict[float, float]:
    return {float(q): float(v) for q, v in zip(LEVELS, quantiles, strict=True)}
