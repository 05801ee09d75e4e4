"""When it is worth moving what a home uses to other hours."""

from datetime import date, datetime

import pytest

from custom_components.wattwise.analytics.advice.cheap_hours import cheap_hours
from custom_components.wattwise.analytics.advice.flexible_load import (
    MOST_OF_A_DAY_KWH,
    bursts,
    movable,
)
from custom_components.wattwise.analytics.advice.solar_hours import solar_hours

from .made_up_hours import TODAY, ZONE, dinner, hours, without_days

# A day of 22 * 0.3 + 2 * 2 kWh, of which a tenth may be moved.
MOVED = 1.06


def by_the_clock(moment: datetime) -> float:
    """Return a price that is high when everybody cooks."""
    return 0.45 if 17 <= moment.hour < 21 else 0.15 if moment.hour < 5 else 0.25


def test_what_can_be_moved_is_little() -> None:
    """A tenth of a day, never more than a machine and a half, and only bursts."""
    day = dict.fromkeys(range(22), 0.3) | {22: 2.0, 23: 2.0}
    above = bursts(day)
    assert above[0] == 0.0
    assert above[22] == pytest.approx(1.7)
    assert movable(day, above) == pytest.approx(MOVED)
    assert movable(day, {22: 0.2}) == pytest.approx(0.2)
    large = {start: 10 * energy for start, energy in day.items()}
    assert movable(large, bursts(large)) == MOST_OF_A_DAY_KWH
    even = dict.fromkeys(range(24), 0.5)
    assert movable(even, bursts(even)) == 0.0


def test_cheap_hours_are_worth_a_habit() -> None:
    """The saving is what a small part of the dinner costs above the cheapest hours."""
    advice = cheap_hours(hours(60, dinner), hours(60, by_the_clock), ZONE, TODAY)
    assert advice
    assert advice.saving_money_per_year == pytest.approx(
        365 * MOVED * (0.45 - 0.15), rel=0.01
    )
    assert advice.saving_kwh_per_year is None
    assert advice.evidence["days"] == 56
    assert advice.evidence["moved_kwh_per_day"] == pytest.approx(MOVED, rel=0.01)
    assert advice.evidence["price_of_bursts"] == pytest.approx(0.45)
    assert advice.evidence["price_of_cheapest_hours"] == pytest.approx(0.15)


@pytest.mark.parametrize(
    ("days", "spread", "advised"),
    [
        (60, 0.30, True),
        # Less than what 100 kWh cost.
        (60, 0.02, False),
        # A flat price.
        (60, 0.0, False),
        (28, 0.30, True),
        (27, 0.30, False),
    ],
)
def test_it_must_be_worth_it_and_known_for_long_enough(
    days: int, spread: float, advised: bool
) -> None:
    """A flat price, a small spread or three weeks of a home advise nothing."""
    prices = hours(days, lambda m: 0.25 + (spread if 17 <= m.hour < 21 else 0.0))
    found = cheap_hours(hours(days, dinner), prices, ZONE, TODAY)
    assert (found is not None) is advised


def test_prices_below_zero_are_the_cheapest() -> None:
    """Who is paid at noon saves more than the whole price."""
    prices = hours(60, lambda m: -0.10 if 12 <= m.hour < 15 else 0.30)
    advice = cheap_hours(hours(60, dinner), prices, ZONE, TODAY)
    assert advice
    assert advice.evidence["price_of_cheapest_hours"] == pytest.approx(-0.10)
    assert advice.saving_money_per_year == pytest.approx(365 * MOVED * 0.4, rel=0.01)


def test_who_cooks_at_night_is_left_alone() -> None:
    """Bursts that are in the cheap hours already have nothing to gain."""
    at_night = hours(60, lambda m: 2.0 if m.hour in {1, 2} else 0.3)
    assert cheap_hours(at_night, hours(60, by_the_clock), ZONE, TODAY) is None


