"""The forecast of the coming days, slot by slot and in sums."""

from datetime import datetime
from typing import Final

import numpy as np

from .conformal import CALIBRATION_DAYS
from .day_totals import Total, day_total
from .expectation import Expected, ExpectedSlot, Outlook
from .forecaster import FINAL, Forecaster
from .local_days import DayRows, Floats, LocalClock
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
    place = clock.places(starts, rows.first)
    slots = tuple(
        ExpectedSlot(int(start), _expected_slot(predictions[day - past.days], slot))
        for start, day, slot in zip(starts, place.day, place.slot, strict=True)
        if day - past.days < DAYS_AHEAD
    )
    rest = _rest_of_today(past.slots, place.day, place.slot, past.days)
    today, tomorrow = (
        forecaster.record.outcomes(FINAL, past, lead, CALIBRATION_DAYS)
        for lead in (0, 1)
    )
    measured = _measured_today(rows, past, predictions[0], rest)
    remaining = day_total(predictions[0], today, rest)
    return Outlook(
        now,
        clock.step,
        slots,
        _expected(remaining, measured),
        _expected(remaining),
        _expected(day_total(predictions[1], tomorrow)),
        forecasts[0].weights,
        past.days,
    )


def _rest_of_today(slots: int, day: np.ndarray, slot: np.ndarray, today: int) -> slice:
    """Return the slots of today that have not begun."""
    left = slot[day == today]
    return slice(int(left.min()) if left.size else slots, slots)


def _measured_today(
    rows: DayRows, past: Past, prediction: Prediction, rest: slice
) -> float:
    """Return what was used until now; what is not known, as it was expected."""
    over = slice(0, rest.start)
    known = np.full(past.slots, np.nan)
    if len(rows.energy) > past.days:
        known = rows.energy[past.days]
    return float(np.where(np.isnan(known), prediction.mean, known)[over].sum())


def _expected_slot(prediction: Prediction, slot: int) -> Expected:
    return Expected(
        float(prediction.mean[slot]), _by_level(prediction.quantiles[:, slot])
    )


def _expected(total: Total, measured: float = 0.0) -> Expected:
    return Expected(total.mean + measured, _by_level(total.quantiles + measured))


def _by_level(quantiles: Floats) -> dict[float, float]:
    return {float(q): float(v) for q, v in zip(LEVELS, quantiles, strict=True)}
