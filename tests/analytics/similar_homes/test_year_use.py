"""What some days of a home tell of its year."""

from datetime import date, timedelta
from math import log

import pytest

from custom_components.wattwise.analytics.similar_homes.seasons import Seasons
from custom_components.wattwise.analytics.similar_homes.year_use import (
    LEAST_DAYS,
    Usual,
    YearUse,
    days_off,
    month_range,
    year_use,
)

from .test_seasons import cold

TODAY = date(2025, 11, 22)
USUAL = Usual(3000, 0.45)


def days(
    count: int, seasons: Seasons, year_kwh: float = 4000, until: date = TODAY
) -> dict[date, float]:
    """Return the last days before a day of a home that is as expected."""
    return {
        day: seasons.rate(day) * year_kwh / 365
        for day in (until - timedelta(days=n) for n in range(1, count + 1))
    }


def found(*args: object, **kwargs: object) -> YearUse:
    """Return the use of a year, of which enough is known."""
    use = year_use(*args, **kwargs)  # type: ignore[arg-type]
    assert use is not None
    return use


def test_a_whole_year_is_what_it_was() -> None:
    """Nothing is estimated, and what is older than a year does not count."""
    seasons = cold()
    known = dict.fromkeys(days(800, seasons), 100.0) | days(365, seasons)
    use = found(known, TODAY, seasons, USUAL)
    assert use.kwh == pytest.approx(4000)
    assert use.low_kwh == pytest.approx(4000, rel=0.001)
    assert use.high_kwh == pytest.approx(4000, rel=0.001)
    assert use.is_measured
    assert use.days == 365


@pytest.mark.parametrize("until", [date(2025, 8, 1), date(2025, 2, 1), TODAY])
@pytest.mark.parametrize("count", [14, 30, 90, 250])
def test_weeks_are_compared_with_what_these_weeks_should_be(
    count: int, until: date
) -> None:
    """A home as expected is found so, whichever season is known of it."""
    seasons = cold()
    use = found(days(count, seasons, until=until), until, seasons)
    assert use.kwh == pytest.approx(4000)
    assert use.low_kwh < use.kwh < use.high_kwh
    assert not use.is_measured


def test_more_days_say_more() -> None:
    """The range narrows with each month; a fortnight still says something."""
    seasons = cold(0.0)
    widths = []
    for count in (14, 30, 60, 120, 240, 330):
        use = found(days(count, seasons), TODAY, seasons)
        widths.append(log(use.high_kwh / use.low_kwh))
    assert widths == sorted(widths, reverse=True)
    assert 0.4 < widths[0] < 1.1
    assert widths[-1] < 0.15


def test_too_few_days_say_nothing() -> None:
    """Not a week, not today, not days of a meter that told only zeros."""
    seasons = cold()
    assert year_use({}, TODAY, seasons) is None
    assert year_use(days(LEAST_DAYS - 1, seasons), TODAY, seasons, USUAL) is None
    ahead = days(LEAST_DAYS, seasons, until=TODAY + timedelta(days=1))
    assert year_use(ahead, TODAY, seasons) is None
    assert year_use(dict.fromkeys(days(60, seasons), 0.0), TODAY, seasons) is None


def test_days_away_say_nothing_of_others() -> None:
    """They are left out of weeks, and count in a year, as they do in others' years."""
    seasons = cold()
    weeks = days(40, seasons)
    away = sorted(weeks)[:14]
    weeks |= dict.fromkeys(away, 0.5)
    assert found(weeks, TODAY, seasons, away=away).kwh == pytest.approx(4000)
    assert found(weeks, TODAY, seasons).kwh < 3000
    year = days(365, seasons) | dict.fromkeys(away, 0.5)
    assert found(year, TODAY, seasons, away=away).kwh < 4000


def test_a_summer_without_heaters_is_moved_to_what_is_usual() -> None:
    """It says next to nothing of an electrically heated winter."""
    seasons = cold(0.6)
    july = days(31, seasons, 6000, date(2025, 8, 1))
    alone = found(july, date(2025, 8, 1), seasons)
    beside = found(july, date(2025, 8, 1), seasons, USUAL)
    assert alone.kwh == pytest.approx(6000)
    assert USUAL.median_kwh < beside.kwh < 4500
    assert beside.high_kwh / beside.low_kwh < alone.high_kwh / alone.low_kwh
    gas = found(
        days(31, cold(0.1), 6000, date(2025, 8, 1)), date(2025, 8, 1), cold(0.1)
    )
    assert gas.high_kwh / gas.low_kwh < 2.2


def test_what_was_used_cannot_be_undone() -> None:
    """The least a year can be is what was measured of it."""
    seasons = cold()
    heavy = days(300, seasons, 20_000)
    use = found(heavy, TODAY, seasons, Usual(500, 0.1))
    assert use.low_kwh >= sum(heavy.values())


def test_months_differ_more_where_they_are_heated() -> None:
    """July of homes with heat pumps is all alike to no one, and more so below."""
    less, more = month_range(7, cold(0.6))
    assert less > more > month_range(7, cold(0.1))[1] > 0
    assert days_off(list(days(31, cold())), cold()) < 0.3
