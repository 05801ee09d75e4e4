"""How unequal three phases are."""

import cmath
from math import sqrt, tau

import pytest

from custom_components.wattwise.alerting.supply.unbalance import voltage_unbalance

THIRD = cmath.rect(1, tau / 3)


def phasors(a: float, b: float, c: float) -> tuple[complex, complex, complex]:
    """Return the phases, 120 degrees apart."""
    return a + 0j, b * THIRD**2, c * THIRD


@pytest.mark.parametrize(
    ("volts", "percent"),
    [
        ((230.0, 230.0, 230.0), 0.0),
        # One phase is 3 % up: half of what EN 50160 allows, and no alert.
        ((237.5, 230.0, 230.0), 1.08),
        ((230.0, 230.0, 222.5), 1.10),
        ((241.0, 230.0, 230.0), 1.57),
        ((236.0, 230.0, 226.0), 1.26),
        ((239.2, 220.8, 230.0), 2.31),
    ],
)
def test_it_is_the_negative_sequence(
    volts: tuple[float, float, float], percent: float
) -> None:
    """It is what the phasors tell, and what IEC 61000-4-30 computes between phases."""
    found = voltage_unbalance(*volts)
    assert found * 100 == pytest.approx(percent, abs=0.005)
    a, b, c = phasors(*volts)
    positive = abs(a + THIRD * b + THIRD**2 * c)
    negative = abs(a + THIRD**2 * b + THIRD * c)
    assert found == pytest.approx(negative / positive, abs=1e-9)
    between = [abs(a - b), abs(b - c), abs(c - a)]
    beta = sum(x**4 for x in between) / sum(x**2 for x in between) ** 2
    root = sqrt(max(0.0, 3 - 6 * beta))
    assert found == pytest.approx(sqrt(max(0.0, (1 - root) / (1 + root))), abs=1e-7)


def test_what_all_phases_have_in_common_is_none() -> None:
    """The order and the level of the phases are the same to it."""
    assert voltage_unbalance(120, 118, 117) == pytest.approx(
        voltage_unbalance(234, 240, 236)
    )
