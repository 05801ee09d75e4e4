"""What the rest of a month is expected to bring, and when a budget is at risk."""

from datetime import date, datetime, timedelta
from itertools import count
import random
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.tariffs.budget_watch import (
    BudgetWatch,
    is_grave,
)
from custom_components.wattwise.analytics.tariffs.charges import Charges
from custom_components.wattwise.analytics.tariffs.day_sums import DaySum
from custom_components.wattwise.analytics.tariffs.grid_slot import GridSlot
from custom_components.wattwise.analytics.tariffs.month_end import (
    Expectation,
    expect_rest,
)
from custom_components.wattwise.analytics.tariffs.month_outlook import (
    Ahead,
    Known,
    month_outlook,
)
from custom_components.wattwise.analytics.tariffs.rates import stated

TODAY = date(2026, 6, 15)
REST = {TODAY + timedelta(days=back): 1.0 for back in range(16)}
BERLIN = ZoneInfo("Europe/Berlin")
JUNE = date(2026, 6, 1)


def past(
    count: int, value: float = 10.0, weekend: float | None = None
) -> dict[date, float]:
    """Return whole days before today; those of weekends may be others."""
    days = [TODAY - timedelta(days=back) for back in range(1, count + 1)]
    return {
        day: value if weekend is None or day.weekday() < 5 else weekend for day in days
    }


def test_nothing_is_said_of_a_home_that_is_not_known() -> None:
    """A week must be known."""
    assert expect_rest(past(6), TODAY, REST) is None
    assert expect_rest(past(7), TODAY, REST) is not None
    long_ago = {day - timedelta(days=60): value for day, value in past(30).items()}
    assert expect_rest(long_ago, TODAY, REST) is None


def test_home_that_is_the_same_every_day() -> None:
    """The longer nothing unusual happened, the narrower the band."""
    young, old = (expect_rest(past(days), TODAY, REST) for days in (10, 365))
    assert young
    assert old
    assert young.expected == old.expected == pytest.approx(160.0)
    assert young.low < old.low < 160.0 < old.high < young.high
    assert young.high - young.low == pytest.approx(0.45 * 160, rel=0.05)


def test_weekends() -> None:
    """Days of the week keep their habits."""
    weekend = {TODAY + timedelta(days=back): 1.0 for back in (5, 6)}
    found = expect_rest(past(100, 10.0, 20.0), TODAY, weekend)
    assert found
    assert 34.0 < found.expected < 40.0


def test_better_forecast_goes_before_habit() -> None:
    """What is forecast of today's rest and tomorrow is taken as it is."""
    rest = {TODAY: 0.5, TODAY + timedelta(days=1): 1.0}
    found = expect_rest(past(50), TODAY, rest, {TODAY: 1.0})
    assert found
    assert found.expected == pytest.approx(11.0)


def test_a_month_that_is_over_has_no_band() -> None:
    """Where nothing is to come, nothing is uncertain."""
    assert expect_rest(past(50), TODAY, {}) == Expectation(0.0, 0.0, 0.0)


def test_feeding_in_may_pay_for_all() -> None:
    """Costs may be below 0, energy may not."""
    paid = expect_rest(past(50, -2.0), TODAY, REST)
    assert paid
    assert paid.expected == pytest.approx(-32.0)
    assert paid.low < -32.0 < paid.high
    nothing = expect_rest(past(50, 0.0), TODAY, REST, floor=0.0)
    assert nothing == Expectation(0.0, 0.0, 0.0)
    chance = random.Random(7)
    wild = {day: chance.choice([0.0, 0.0, 30.0]) for day in past(60)}
    bounded = expect_rest(wild, TODAY, {TODAY: 1.0}, floor=0.0)
    assert bounded
    assert bounded.low >= 0.0


def test_band_holds_what_it_says() -> None:
    """Of homes whose days are left to chance, 8 of 10 rests are within the band."""
    within = total = 0
    for seed in range(25):
        chance = random.Random(seed)
        days, level = dict[date, float](), 10.0
        for back in range(200, 0, -1):
            level = max(2.0, level + chance.gauss(0, 0.15))
            days[TODAY - timedelta(days=back)] = max(0.0, chance.gauss(level, 2.5))
        for ago in (20, 45, 70):
            origin = TODAY - timedelta(days=ago)
            rest = {origin + timedelta(days=at): 1.0 for at in range(15)}
            known = {day: value for day, value in days.items() if day < origin}
            found = expect_rest(known, origin, rest, floor=0.0)
            assert found
            within += found.low <= sum(days[day] for day in rest) <= found.high
            total += 1
    assert within / total > 0.75


