"""A home that is empty for a while, and lived in again."""

from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.wattwise.analytics.forecasting.away_days import NAME, AwayDays
from custom_components.wattwise.analytics.forecasting.covariates import Covariates
from custom_components.wattwise.analytics.forecasting.expectation import Outlook
from custom_components.wattwise.analytics.forecasting.forecaster import (
    FINAL,
    Forecaster,
)
from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.models.analog_days import (
    AnalogDays,
)
from custom_components.wattwise.analytics.forecasting.models.hour_of_week import (
    HourOfWeek,
)
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import DAYS_AHEAD, Past
from custom_components.wattwise.analytics.forecasting.series_forecast import (
    SeriesForecast,
)

from .made_up_homes import home

DAYS: Final = 96
FIRST_HOLIDAY: Final = np.arange(50, 60)
SECOND_HOLIDAY: Final = np.arange(78, 88)
BACK: Final = np.arange(88, 95)
BERLIN: Final = ZoneInfo("Europe/Berlin")


def empty_home(days: int) -> Floats:
    """Return what a refrigerator and a router use [kWh]."""
    rng = np.random.default_rng(9)
    return np.asarray(0.08 + 0.06 * (rng.random((days, 24)) < 0.4))


def home_with_holidays() -> tuple[Past, Past, NDArray[np.bool_]]:
    """Return a home that never was empty, the same with holidays, and when."""
    always = home(DAYS, seed=5)
    away = np.zeros(DAYS + DAYS_AHEAD, dtype=np.bool_)
    away[FIRST_HOLIDAY] = away[SECOND_HOLIDAY] = True
    measured = np.where(away[:DAYS, None], empty_home(DAYS), always.measured)
    return always, Past(measured, always.calendar, first_day=always.first_day), away


def errors(past: Past, measured: Floats, days: NDArray[np.int64]) -> float:
    """Return how far forecasts of midnight were off on some days [kWh an hour]."""
    forecaster = Forecaster(
        [
            PersistenceEnsemble(),
            HourOfWeek(),
            WeightedDays(),
            AnalogDays(),
            RidgeRegression(),
        ]
    )
    forecaster.advance(past)
    issued = [forecaster.record.issued(FINAL, past.first_day + d, 0) for d in days]
    medians = [prediction.median for prediction in issued if prediction]
    assert len(medians) == len(days)
    return float(np.abs(np.array(medians) - measured[days]).mean())


@pytest.mark.timeout(120)
def test_coming_back_is_as_if_one_had_never_been_away() -> None:
    """Habits are neither forgotten nor blurred by days on which nobody had any."""
    always, past, away = home_with_holidays()
    days = AwayDays(past.measured, away)
    lived_in = Past(days.at_home, past.calendar, first_day=past.first_day)
    never_away = errors(always, always.measured, BACK)
    told = errors(lived_in, past.measured, BACK)
    not_told = errors(past, past.measured, BACK)
    assert told < 1.03 * never_away
    assert not_told > 1.1 * told


def test_an_empty_home_is_forecast_as_one() -> None:
    """The first time by its base load, the second time by what it was like then."""
    _, past, away = home_with_holidays()
    usual = float(past.measured[:50].mean())
    for holiday in (FIRST_HOLIDAY, SECOND_HOLIDAY):
        off, held = [], []
        for day in holiday:
            days = AwayDays(past.measured[:day], away[: day + DAYS_AHEAD])
            forecast = days.forecast(0)
            assert forecast
            assert forecast.weights == {NAME: 1.0}
            prediction, measured = forecast.prediction, past.measured[day]
            assert (np.diff(prediction.quantiles, axis=0) >= 0).all()
            off.append(np.abs(prediction.median - measured).mean())
            held.append(
                (prediction.quantiles[0] <= measured + 1e-9)
                & (measured <= prediction.quantiles[-1] + 1e-9)
            )
        assert np.mean(off) < 0.15 * usual
        assert 0.7 < np.mean(held) <= 1.0


def test_only_days_away_are_forecast_so() -> None:
    """Somebody at home, or a home of which nothing is known: nothing is said."""
    _, past, away = home_with_holidays()
    at_home = AwayDays(past.measured[:70], away[:73])
    assert at_home.forecast(0) is None
    nothing = AwayDays(np.full((5, 24), np.nan), np.ones(8, dtype=np.bool_))
    assert nothing.forecast(0) is None
    always_away = AwayDays(past.measured[50:60], np.ones(13, dtype=np.bool_))
    assert always_away.forecast(2)
    assert AwayDays(np.zeros((0, 24)), np.ones(3, dtype=np.bool_)).forecast(1) is None


def outlook(away: frozenset[date], now: datetime) -> Outlook:
    """Return the outlook of a home that was always lived in, and may be left now."""
    rows = home(40, seed=3).measured
    first = now.astimezone(BERLIN).date() - timedelta(39)
    midnight = datetime.combine(first, datetime.min.time(), BERLIN).timestamp()
    hours = {
        int(midnight) + 3600 * index: float(energy)
        for index, energy in enumerate(rows.ravel())
    }
    series = SeriesForecast(BERLIN)
    series.take(hours, now, Covariates(away=away))
    series.learn()
    found = series.outlook(now)
    assert found
    return found


@pytest.mark.timeout(60)
def test_who_leaves_today_is_away_tomorrow() -> None:
    """What was used this morning stays; from now on little is expected."""
    now = datetime(2026, 6, 10, 12, 0, tzinfo=BERLIN).astimezone(UTC)
    today = date(2026, 6, 10)
    stays = outlook(frozenset(), now)
    leaves = outlook(frozenset({today, today + timedelta(1)}), now)
    assert leaves.weights == {NAME: 1.0}
    assert leaves.tomorrow.mean < 0.5 * stays.tomorrow.mean
    assert leaves.rest_of_today.mean < 0.5 * stays.rest_of_today.mean
    morning = stays.today.mean - stays.rest_of_today.mean
    assert leaves.today.mean - leaves.rest_of_today.mean == pytest.approx(
        morning, rel=0.05
    )
    # The day after tomorrow they are back.
    last = max(slot.start for slot in leaves.slots)
    back = datetime.fromtimestamp(last, BERLIN).date()
    assert back == today + timedelta(2)
    morning_after = [
        {
            slot.start: slot.energy.mean
            for slot in found.slots
            if datetime.fromtimestamp(slot.start, BERLIN).date() == back
        }
        for found in (stays, leaves)
    ]
    assert morning_after[0] == morning_after[1]
