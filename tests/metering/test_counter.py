"""Counters in trouble: the numbers are those that spoiled somebody's dashboard."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.counter import (
    CounterPoint,
    Judgement,
    judge_between,
    judge_next,
)
from custom_components.wattwise.metering.reading import Refusal

MAX_POWER_W = 69_000.0
STEP_MS = 10_000


def feed(*values_wh: float) -> tuple[float, list[Refusal], int]:
    """Feed a counter every ten seconds; return energy, refusals and held points."""
    last = CounterPoint(0, values_wh[0])
    held: tuple[CounterPoint, ...] = ()
    energy, refusals = 0.0, []
    for number, value in enumerate(values_wh[1:], start=1):
        judged = judge_next(
            last, held, CounterPoint(number * STEP_MS, value), MAX_POWER_W
        )
        for point, wh in judged.accepted:
            energy += wh
            last = point
        held = judged.held
        refusals += [reason for _, reason in judged.refused]
    return energy, refusals, len(held)


def test_counter_that_rises_counts_the_difference() -> None:
    """The normal life of a counter."""
    assert feed(1_000_000, 1_000_010, 1_000_030) == (30.0, [], 0)


def test_one_zero_after_a_restart_counts_nothing() -> None:
    """A zero while the meter starts must not book the whole counter afterwards."""
    energy, refusals, held = feed(12_345_000, 12_345_010, 0, 12_345_030, 12_345_040)
    assert energy == 40.0
    assert refusals == [Refusal.COUNTER_FELL]
    assert held == 0


def test_dip_of_a_tenth_of_a_kwh_does_not_become_215_kwh() -> None:
    """A dip of -0.1 kWh at 215.2 kWh (grott#99)."""
    energy, refusals, _ = feed(215_200, 215_100, 215_200, 215_300)
    assert energy == pytest.approx(100.0)
    assert refusals == [Refusal.COUNTER_FELL]


def test_dip_that_stays_goes_on_from_the_lower_level() -> None:
    """A meter that corrected itself downwards counts on without a step."""
    energy, refusals, held = feed(215_200, 215_100, 215_110, 215_120, 215_130)
    assert energy == pytest.approx(30.0)
    assert refusals == []
    assert held == 0


def test_counter_that_restarts_at_zero_keeps_what_it_counted_since() -> None:
    """A relay whose counter starts anew at each reboot."""
    energy, refusals, _ = feed(50_000, 50_010, 5, 15, 25, 35)
    assert energy == pytest.approx(10 + 35)
    assert refusals == []


def test_swapped_meter_with_a_higher_counter_counts_no_step() -> None:
    """The new meter shows 98,765 kWh, the old one showed 123 kWh."""
    energy, refusals, _ = feed(
        123_000, 123_010, 98_765_000, 98_765_010, 98_765_020, 98_765_050
    )
    assert energy == pytest.approx(10 + 50)
    assert refusals == []


def test_swapped_meter_with_a_lower_counter_counts_no_step() -> None:
    """The new meter shows 40 kWh already, more than can have flowed in ten seconds."""
    energy, _, _ = feed(123_000, 40_000, 40_010, 40_020)
    assert energy == pytest.approx(20)


def test_single_spike_is_refused() -> None:
    """A counter read wrongly once (kWh for Wh) is not believed."""
    energy, refusals, _ = feed(1_000, 1_010, 1_010_000, 1_020)
    assert energy == pytest.approx(20)
    assert refusals == [Refusal.COUNTER_JUMPED]


def test_noise_never_confirms_itself() -> None:
    """Held readings that do not agree with each other are dropped."""
    energy, refusals, held = feed(100_000, 5, 90_000_000, 7, 80_000_000, 100_010)
    assert energy == pytest.approx(10)
    assert len(refusals) == 4
    assert held == 0


def test_long_outage_is_caught_up_with() -> None:
    """A week away at full power is possible; it is one segment."""
    week_ms = 7 * 24 * 3_600_000
    judged = judge_next(
        CounterPoint(0, 1_000.0), (), CounterPoint(week_ms, 151_000.0), MAX_POWER_W
    )
    assert judged == Judgement(accepted=((CounterPoint(week_ms, 151_000.0), 150_000),))


def test_held_points_later_than_an_accepted_one_stay_held() -> None:
    """An old reading that arrives in between does not disprove a restart."""
    last = CounterPoint(0, 50_000.0)
    held = (CounterPoint(30_000, 5.0),)
    judged = judge_next(last, held, CounterPoint(10_000, 50_010.0), MAX_POWER_W)
    assert judged.accepted == ((CounterPoint(10_000, 50_010.0), 10.0),)
    assert judged.held == held


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1_005.0, (5.0, 15.0)),
        (990.0, None),
        (1_030.0, None),
    ],
)
def test_late_reading_divides_the_energy_between_its_neighbours(
    value: float, expected: tuple[float, float] | None
) -> None:
    """What is late fits between its neighbours or is wrong."""
    before, after = CounterPoint(0, 1_000.0), CounterPoint(20_000, 1_020.0)
    late = CounterPoint(10_000, value)
    assert judge_between(before, late, after, 20.0, MAX_POWER_W) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(50_007.0, (7.0, 12.0)), (4.0, (4.0, 8.0)), (900.0, None)]
)
def test_late_reading_around_a_restart(
    value: float, expected: tuple[float, float] | None
) -> None:
    """Between 50 kWh and 12 Wh the counter restarted: late ones are of either side."""
    before, after = CounterPoint(0, 50_000.0), CounterPoint(20_000, 12.0)
    late = CounterPoint(10_000, value)
    assert judge_between(before, late, after, 12.0, MAX_POWER_W) == expected


@given(
    st.lists(st.floats(0, 1e9, allow_nan=False), min_size=2, max_size=60),
)
def test_energy_is_never_negative_and_never_more_than_possible(
    values: list[float],
) -> None:
    """Whatever a counter shows, it books no more than the connection can carry."""
    energy, _, held = feed(*values)
    hours = (len(values) - 1) * STEP_MS / 3_600_000
    assert energy >= 0
    assert energy <= MAX_POWER_W * hours + 1_000.0 * len(values)
    assert held < 3