def slots_of(first: datetime, last: datetime, energy: float = 0.1) -> list[GridSlot]:
    """Return quarters of an hour that were all measured."""
    return [
        GridSlot(at, at + 900, energy, 0.0, 900.0)
        for at in range(int(first.timestamp()), int(last.timestamp()), 900)
    ]


def test_bill_of_a_month() -> None:
    """What is sure and what is expected add up, with the charges of the whole month."""
    now = datetime(2026, 6, 15, 12, tzinfo=BERLIN)
    begin = datetime(2026, 6, 1, tzinfo=BERLIN)
    days = {day: DaySum(9.6, 0.0, 2.88, 1.0) for day in past(100)}
    known = Known(
        days,
        {date(2026, 4, 1): 2.0, date(2026, 5, 1): 4.0},
        slots_of(begin, now),
        stated(0.3),
    )
    charges = Charges(standing=6.0, standing_per_month=True, capacity=5.0)
    found = month_outlook(known, charges, now.timestamp(), BERLIN, Ahead())
    assert (found.month, found.days_left, found.days_missing) == (JUNE, 16, 0)
    assert found.energy_so_far == pytest.approx(14.5 * 9.6)
    assert found.so_far
    assert found.so_far.energy == pytest.approx(14.5 * 2.88)
    assert found.so_far.standing == pytest.approx(3.0)
    assert found.so_far.capacity == pytest.approx(0.4 * 5 / 2)
    assert found.cost_of_today == pytest.approx(1.44)
    assert found.energy
    assert found.energy.expected == pytest.approx(30 * 9.6)
    assert found.cost
    assert found.cost.expected == pytest.approx(30 * 2.88 + 6 + 3 * 5)
    assert found.cost.low < 14.5 * 2.88 + 15.5 * 2.88 + 6 + 0.4 * 5
    assert found.cost.high > 30 * 2.88 + 6 + 4 * 5


def test_days_known_are_of_a_year() -> None:
    """What is older helps to expect, and is not counted as known."""
    now = datetime(2026, 6, 15, 12, tzinfo=BERLIN)
    days = {day: DaySum(9.6, 0.0, None, 1.0) for day in past(420)}
    known = Known(days, {}, slots_of(datetime(2026, 6, 1, tzinfo=BERLIN), now), None)
    found = month_outlook(known, Charges(), now.timestamp(), BERLIN, Ahead())
    assert found.days_known == 365


def test_meter_that_came_in_the_middle_of_the_month() -> None:
    """Days nobody measured are expected to have been like the others."""
    now = datetime(2026, 6, 15, tzinfo=BERLIN)
    begin = datetime(2026, 6, 6, tzinfo=BERLIN)
    days = {JUNE + timedelta(days=5 + at): DaySum(9.6, 0, None, 1.0) for at in range(9)}
    known = Known(days, {}, slots_of(begin, now), None)
    found = month_outlook(known, Charges(), now.timestamp(), BERLIN, Ahead())
    assert (found.so_far, found.cost) == (None, None)
    assert found.energy_so_far == pytest.approx(9 * 9.6)
    assert found.days_missing == 5
    assert found.energy
    assert found.energy.expected == pytest.approx(30 * 9.6)


def test_last_day_and_first_day() -> None:
    """At the end nearly all is sure; a new month begins with nothing."""
    days = {day: DaySum(9.6, 0, None, 1.0) for day in past(100)}
    days |= {TODAY + timedelta(days=at): DaySum(9.6, 0, None, 1.0) for at in range(16)}
    begin = datetime(2026, 6, 1, tzinfo=BERLIN)
    late = datetime(2026, 6, 30, 23, tzinfo=BERLIN)
    known = Known(days, {}, slots_of(begin, late), None)
    found = month_outlook(known, Charges(), late.timestamp(), BERLIN, Ahead())
    assert found.energy
    assert found.energy.expected == pytest.approx(30 * 9.6, rel=0.001)
    assert found.energy.high - found.energy.low < 0.5
    early = datetime(2026, 7, 1, 0, 5, tzinfo=BERLIN)
    july = month_outlook(known, Charges(), early.timestamp(), BERLIN, Ahead())
    assert (july.month, july.energy_so_far, july.days_left) == (date(2026, 7, 1), 0, 31)
    assert july.energy
    assert july.energy.expected == pytest.approx(31 * 9.6, rel=0.001)


