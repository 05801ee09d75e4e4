"""Which day types today and tomorrow are expected to be."""

from datetime import date, timedelta

import pytest

from custom_components.wattwise.analytics.day_types.day_type import (
    DatedOutlook,
    DayTypeName,
    DayTypesOutlook,
)
from custom_components.wattwise.analytics.day_types.expected_type import outlook
from custom_components.wattwise.analytics.day_types.home_days import home_days
from custom_components.wattwise.analytics.day_types.learned_types import (
    LearnedTypes,
    learn,
)
from custom_components.wattwise.analytics.forecasting.covariates import Covariates

from .made_up_days import LONDON, TODAY, at, family, family_days, hours_of


@pytest.fixture(scope="module", name="types")
def learned() -> LearnedTypes:
    """Return the day types of a family."""
    found = learn(family_days())
    assert found
    return found


def test_the_calendar_tells_what_comes(types: LearnedTypes) -> None:
    """On Friday a working day and then a weekend is expected, on Sunday the reverse."""
    friday = outlook(types, family_days())
    assert friday.yesterday is DayTypeName.WORKING_DAY
    assert friday.today
    assert friday.tomorrow
    assert friday.today.name is DayTypeName.WORKING_DAY
    assert friday.tomorrow.name is DayTypeName.WEEKEND
    assert friday.tomorrow.probability > 0.7
    assert sum(friday.tomorrow.chances.values()) == pytest.approx(1.0)
    sunday = outlook(types, family_days(hour=12, day=TODAY + timedelta(days=2)))
    assert sunday.today
    assert sunday.tomorrow
    assert sunday.today.name is DayTypeName.WEEKEND
    assert sunday.tomorrow.name is DayTypeName.WORKING_DAY


def test_a_holiday_is_expected_to_be_like_a_weekend(types: LearnedTypes) -> None:
    """A public holiday on a Friday is free time, and known before."""
    known = Covariates(free=frozenset({TODAY}))
    today = outlook(types, family_days(known=known)).today
    assert today
    assert today.name is DayTypeName.WEEKEND


def test_the_day_shows_what_it_is(types: LearnedTypes) -> None:
    """A Friday that is spent at home becomes a day like those of weekends by noon."""
    at_home = family_days(
        hour=0,
        power=lambda moment: family(
            moment if moment.date() != TODAY else moment - timedelta(days=5)
        ),
    )
    surprise = at_home
    told = []
    for hour in (0, 8, 13, 20):
        now = at(TODAY, hour)
        hours = hours_of(
            lambda m: family(m if m.date() != TODAY else m - timedelta(days=5)), now
        )
        surprise = family_days(hour=hour, hours=hours)
        today = outlook(types, surprise).today
        assert today
        told.append(today.chances[DayTypeName.WEEKEND])
    assert told[0] < 0.2
    assert told[2] > 0.8
    assert told[3] > 0.9
    following = outlook(types, surprise).tomorrow
    assert following
    assert following.name is DayTypeName.WEEKEND


def test_who_will_be_away_is_known(types: LearnedTypes) -> None:
    """Days away that are in the calendar are expected to be like those of before."""
    holiday = frozenset(date(2026, 5, 2) + timedelta(days=day) for day in range(9))
    known = Covariates(away=holiday | {TODAY + timedelta(days=1)})
    said = outlook(types, family_days(known=known))
    assert said.today
    assert said.tomorrow
    assert said.today.name is DayTypeName.WORKING_DAY
    assert said.tomorrow.name is DayTypeName.AWAY


def test_only_what_is_over_counts(types: LearnedTypes) -> None:
    """What is measured later changes nothing of what is said before."""
    now = at(TODAY, 10)
    hours = hours_of(family, now)
    later = {int(now.timestamp()) + 3600 * hour: 9.9 for hour in range(40)}
    early = home_days(hours, LONDON, now, Covariates())
    late = home_days(hours | later, LONDON, now, Covariates())
    assert early
    assert late
    assert outlook(types, early) == outlook(types, late)


def test_a_meter_that_is_silent_leaves_the_calendar(types: LearnedTypes) -> None:
    """Without a reading since Wednesday, only what is usual is said, and not too surely."""
    hours = hours_of(family, at(TODAY - timedelta(days=2), 0))
    said = outlook(types, family_days(hour=15, hours=hours))
    assert said.yesterday is None
    assert said.today
    assert said.today.name is DayTypeName.WORKING_DAY


def test_what_is_before_the_first_day_is_not_what_comes_tomorrow() -> None:
    """Whether tomorrow is a holiday, or nobody will be there, says nothing of today."""
    wednesday = TODAY - timedelta(days=2)
    few = hours_of(family, at(wednesday, 0), 28)
    types = learn(family_days(day=wednesday, hours=few))
    assert types
    tomorrow = frozenset({wednesday + timedelta(days=1)})
    told = [
        outlook(types, family_days(day=wednesday, hours=few, known=known)).today
        for known in (
            Covariates(),
            Covariates(free=tomorrow),
            Covariates(away=tomorrow),
        )
    ]
    assert told[0]
    assert told[0] == told[1] == told[2]


def test_an_outlook_is_of_its_day(types: LearnedTypes) -> None:
    """A day later its tomorrow is today; of any other day it says nothing."""
    said = outlook(types, family_days())
    dated = DatedOutlook(TODAY, said)
    day = timedelta(days=1)
    assert dated.expected(TODAY) is said.today
    assert dated.expected(TODAY + day) is said.tomorrow
    assert dated.expected(TODAY + 2 * day) is None
    assert dated.expected(TODAY - day) is None
    assert dated.yesterday_of(TODAY) is DayTypeName.WORKING_DAY
    assert dated.yesterday_of(TODAY + day) is None


def test_nothing_is_said_of_a_home_that_is_not_learned() -> None:
    """A home of few days says how many there are, and no type."""
    few = hours_of(family, at(TODAY, 0), 10)
    assert outlook(None, family_days(hours=few)) == DayTypesOutlook(10)
