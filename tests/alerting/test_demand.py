"""What is drawn in the running period of a capacity tariff."""

from collections.abc import Callable, Iterable
from datetime import UTC

import pytest

from custom_components.wattwise.alerting.demand.demand import Demand, DemandMeter
from custom_components.wattwise.metering.demand_periods import DemandPeriods

QUARTER = 900
# A full hour.
BEGIN_MS = 1_781_002_800_000
HOLD_MS = 300_000


def meter(*names: str, minutes: int = 15, nets: bool = False) -> DemandMeter:
    """Return what adds up meters of these names."""
    periods = DemandPeriods(minutes, UTC)
    return DemandMeter(periods, names or ("grid",), HOLD_MS, nets=nets)


def draw(
    demand: DemandMeter,
    seconds: Iterable[int],
    watts: Callable[[int], float],
    name: str = "grid",
) -> None:
    """Let a meter report at these seconds."""
    for second in seconds:
        demand.note(name, BEGIN_MS + second * 1000, watts(second))


def look(demand: DemandMeter, second: float) -> Demand:
    """Return what is known at a second."""
    found = demand.look(BEGIN_MS + int(second * 1000))
    assert found is not None
    return found


def test_a_steady_draw() -> None:
    """So far, now and at the end it is the same."""
    demand = meter()
    draw(demand, range(0, 310, 10), lambda _: 3000)
    found = look(demand, 300)
    assert found.so_far_w == pytest.approx(3000)
    assert found.drawn_w == pytest.approx(1000)
    assert found.lately_w == pytest.approx(3000)
    assert found.expected_w == pytest.approx(3000)
    assert found.remaining == pytest.approx(2 / 3)


def test_a_car_begins_to_charge() -> None:
    """What is expected follows within some minutes; what was drawn stays."""
    demand = meter()
    draw(demand, range(0, 610, 10), lambda s: 500 if s < 300 else 8000)
    found = look(demand, 600)
    assert found.drawn_w == pytest.approx((300 * 500 + 300 * 8000) / 900)
    assert found.lately_w == pytest.approx(8000, rel=0.01)
    assert found.expected_w == pytest.approx((300 * 500 + 600 * 8000) / 900, rel=0.04)


def test_a_car_stops_charging() -> None:
    """What is expected falls within a minute or two."""
    demand = meter(minutes=60)
    draw(demand, range(0, 1990, 10), lambda s: 8000 if s < 1800 else 500)
    found = look(demand, 1980)
    assert found.lasting_w > 5000
    assert found.lately_w == pytest.approx(500, abs=400)
    assert found.expected_w == pytest.approx(4000 + 250, rel=0.05)


def test_what_has_to_be_shed() -> None:
    """Less by that much from now on, and the mean is the limit."""
    demand = meter()
    draw(demand, range(0, 610, 10), lambda _: 6000)
    found = look(demand, 600)
    assert found.allowed_w(5000) == pytest.approx(3000)
    assert found.to_shed_w(5000) == pytest.approx(3000)
    shed = found.lately_w - found.to_shed_w(5000)
    assert found.drawn_w + shed * found.remaining == pytest.approx(5000)
    # It is too late: nothing at all would be too much.
    assert found.allowed_w(3000) == 0
    assert found.to_shed_w(3000) == pytest.approx(6000)
    assert found.to_shed_w(9000) == 0


def test_a_kettle_is_not_taken_for_the_rest() -> None:
    """Twenty seconds of 2 kW count for what they are, and little for what is to come."""
    demand = meter()
    draw(demand, range(0, 320, 10), lambda s: 2500 if s >= 300 else 500)
    found = look(demand, 320)
    assert found.lately_w < 1200
    assert found.expected_w < 1000


def test_periods_begin_anew() -> None:
    """What was drawn before does not count; what is drawn now goes on."""
    demand = meter()
    draw(demand, range(0, 1000, 10), lambda _: 4000)
    found = look(demand, 1000)
    assert found.start_ms == BEGIN_MS + QUARTER * 1000
    assert found.drawn_w == pytest.approx(4000 * 100 / 900)
    # Between two readings a period ended; each has its part.
    draw(demand, [1780, 1830], lambda _: 4000)
    assert look(demand, 1830).drawn_w == pytest.approx(4000 * 30 / 900)


