"""Bills of periods: energy at the price of its time, charges by days, peaks of months."""

from datetime import UTC, date, datetime, tzinfo
from typing import Any, override
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.tariffs.bill import bill
from custom_components.wattwise.analytics.tariffs.charges import Charges
from custom_components.wattwise.analytics.tariffs.day_sums import day_sums
from custom_components.wattwise.analytics.tariffs.demand_means import (
    demand_means,
    month_peaks,
)
from custom_components.wattwise.analytics.tariffs.grid_slot import GridSlot
from custom_components.wattwise.analytics.tariffs.price_walk import priced
from custom_components.wattwise.analytics.tariffs.rates import Rate, TimeOfUse, stated
from custom_components.wattwise.analytics.tariffs.tariff_comparison import (
    Offer,
    compare,
    coverage,
)

BERLIN = ZoneInfo("Europe/Berlin")


def moment(zone: tzinfo, year: int, month: int, day: int, hour: int = 0) -> int:
    """Return a time of a clock [s since the epoch]."""
    return int(datetime(year, month, day, hour, tzinfo=zone).timestamp())


def quarters(
    start: int, end: int, imported: float = 0.25, exported: float = 0.0
) -> list[GridSlot]:
    """Return quarters of an hour that are all alike."""
    return [
        GridSlot(at, at + 900, imported, exported, 900.0)
        for at in range(start, end, 900)
    ]


@pytest.mark.parametrize(
    ("day", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25), ((2028, 2, 29), 24)]
)
def test_days_of_any_length(day: tuple[int, int, int], hours: int) -> None:
    """A day has one standing charge and the energy of its hours, however many."""
    start = moment(BERLIN, *day)
    end = start + hours * 3600
    cheap = TimeOfUse(0.3, (Rate(0.1, ((0, 360),)),), BERLIN)
    night = 6 + hours - 24
    found = bill(
        quarters(start, end),
        cheap.steps(start, end),
        Charges(standing=0.5),
        start,
        end,
        BERLIN,
    )
    assert found.imported == pytest.approx(hours)
    assert found.standing == 0.5
    assert found.energy == pytest.approx(night * 0.1 + 18 * 0.3)
    assert found.total == pytest.approx(found.energy + 0.5)


def test_charges_of_a_leap_month() -> None:
    """A charge per month is shared by its days; the whole month has all of it."""
    start, end = moment(BERLIN, 2028, 2, 1), moment(BERLIN, 2028, 3, 1)
    charges = Charges(standing=29.0, standing_per_month=True)
    whole = bill([], stated(0.3), charges, start, end, BERLIN)
    assert whole.standing == pytest.approx(29.0)
    part = bill([], stated(0.3), charges, start, moment(BERLIN, 2028, 2, 3, 1), BERLIN)
    assert part.standing == pytest.approx(3.0)
    both = bill([], stated(0.3), charges, start, moment(BERLIN, 2028, 3, 2), BERLIN)
    assert both.standing == pytest.approx(29.0 + 29.0 / 31)


def test_feed_in() -> None:
    """What is fed in is paid for; it may be more than all the rest."""
    start, end = moment(BERLIN, 2026, 6, 1), moment(BERLIN, 2026, 6, 2)
    found = bill(
        quarters(start, end, 0.1, 0.5),
        stated(0.3),
        Charges(standing=1.0, feed_in=0.1),
        start,
        end,
        BERLIN,
    )
    assert found.feed_in == pytest.approx(4.8)
    assert found.total == pytest.approx(9.6 * 0.3 + 1.0 - 4.8)


def test_price_that_changes_within_a_slot() -> None:
    """An hour of which nothing narrower is kept has the mean of its prices."""
    hour = GridSlot(3600, 7200, 2.0, 0.0, 3600.0)
    steps = [(0.0, 0.1), (4500.0, 0.5), (6300.0, 0.2), (7200.0, 9.0)]
    ((_, price),) = priced([hour], steps)
    assert price == pytest.approx(0.1 * 0.25 + 0.5 * 0.5 + 0.2 * 0.25)
    ((_, price),) = priced([hour], [(90_000.0, 0.4)])
    assert price == 0.4


