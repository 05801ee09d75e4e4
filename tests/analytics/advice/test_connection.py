"""What a grid connection tells: contract, power factor, phases."""

from collections.abc import Callable
from datetime import datetime
from math import sqrt

import pytest

from custom_components.wattwise.analytics.advice.contracted_power import (
    contract_too_large,
    contract_too_small,
)
from custom_components.wattwise.analytics.advice.phase_balance import phase_balance
from custom_components.wattwise.analytics.advice.power_factor import power_factor

from .made_up_hours import TODAY, ZONE, hours


def peaks(days: int, watts: Callable[[datetime], float]) -> list[tuple[int, float]]:
    """Return the means of so many days, as if the other quarters were less."""
    return [(at * 1000, mean) for at, mean in hours(days, watts).items()]


def dinner_w(moment: datetime) -> float:
    """Return what a small home draws."""
    return 2600.0 if moment.hour == 18 else 300.0


@pytest.mark.parametrize(
    ("days", "highest_w", "contracted_w", "enough_kw"),
    [
        # 1.2 times what was read, or else twice the mean of a quarter.
        (365, 3500.0, 9000.0, 4.5),
        (365, None, 9200.0, 5.5),
        # What was read may have been less than what the counter says: not believed.
        (365, 100.0, 9200.0, 5.5),
        (365, 3500.0, 7400.0, None),
        (365, 3500.0, 7500.0, 4.5),
        (365, 8000.0, 9000.0, None),
        (330, 3500.0, 9000.0, 4.5),
        (329, 3500.0, 9000.0, None),
    ],
)
def test_too_large(
    days: int, highest_w: float | None, contracted_w: float, enough_kw: float | None
) -> None:
    """A year below 60 % of the contract, margin and all."""
    found = contract_too_large(
        peaks(days, dinner_w), highest_w, contracted_w, ZONE, TODAY
    )
    assert (found.evidence["enough_kw"] if found else None) == enough_kw
    assert found is None or found.saving_money_per_year is None


def test_a_small_contract_cannot_be_too_large() -> None:
    """Half a kilowatt is not worth a letter."""
    little = peaks(365, lambda _: 100.0)
    assert contract_too_large(little, 400.0, 1400.0, ZONE, TODAY) is None


@pytest.mark.parametrize(("days", "advised"), [(3, True), (2, False)])
def test_too_small(days: int, advised: bool) -> None:
    """Three days on which more was drawn are more than a mishap."""
    over = {TODAY.toordinal() - 7 * i for i in range(1, days + 1)}
    drawn = peaks(
        120,
        lambda m: 7100.0 if m.date().toordinal() in over and m.hour == 18 else 300.0,
    )
    found = contract_too_small(drawn, 6000.0, ZONE, TODAY)
    assert (found is not None) is advised
    if found:
        assert found.evidence["highest_kw"] == pytest.approx(7.1)
        assert found.evidence["days"] == days
    assert contract_too_small(drawn, 7100.0, ZONE, TODAY) is None


def test_overloads_of_last_winter_are_over() -> None:
    """Only the last three months count."""
    drawn = peaks(200, lambda m: 7100.0 if m.month == 5 else 300.0)
    assert contract_too_small(drawn, 6000.0, ZONE, TODAY) is None


@pytest.mark.parametrize(
    ("factor", "energy_kwh", "advised"),
    [
        (0.70, 1.0, True),
        (-0.70, 1.0, True),
        # As good as 0.9, and next to it.
        (0.90, 3.0, False),
        (0.89, 1.0, False),
        # Too little to matter.
        (0.70, 0.4, False),
        (1.0, 1.0, False),
    ],
)
def test_power_factor(factor: float, energy_kwh: float, advised: bool) -> None:
    """Reactive energy beyond that of 0.9, if there is much of it."""
    bought, factors = hours(28, lambda _: energy_kwh), hours(28, lambda _: factor)
    found = power_factor(bought, factors, ZONE, TODAY)
    assert (found is not None) is advised
    if found:
        assert found.evidence["power_factor"] == pytest.approx(0.70)
        # A year has 8760 kWh, with as many kvarh beyond 48 %.
        tangent = sqrt(1 - 0.49) / 0.7
        assert found.evidence["beyond_0_9_kvarh_per_year"] == pytest.approx(
            8760 * (tangent - 0.4843), rel=0.01
        )
    few = power_factor(hours(19, lambda _: energy_kwh), factors, ZONE, TODAY)
    assert few is None
    assert power_factor(bought, {}, ZONE, TODAY) is None


def phases(
    days: int, amperes: Callable[[datetime], tuple[float, float, float]]
) -> dict[int, tuple[float, float, float]]:
    """Return currents of three phases of so many days."""
    return {
        at: amperes(datetime.fromtimestamp(at, ZONE))
        for at in hours(days, lambda _: 0.0)
    }


@pytest.mark.parametrize(
    ("loaded", "advised"),
    [
        ((2.0, 16.0, 3.0), True),
        # 1.8 times the mean, and just below.
        ((4.0, 12.1, 4.0), True),
        ((4.1, 12.0, 4.1), False),
        ((14.0, 16.0, 15.0), False),
        # Nothing flows.
        ((0.5, 9.0, 0.5), False),
    ],
)
def test_phases(loaded: tuple[float, float, float], advised: bool) -> None:
    """One phase that carries most, evening after evening."""
    found = phase_balance(
        phases(28, lambda m: loaded if 17 <= m.hour < 20 else (0.5, 0.5, 0.5)),
        ZONE,
        TODAY,
    )
    assert (found is not None) is advised
    if found:
        assert found.evidence["phase"] == 2
        assert found.evidence["share"] == 1
        assert found.evidence["current_l2_a"] == pytest.approx(loaded[1])


def test_phases_that_take_turns_are_balanced() -> None:
    """A car today on L1 and tomorrow on L2 is nobody's fault; two weeks are needed."""
    turns = phases(
        28, lambda m: (16.0, 1.0, 1.0) if m.toordinal() % 2 else (1.0, 16.0, 1.0)
    )
    assert phase_balance(turns, ZONE, TODAY) is None
    short = phases(13, lambda _: (1.0, 16.0, 1.0))
    assert phase_balance(short, ZONE, TODAY) is None
    assert phase_balance({}, ZONE, TODAY) is None