def test_feeding_in_is_no_demand() -> None:
    """It counts as nothing drawn, and takes nothing from what was."""
    demand = meter()
    draw(demand, range(0, 610, 10), lambda s: 3000 if s < 300 else -5000)
    assert look(demand, 600).drawn_w == pytest.approx(1000)


def test_a_gap_counts_as_what_is_known() -> None:
    """After 5 minutes a power stands no longer; of half a period nobody can tell."""
    demand = meter()
    draw(demand, range(0, 70, 10), lambda _: 3000)
    draw(demand, [720, 730], lambda _: 3000)
    found = look(demand, 730)
    assert found.so_far_w == pytest.approx(3000)
    assert found.drawn_w == pytest.approx(3000 * 730 / 900)
    # The meter is silent.
    assert demand.look(BEGIN_MS + 1_300_000) is None
    late = meter()
    draw(late, [0], lambda _: 3000)
    draw(late, [800, 810], lambda _: 3000)
    assert late.look(BEGIN_MS + 810_000) is None


def test_begun_in_the_middle() -> None:
    """What begins late says nothing of a period of which it knows less than half."""
    demand = meter(minutes=60)
    draw(demand, range(1800, 3600, 10), lambda _: 3000)
    assert demand.look(BEGIN_MS + 3_599_000) is None
    draw(demand, [3600, 3610], lambda _: 3000)
    assert look(demand, 3610).so_far_w == pytest.approx(3000)


def test_phases() -> None:
    """Each phase that draws counts; netted, what one feeds counts against the others."""
    for nets, expected in ((False, 5000.0), (True, 3000.0)):
        demand = meter("l1", "l2", "l3", nets=nets)
        for second in range(0, 610, 10):
            for name, watts in (("l1", -2000.0), ("l2", 500.0), ("l3", 4500.0)):
                demand.note(name, BEGIN_MS + second * 1000, watts)
        assert look(demand, 600).expected_w == pytest.approx(expected)


def test_one_meter_of_several_is_silent() -> None:
    """A sum of some of them would be wrong without looking wrong."""
    demand = meter("l1", "l2")
    draw(demand, range(0, 600, 10), lambda _: 3000, "l1")
    assert demand.look(BEGIN_MS + 600_000) is None
    demand.note("plug", BEGIN_MS, 3.0)
    assert demand.look(BEGIN_MS + 600_000) is None


def test_readings_that_come_late() -> None:
    """A batch of another meter changes what is now, not what was added up."""
    demand = meter("l1", "l2")
    for second in range(0, 300, 60):
        draw(demand, range(second, second + 60, 10), lambda _: 1000, "l1")
        draw(demand, range(second, second + 60, 10), lambda _: 1000, "l2")
    found = look(demand, 300)
    assert found.so_far_w == pytest.approx(2000, rel=0.02)


def test_batches_of_one_meter() -> None:
    """Readings of a minute that come together count as if each had come at its time."""
    demand = meter()
    for minute in range(5):
        begin = minute * 60
        # Looked at meanwhile, with what stands.
        demand.look(BEGIN_MS + (begin + 55) * 1000)
        draw(
            demand,
            range(begin, begin + 60, 10),
            lambda s: 6000 if s % 60 < 30 else 0,
        )
    assert look(demand, 300).so_far_w == pytest.approx(3000)


def test_a_backlog_of_one_phase() -> None:
    """What a meter tells of two hours ago changes nothing."""
    demand = meter("l1", "l2")
    for second in range(7200, 7500, 10):
        draw(demand, [second], lambda _: 1000, "l1")
        draw(demand, [second], lambda _: 1000, "l2")
    draw(demand, range(0, 600, 10), lambda _: 9000, "l2")
    assert look(demand, 7490).so_far_w == pytest.approx(2000)


def test_our_clock_is_set_back() -> None:
    """A time to come is forgotten, and it goes on from now."""
    demand = meter()
    draw(demand, range(90_000, 90_600, 10), lambda _: 9000)
    assert demand.look(BEGIN_MS) is None
    draw(demand, range(0, 300, 10), lambda _: 1000)
    assert look(demand, 300).so_far_w == pytest.approx(1000)


def test_nothing_is_known() -> None:
    """Before the first reading there is nothing to say."""
    assert meter().look(BEGIN_MS) is None
