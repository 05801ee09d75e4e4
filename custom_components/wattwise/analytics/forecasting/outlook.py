"""The forecast of the coming days, slot by slot and in sums."""

from datetime import UTC, datetime
from typing import Final

import numpy as np

from .away_days import AwayDays
from .day_totals import Total, day_total
from .expectation import Expected, ExpectedSlot, Outlook
from .forecaster import FINAL, Forecaster
from .local_days import DayRows, Floats, Integers, LocalClock
from .past import DAYS_AHEAD, Past
from .prediction import LEVELS, Prediction
from .within_the_day import (
    Refresh,
    refresh_tomorrow,
    with_measured,
    with_today,
)

HORIZON_HOURS: Final = 48


def make_outlook(
    forecaster: Forecaster,
    past: Past,
    rows: DayRows,
    clock: LocalClock,
    now: datetime,
    away: AwayDays | None,
    refreshed_by: Refresh,
) -> Outlook:
    """Forecast from `now` on; ValueError if no model can.

    `past` are the whole days of `rows` before today's; today's row, the last one, has
    NaN for what is not over. `away` forecasts the days on which nobody is at home, and
    `refreshed_by` says what today so far means for its rest.
    """
    empty = [away.forecast(lead) if away else None for lead in range(DAYS_AHEAD)]
    forecasts = [
        found or forecaster.forecast(past, lead) for lead, found in enumerate(empty)
    ]
    predictions = [forecast.prediction for forecast in forecasts]
    midnight = predictions[0]
    if not empty[0] or (away and away.begins_today):
        # What was said when today began stands, whatever was chosen or learned since,
        # and whoever has left.
        issued = forecaster.record.issued(FINAL, past.first_day + past.days, lead=0)
        midnight = issued or midnight
    # Slots begin by the clock on the wall, in some countries at half past in UTC.
    ahead = clock.slots_of(clock.date_of(now), 1 + DAYS_AHEAD)
    starts = ahead[ahead >= now.timestamp()][: HORIZON_HOURS * 3600 // clock.step]
    begun = ahead[ahead <= now.timestamp()][-1:]
    running = int(clock.places(begun, rows.first).slot[0])
    today, tomorrow = (
        # Of days at home, totals of an empty one say nothing.
        [] if empty[lead] else forecaster.outcomes(FINAL, past, lead)
        for lead in (0, 1)
    )
    so_far = today_of(rows, past)
    if empty[0]:
        predictions[0] = with_measured(predictions[0], so_far, running)
    else:
        refreshed = _refreshed(
            forecaster, past, so_far, predictions, running, refreshed_by
        )
        predictions[0] = refreshed[0]
        predictions[1] = predictions[1] if empty[1] else refreshed[1]
    midnights = [clock.midnight(clock.date_of(now), day) for day in range(3)]
    over, left, next_day = (
        _expected_sum(clock, predictions[day], clock.slots_from(begin, end))
        for day, begin, end in (
            (0, midnights[0], _moment(begun)),
            (0, _moment(begun), midnights[1]),
            (1, midnights[1], midnights[2]),
        )
    )
    rest = _scaled(day_total(predictions[0], today, slice(running, past.slots)), left)
    passed = (now.timestamp() - float(begun[0])) / clock.step
    passed *= float(predictions[0].mean[running])
    days = clock.slots_of(clock.date_of(now), 2)
    return Outlook(
        now,
        clock.step,
        _expected_slots(clock, rows, past, predictions, starts),
        _expected_slots(clock, rows, past, [midnight, *predictions[1:]], days),
        _expected(rest, over),
        _expected(rest, -passed),
        _expected(_scaled(day_total(predictions[1], tomorrow), next_day)),
        forecasts[0].weights,
        past.days,
        int(clock.midnight(clock.date_of(now), 1).timestamp()),
    )


def _moment(start: Integers) -> datetime:
    return datetime.fromtimestamp(int(start[0]), UTC)


def _expected_sum(clock: LocalClock, prediction: Prediction, starts: Integers) -> float:
    """Return what is expected of slots of a day [kWh]: in some nights one more or less.

    A row of 24 hours has one that is not, where the clock is set forward, and one that
    is twice, where it is set back.
    """
    if not starts.size:
        return 0.0
    places = clock.places(starts, clock.date_of(_moment(starts)))
    return float(prediction.mean[places.slot].sum())


def _scaled(total: Total, mean: float) -> Total:
    """Return a total and its band with another mean."""
    if total.mean == 0:
        return total
    return Total(mean, total.quantiles * (mean / total.mean))


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
    so_far: Floats,
    predictions: list[Prediction],
    over: int,
    refreshed_by: Refresh,
) -> list[Prediction]:
    """Return the forecasts of today and tomorrow after `over` of today's slots."""
    today = refreshed_by(past, predictions[0], so_far, over)
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
