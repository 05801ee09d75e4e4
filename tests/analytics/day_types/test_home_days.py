"""The days of a home as far as they are known."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.day_types.home_days import (
    MOST_DAYS,
    home_days,
)
from custom_components.wattwise.analytics.forecasting.covariates import Covariates

from .made_up_days import LONDON, TODAY, at, family, hours_of


@pytest.mark.parametrize(
    "zone", ["Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"]
)
@pytest.mark.parametrize("month", [4, 11])
def test_days_of_any_length_are_days(zone: str, month: int) -> None:
    """Where the clock changed within the month, each day has its parts all the same."""
    where = ZoneInfo(zone)
    now = at(date(2026, month, 15), 9, where)
    hours = hours_of(lambda _: 1.0, now, 30, where)
    days = home_days(hours, where, now, Covariates())
    assert days
    # Of the first day only a part was measured.
    assert days.days - 1 <= days.known.sum() <= days.days
    assert (days.hour, len(days.weekday)) == (9, len(days.energy) + 1)
    assert np.isnan(days.energy[-1, 9:]).all()
    assert not np.isnan(days.energy[-1, :8]).any()


def test_only_a_year_counts() -> None:
    """What is older is not looked at; what is no number is a gap."""
    now = at(TODAY, 3)
    hours = hours_of(family, now, 500)
    broken = int(datetime(2026, 6, 18, 12, tzinfo=UTC).timestamp())
    hours[broken] = float("nan")
    days = home_days(hours, LONDON, now, Covariates())
    assert days
    assert days.days == MOST_DAYS
    assert np.isnan(days.energy[-2]).sum() == 1
    assert home_days({}, LONDON, now, Covariates()) is None


def test_what_is_known_beside_the_use_reaches_to_tomorrow() -> None:
    """Holidays, who is away, and the temperature are known of tomorrow, too."""
    now = at(TODAY, 3)
    tomorrow = date(2026, 6, 20)
    midnight = int(at(tomorrow, 0).replace(minute=0).timestamp())
    known = Covariates(
        free=frozenset({tomorrow}),
        away=frozenset({TODAY}),
        temperature={midnight + 3600 * hour: 12.5 for hour in range(24)},
    )
    days = home_days(hours_of(family, now, 30), LONDON, now, known)
    assert days
    assert days.free[-2:].tolist() == [False, True]
    assert days.away[-2:].tolist() == [True, False]
    assert days.warmth[-1] == 12.5
    assert np.isnan(days.warmth[-2])
    assert days.day_class[-2:].tolist() == [0, 2]
