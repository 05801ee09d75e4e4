"""When an appliance runs cheapest, or mostly from the own roof."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.wattwise.analytics.load_windows import (
    Load,
    TimedValue,
    best_windows,
    supply_slots,
    windows,
)

H = 3600.0


def hourly(*values: float, begin: float = 0.0) -> list[TimedValue]:
    """Return one value for each hour."""
    return [
        TimedValue(begin + i * H, begin + (i + 1) * H, v) for i, v in enumerate(values)
    ]


def test_the_cheapest_hours_are_found() -> None:
    """Two hours at the lowest prices, and what they save against starting at once."""
    prices = hourly(0.30, 0.25, 0.10, 0.12, 0.40)
    slots = supply_slots(0, 5 * H, prices, hourly(0, 0, 0, 0, 0))
    found = windows(slots, Load(2 * H, 1.5), 0, 5 * H)
    (best,) = best_windows(found, "cheapest")
    assert (best.start, best.end) == (2 * H, 4 * H)
    assert best.cost == pytest.approx(1.5 * 0.22)
    assert best.own_share == 0
    assert found[0].start == 0
    assert found[0].cost == pytest.approx(1.5 * 0.55)


def test_a_start_within_an_hour_can_be_the_best() -> None:
    """90 minutes that end with a cheap hour begin at half past."""
    slots = supply_slots(0, 3 * H, hourly(0.2, 0.1, 0.9), hourly(0, 0, 0))
    (best,) = best_windows(windows(slots, Load(1.5 * H, 1.0), 0, 3 * H), "cheapest")
    assert best.start == 0.5 * H
    assert best.cost == pytest.approx(0.5 * 0.2 + 0.1)


def test_the_roof_is_used_first() -> None:
    """At a flat price the cheapest time is that of the most surplus of one's own."""
    flat = [TimedValue(0, 6 * H, 0.3)]
    slots = supply_slots(0, 6 * H, flat, hourly(-1, 0.5, 1.5, 3.0, 0.2, -0.4))
    found = windows(slots, Load(2 * H, 2.0), 0, 6 * H)
    (cheapest,) = best_windows(found, "cheapest")
    (greenest,) = best_windows(found, "greenest")
    assert cheapest == greenest
    assert cheapest.start == 2 * H
    assert cheapest.own_share == pytest.approx((1.5 + 2.0) / 4)
    assert cheapest.cost == pytest.approx(0.5 * 0.3)


def test_steps_of_prices_and_forecasts_may_differ() -> None:
    """Quarters of an hour of prices and hours of surplus are laid over each other."""
    prices = [TimedValue(i * 900, (i + 1) * 900, 0.4 - 0.01 * i) for i in range(8)]
    slots = supply_slots(600, 2 * H, prices, hourly(0, 1))
    assert [slot.start for slot in slots] == [600, *range(900, 7200, 900)]
    assert slots[-1].price == pytest.approx(0.33)
    assert [slot.surplus for slot in slots] == [0] * 4 + [1] * 4


def test_what_is_not_known_is_not_chosen() -> None:
    """Hours without a price are no candidates, however green; and no price is no zero."""
    prices = [*hourly(0.3, 0.2), *hourly(0.1, begin=4 * H)]
    slots = supply_slots(0, 6 * H, prices, hourly(0, 0, 5, 5, 0, 0))
    found = windows(slots, Load(H, 1.0), 0, 6 * H)
    (cheapest,) = best_windows(found, "cheapest")
    assert cheapest.start == 4 * H
    (greenest,) = best_windows(found, "greenest")
    assert (greenest.start, greenest.cost) == (2 * H, None)
    assert best_windows(windows(slots, Load(3 * H, 1.0), 0, 6 * H), "cheapest") == []


def test_negative_prices_are_taken() -> None:
    """Who is paid for drawing draws then."""
    slots = supply_slots(0, 3 * H, hourly(0.1, -0.2, 0.1), hourly(0, 0, 0))
    (best,) = best_windows(windows(slots, Load(H, 2.0), 0, 3 * H), "cheapest")
    assert (best.start, best.cost) == (H, pytest.approx(-0.4))


def test_a_load_must_fit() -> None:
    """Nothing is found when there is too little time, or nothing to look at."""
    slots = supply_slots(0, 2 * H, hourly(1, 1), hourly(0, 0))
    assert windows(slots, Load(3 * H, 1), 0, 9 * H) == []
    assert windows(slots, Load(H, 1), 1.5 * H, 9 * H) == []
    assert windows([], Load(H, 1), 0, 9 * H) == []
    (only,) = windows(slots, Load(2 * H, 1), 0, 2 * H)
    assert (only.start, only.end) == (0, 2 * H)


def test_several_windows_do_not_overlap() -> None:
    """The second best time is another one, not the best one a little later."""
    prices = hourly(0.3, 0.1, 0.1, 0.3, 0.2, 0.2)
    slots = supply_slots(0, 6 * H, prices, hourly(*[0] * 6))
    found = best_windows(windows(slots, Load(2 * H, 1), 0, 6 * H), "cheapest", 3)
    assert [window.start for window in found] == [H, 4 * H]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-0.5, 1.0), min_size=4, max_size=12),
    st.lists(st.floats(-1.0, 3.0), min_size=4, max_size=12),
    st.integers(1, 12),
    st.floats(0.1, 5.0),
)
def test_no_other_start_is_better(
    prices: list[float], surplus: list[float], quarters: int, power: float
) -> None:
    """Of all starts, minute by minute, none costs less than the one that is found."""
    end = min(len(prices), len(surplus)) * H
    slots = supply_slots(0, end, hourly(*prices), hourly(*surplus))
    load = Load(quarters * 900.0, power)
    (best,) = best_windows(windows(slots, load, 0, end), "cheapest")
    for start in range(0, int(end - load.duration) + 1, 300):
        (at,) = windows(slots, load, start, start + load.duration)
        assert best.cost is not None
        assert at.cost is not None
        assert best.cost <= at.cost + 1e-4