HOURS = count()


def look(
    watch: BudgetWatch,
    budget: float,
    so_far: float,
    outlook: Expectation | None,
    month: date = JUNE,
) -> bool:
    """Let a watch look an hour after the last look of all."""
    return watch.look(month, budget, so_far, outlook, next(HOURS) * 3600.0)


def looks(watch: BudgetWatch, *expected: float, month: date = JUNE) -> list[bool]:
    """Let a watch look at what is expected hour by hour, with a budget of 100."""
    return [
        look(watch, 100.0, 40.0, Expectation(value - 20, value, value + 20), month)
        for value in expected
    ]


def test_looks_within_an_hour_are_one() -> None:
    """A restart looks twice within minutes: that neither raises the alert nor ends it."""
    watch = BudgetWatch()
    dear, cheap = Expectation(81.0, 101.0, 121.0), Expectation(70.0, 90.0, 110.0)
    assert not watch.look(JUNE, 100.0, 40.0, cheap, -7200.0)

    def restarted(now: float, outlook: Expectation) -> bool:
        again = BudgetWatch()
        again.restore(watch.as_dict())
        for minute in (0, 3, 6, 9):
            again.look(JUNE, 100.0, 40.0, outlook, now + 60 * minute)
        watch.restore(again.as_dict())
        return again.active

    assert [restarted(hour * 3600.0, dear) for hour in range(3)] == [False, False, True]
    assert [restarted(hour * 3600.0, cheap) for hour in (3, 4)] == [True, True]
    assert not watch.look(JUNE, 100.0, 40.0, cheap, 4 * 3600.0 + 3300)
    # A clock that was set back does not make it wait for the old time.
    assert not watch.look(JUNE, 100.0, 40.0, dear, 600.0)
    assert not watch.look(JUNE, 100.0, 40.0, dear, 4200.0)
    assert watch.look(JUNE, 100.0, 40.0, dear, 7800.0)


def test_budget_is_at_risk_once_it_is_for_hours() -> None:
    """A flapping forecast raises nothing, and ends nothing."""
    watch = BudgetWatch()
    assert looks(watch, 90, 101, 101, 99, 101, 101) == [False] * 6
    assert looks(watch, 101) == [True]
    # A little below the budget is still too near.
    assert looks(watch, 99, 98, 98, 98) == [True] * 4
    assert looks(watch, 96, 99, 96, 96) == [True] * 4
    assert looks(watch, 96) == [False]


def test_spent_budget() -> None:
    """What is spent is spent, whatever was expected; a new month begins anew."""
    watch = BudgetWatch()
    assert look(watch, 100.0, 100.5, None)
    assert is_grave(100.0, 100.5, None)
    assert look(watch, 100.0, 100.5, Expectation(100.5, 101.0, 102.0))
    assert looks(watch, 90, month=date(2026, 7, 1)) == [False]
    assert not is_grave(100.0, 40.0, Expectation(99.0, 120.0, 140.0))
    assert is_grave(100.0, 40.0, Expectation(100.5, 120.0, 140.0))


def test_another_budget_is_answered_at_once() -> None:
    """Who changes the budget wants to see what it means."""
    assert looks(BudgetWatch(), 101) == [True], "the first one, too"
    watch = BudgetWatch()
    assert looks(watch, 90) == [False]
    outlook = Expectation(80.0, 90.0, 100.0)
    assert look(watch, 85.0, 40.0, outlook)
    assert not look(watch, 95.0, 40.0, outlook)
    # Without a forecast it stays as it was.
    assert look(watch, 85.0, 40.0, outlook)
    assert look(watch, 85.0, 40.0, None)


def test_restart_in_the_middle() -> None:
    """A watch goes on from what was kept; rubbish makes it begin anew."""
    watch = BudgetWatch()
    looks(watch, 90, 101, 101)
    again = BudgetWatch()
    again.restore(watch.as_dict())
    assert looks(again, 101) == [True]
    for rubbish in (None, {}, {"active": True}, {"active": 1, "looks": "x"}, "no"):
        fresh = BudgetWatch()
        fresh.restore(rubbish)
        assert fresh == BudgetWatch()
    again.forget()
    assert again == BudgetWatch()
