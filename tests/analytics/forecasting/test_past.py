"""What is known at an origin, and nothing else."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
    Weather,
)

from .made_up_homes import FIRST_DAY, home, weekdays


def test_until_keeps_only_what_was_known() -> None:
    """Energy ends at the origin; the calendar and forecasts reach some days on."""
    whole = home(20)
    warmth = np.arange(23.0 * 24).reshape(23, 24)
    past = Past(whole.measured, whole.calendar, Weather(warmth, warmth), FIRST_DAY)
    then = past.until(12)
    assert then.days == 12
    assert then.first_day == FIRST_DAY
    assert (then.measured == whole.measured[:12]).all()
    assert then.weather is not None
    assert len(then.weather.temperature) == 12 + DAYS_AHEAD
    assert len(then.calendar.weekday) == 12 + DAYS_AHEAD
    with pytest.raises(ValueError, match="21 of 20"):
        past.until(21)


def test_gaps_are_filled_as_they_were_then() -> None:
    """The filled rows of a part are those that it would have filled itself."""
    whole = home(30)
    measured = whole.measured.copy()
    measured[np.random.default_rng(2).random(measured.shape) < 0.3] = np.nan
    past = Past(measured, whole.calendar)
    alone = Past(measured[:17], weekdays(17))
    assert (past.until(17).energy == alone.energy).all()
    assert (past.until(17).totals == alone.totals).all()


def test_a_younger_home_keeps_its_dates() -> None:
    """Days that are cut off at the beginning move the first day on."""
    past = home(20).since(6)
    assert past.days == 14
    assert past.first_day == FIRST_DAY + 6
    assert past.calendar.weekday[0] == 6


def test_classes_of_days() -> None:
    """Working days are 0, Saturdays 1, Sundays and holidays 2."""
    weekday = np.arange(7 + DAYS_AHEAD) % 7
    free = np.zeros_like(weekday)
    free[2] = 1
    classes = Calendar(weekday, free).day_class
    assert classes[:7].tolist() == [0, 0, 2, 0, 0, 1, 2]


def test_a_calendar_has_to_fit() -> None:
    """A calendar of another length would shift weekdays."""
    with pytest.raises(ValueError, match="calendar"):
        Past(np.zeros((5, 24)), weekdays(4))