def test_gaps_are_not_days() -> None:
    """Days with a gap are left out; too many of them are too little history."""
    prices = hours(56, by_the_clock)
    some = without_days(hours(56, dinner), 3)
    advice = cheap_hours(some, prices, ZONE, TODAY)
    assert advice
    assert advice.evidence["days"] == pytest.approx(37, abs=1)
    every_other = without_days(hours(50, dinner), 2)
    assert cheap_hours(every_other, prices, ZONE, TODAY) is None


def test_the_worse_of_lately_and_the_year_counts() -> None:
    """Eight weeks of a strange price do not make a year."""
    bought = hours(365, dinner)
    lately = min(hours(56, dinner))
    prices = {
        start: by_the_clock(datetime.fromtimestamp(start, ZONE))
        if start >= lately
        else 0.25
        for start in bought
    }
    advice = cheap_hours(bought, prices, ZONE, TODAY)
    assert advice is None
    assert cheap_hours({}, {}, ZONE, TODAY) is None


def test_days_of_23_and_25_hours_are_whole() -> None:
    """The nights in which clocks change are days like others."""
    for today in (date(2026, 3, 30), TODAY):
        advice = cheap_hours(
            hours(56, dinner, today=today),
            hours(56, by_the_clock, today=today),
            ZONE,
            today,
        )
        assert advice
        assert advice.evidence["days"] == 56


def sun(moment: datetime) -> float:
    """Return what a roof feeds in beside the home's use [kWh]."""
    return 1.5 if 10 <= moment.hour < 15 else 0.0


def test_solar_hours() -> None:
    """What is fed in at noon could have cooked; it would not have been paid for."""
    bought, sold = hours(365, dinner), hours(365, sun)
    advice = solar_hours(bought, sold, ZONE, TODAY, 0.30, 0.08)
    assert advice
    moved = 365 * MOVED
    assert advice.saving_kwh_per_year == pytest.approx(moved, rel=0.01)
    assert advice.saving_money_per_year == pytest.approx(moved * 0.22, rel=0.01)
    assert advice.evidence["fed_in_kwh"] == pytest.approx(365 * 7.5)
    half = solar_hours(bought, sold, ZONE, TODAY, 0.30, None)
    assert half
    assert half.saving_money_per_year == pytest.approx(moved * 0.15, rel=0.01)
    assert half.evidence["feed_in_price"] == 0.15
    unpriced = solar_hours(bought, sold, ZONE, TODAY, None, None)
    assert unpriced
    assert unpriced.saving_money_per_year is None


def test_a_summer_is_not_a_year() -> None:
    """What is not known of the year counts as nothing."""
    found = solar_hours(hours(120, dinner), hours(120, sun), ZONE, TODAY, 0.3, 0.08)
    assert found
    assert found.saving_kwh_per_year == pytest.approx(120 * MOVED, rel=0.01)
    short = hours(60, dinner), hours(60, sun)
    assert solar_hours(*short, ZONE, TODAY, 0.3, 0.08) is None


@pytest.mark.parametrize(
    ("at_noon", "cooks_at", "price", "paid"),
    [
        # Nothing is fed in, or next to nothing.
        (0.0, 18, 0.3, 0.08),
        (0.4, 18, 0.3, 0.08),
        # It runs in the sun already.
        (1.5, 11, 0.3, 0.08),
        # Feeding in pays better.
        (1.5, 18, 0.3, 0.45),
    ],
)
def test_no_use_in_the_sun(
    at_noon: float, cooks_at: int, price: float, paid: float
) -> None:
    """Without room, without anything to move, or without gain, nothing is said."""
    bought = hours(365, lambda m: 2.0 if m.hour == cooks_at else 0.3)
    sold = hours(365, lambda m: at_noon if 10 <= m.hour < 15 else 0.0)
    assert solar_hours(bought, sold, ZONE, TODAY, price, paid) is None
