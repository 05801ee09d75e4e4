"""What the morning's sun says of the rest of the day."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
)
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.sun_so_far import refresh_by_sun

HOURS = np.arange(24)
CLEAR = 4.0 * np.exp(-(((HOURS - 12) / 3.0) ** 2)) * (abs(HOURS - 12) < 7)


def roof(days: int, seed: int = 3) -> np.ndarray:
    """Return the production of days on which clouds come and stay for hours."""
    rng = np.random.default_rng(seed)
    sky = np.zeros(days * 24)
    for hour in range(1, len(sky)):
        sky[hour] = 0.92 * sky[hour - 1] + rng.normal(0, 0.4)
    clear = 0.15 + 0.85 / (1 + np.exp(-2 * sky.reshape(days, 24)))
    return np.asarray(CLEAR * clear)


def past_of(rows: np.ndarray) -> Past:
    """Return the days as a past."""
    weekday = np.arange(len(rows) + DAYS_AHEAD) % 7
    return Past(rows, Calendar(weekday, np.zeros_like(weekday)))


def midnight(rows: np.ndarray) -> Prediction:
    """Forecast a day by what the last four weeks were like."""
    return Prediction(np.quantile(rows[-28:], LEVELS, axis=0), rows[-28:].mean(axis=0))


@pytest.mark.parametrize("now", [9, 11, 13, 15])
def test_the_rest_of_the_day_is_known_better(now: int) -> None:
    """In the sky's own weather, the refreshed forecast beats that of midnight."""
    rows = roof(200)
    errors, before = [], []
    for day in range(60, 200):
        past, today = past_of(rows[:day]), midnight(rows[:day])
        refreshed = refresh_by_sun(past, today, rows[day], now)
        came = rows[day, now:]
        errors.append(np.abs(came - refreshed.mean[now:]).mean())
        before.append(np.abs(came - today.mean[now:]).mean())
    assert np.mean(errors) < 0.9 * np.mean(before)


def test_a_morning_as_forecast_changes_nothing() -> None:
    """A roof that gives the same each day is forecast the same at each hour."""
    rows = np.tile(CLEAR, (40, 1))
    today = midnight(rows)
    for over in range(24):
        refreshed = refresh_by_sun(past_of(rows), today, CLEAR, over)
        assert refreshed.mean == pytest.approx(today.mean, abs=1e-9)
        assert refreshed.quantiles == pytest.approx(today.quantiles, abs=1e-9)


def test_what_was_measured_stands_and_the_night_stays_dark() -> None:
    """Hours that are over are as they were; no sun shines at night."""
    rows = roof(60)
    measured = np.full(24, np.nan)
    measured[:12] = 0.3 * rows[-1, :12]
    measured[5] = np.nan
    today = midnight(rows)
    refreshed = refresh_by_sun(past_of(rows), today, measured, 12)
    known = ~np.isnan(measured)
    assert refreshed.mean[known] == pytest.approx(measured[known])
    assert refreshed.mean[5] == today.mean[5]
    assert (refreshed.quantiles[:, 20:] == 0).all()
    assert (np.diff(refreshed.quantiles, axis=0) >= 0).all()
    # A dark morning lowers noon more than the evening.
    share = refreshed.mean[12:18] / today.mean[12:18]
    assert (np.diff(share) > 0).all()
    assert share[0] < 0.75


def test_a_roof_gives_no_more_than_ever() -> None:
    """After a morning far above the forecast, noon is still what the roof can give."""
    rows = 0.3 * roof(60)
    rows[-1] = CLEAR
    refreshed = refresh_by_sun(past_of(rows), midnight(rows), CLEAR * 5, 11)
    assert (refreshed.mean[11:] <= CLEAR[11:] * 1.1 + 1e-9).all()


def test_nothing_known_nothing_changed() -> None:
    """Before the first reading, and without a past, the forecast of midnight stands."""
    rows = roof(30)
    today = midnight(rows)
    unknown = np.full(24, np.nan)
    assert refresh_by_sun(past_of(rows), today, unknown, 12) is today
    assert refresh_by_sun(past_of(rows[:0]), today, rows[0], 12) is today
    dark = past_of(np.zeros((30, 24)))
    nothing = Prediction(np.zeros((5, 24)), np.zeros(24))
    assert refresh_by_sun(dark, nothing, np.zeros(24), 12).mean.sum() == 0
