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
    first = int(np.ceil(now.timestamp() / clock.step)) * clock.step
    starts = np.arange(first, first + HORIZON_HOURS * 3600, clock.step, dtype=np.int64)
    running = _running_slot(clock, rows, now)
    today, tomorrow = (
        forecaster.record.outcomes(FINAL, past, lead, CALIBRATION_DAYS)
        for lead in (0, 1)
    )
    rest = day_total(predictions[0], today, slice(running, past.slots))
    measured = _measured_today(rows, past, predictions[0], running)
    begun = now.timestamp() % clock.step / clock.step
    passed = begun * float(predictions[0].mean[running])
    days = clock.slots_of(clock.date_of(now), 2)
    return Outlook(
        now,
        clock.step,
        _expected_slots(clock, rows, past, predictions, starts),
        _expected_slots(clock, rows, past, predictions, days),
        _expected(rest, measured),
        _expected(rest, -passed),
        _expected(day_total(predictions[1], tomorrow)),
        forecasts[0].weights,
        past.days,
    )


def _running_slot(clock: LocalClock, rows: DayRows, now: datetime) -> int:
    """Return the place of the slot that has begun."""
    begun = int(now.timestamp()) // clock.step * clock.step
    place = clock.places(np.array([begun], dtype=np.int64), rows.first)
    return int(place.slot[0])


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


def _measured_today(
    rows: DayRows, past: Past, prediction: Prediction, running: int
) -> float:
    """Return what was used until now; what is not known, as it was expected."""
    over = slice(0, running)
    known = np.full(past.slots, np.nan)
    if len(rows.energy) > past.days:
        known = rows.energy[past.days]
    return float(np.where(np.isnan(known), prediction.mean, known)[over].sum())


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