def test_peaks_of_months() -> None:
    """The highest demand period of each month counts, by the local calendar."""
    start = moment(BERLIN, 2026, 1, 31, 22)
    slots = quarters(start, moment(BERLIN, 2026, 2, 1, 2), 0.1)
    slots[3].imported = 1.0
    slots[4].imported = 0.6
    slots[10].imported = 0.5
    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert month_peaks(slots, 15, BERLIN) == {january: 4.0, february: 2.0}
    assert month_peaks(slots, 60, BERLIN) == pytest.approx(
        {january: 1.3, february: 0.8}
    )
    hour = [GridSlot(start, start + 3600, 3.0, 0.0, 3600.0)]
    assert month_peaks(hour, 15, BERLIN) == {january: 3.0}
    charges = Charges(capacity=31.0)
    until = moment(BERLIN, 2026, 2, 1, 2)
    # One day of each month.
    assert bill(
        slots, stated(0.0), charges, start, until, BERLIN
    ).capacity == pytest.approx(4.0 + 2.0 * 31 / 28)


def test_demand_periods_follow_the_clock_on_the_wall() -> None:
    """Where it is half past when UTC has a full hour, an hour is one all the same."""
    kolkata = ZoneInfo("Asia/Kolkata")
    start, end = moment(kolkata, 2026, 6, 1, 10), moment(kolkata, 2026, 6, 1, 11)
    day = moment(kolkata, 2026, 6, 1)
    slots = quarters(day, day + 86_400, 0.0)
    for slot in slots:
        if start <= slot.start < end:
            slot.imported = 1.0
    june = date(2026, 6, 1)
    assert month_peaks(slots, 60, kolkata) == pytest.approx({june: 4.0})
    assert month_peaks(slots, 30, kolkata) == pytest.approx({june: 4.0})
    means = demand_means(slots, 60, kolkata)
    assert len(means) == 24
    assert means[start, end] == pytest.approx(4.0)


def test_what_nobody_heard_of_is_no_peak() -> None:
    """What a counter went on by in a silence was drawn nobody knows when."""
    start = moment(BERLIN, 2026, 6, 1)
    slots = [
        GridSlot(start, start + 900, 0.25, 0.0, 900.0, 0.25),
        GridSlot(start + 900, start + 1800, 5.0, 0.0, 300.0, 0.1),
        GridSlot(start + 1800, start + 2700, 5.0, 0.0, 0.0, 0.0),
    ]
    means = demand_means(slots, 15, BERLIN)
    assert list(means.values()) == pytest.approx([1.0, 0.4])


def test_prices_are_walked_along_once() -> None:
    """Prices noted a little after the quarter take no longer than those noted on it."""
    start, end = moment(BERLIN, 2026, 1, 1), moment(BERLIN, 2026, 4, 1)
    slots = quarters(start, end)

    class Steps(list[tuple[float, float]]):
        """Prices of which nobody makes copies."""

        @override
        def __getitem__(self, at: Any) -> Any:
            assert isinstance(at, int), "a copy for each slot is quadratic"
            return super().__getitem__(at)

    steps = Steps((slot.start + 3.0, n * 0.01) for n, slot in enumerate(slots))
    prices = [price for _, price in priced(slots, steps)]
    assert prices[0] == 0.0
    assert prices[100] == pytest.approx(1.0 - 0.01 * 3 / 900)


def test_days_without_a_price() -> None:
    """The cost of a day is known only if its prices are known from its start on."""
    start, end = moment(BERLIN, 2026, 6, 1), moment(BERLIN, 2026, 6, 4)
    slots = quarters(start, end - 6 * 3600)
    days = day_sums(slots, [(start + 86_400.0 - 60, 0.5)], BERLIN)
    assert [days[date(2026, 6, day)].cost for day in (1, 2, 3)] == [None, 12.0, 9.0]
    assert [days[date(2026, 6, day)].whole for day in (1, 2, 3)] == [True, True, False]
    assert day_sums(slots, [], BERLIN)[date(2026, 6, 2)].cost is None


def test_comparison_scales_what_was_not_measured() -> None:
    """Of a year of which half is known, energy counts twice and charges once."""
    start, end = moment(UTC, 2026, 1, 1), moment(UTC, 2027, 1, 1)
    half = quarters(start, (start + end) // 2, 0.1)
    assert coverage(half, start, end) == pytest.approx(0.5)
    flat = Offer("Flat", stated(0.3), Charges(standing=1.0))
    night = TimeOfUse(0.4, (Rate(0.1, ((0, 720),)),), UTC)
    split = Offer("Split", night.steps(start, end), Charges())
    first, second = compare(half, [flat, split], start, end, UTC)
    energy = 35_040 * 0.1
    assert first.bill.total == pytest.approx(energy / 2 * 0.3 + 365)
    assert first.per_year == pytest.approx((energy * 0.3 + 365) * 365.25 / 365)
    assert second.per_year == pytest.approx(energy * 0.25 * 365.25 / 365, rel=2e-3)
