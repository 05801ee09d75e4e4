"""How far a home lives on its own."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.balance import Balance, MeterFlow
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.self_sufficiency import (
    self_consumption,
    self_sufficiency,
)

amounts = st.none() | st.floats(-1, 50_000)


def test_example() -> None:
    """Ten of the roof, six of them into the grid; four more from it."""
    assert self_consumption(10.0, 6.0) == pytest.approx(0.4)
    assert self_sufficiency(8.0, 4.0) == pytest.approx(0.5)


@pytest.mark.parametrize("share", [self_consumption, self_sufficiency])
def test_of_nothing_there_is_no_share(share: object) -> None:
    """Neither of nothing nor of the unknown."""
    assert callable(share)
    assert share(0.0, 0.0) is None
    assert share(None, 1.0) is None
    assert share(1.0, None) is None


def test_battery() -> None:
    """What it is charged with, and what it gives back to whom."""
    # Charged from the grid with 3 kW while the home uses 500 W.
    assert self_sufficiency(500.0, 3_500.0) == 0.0
    # Feeding 2 kW into the grid while the roof gives 1 kW.
    assert self_consumption(1_000.0, 2_000.0) == 0.0
    # Charged from the roof: used at home.
    assert self_consumption(3_000.0, 0.0) == 1.0


@given(amounts, amounts)
def test_shares_are_shares(whole: float | None, part: float | None) -> None:
    """From 0 to 1, whatever is measured."""
    for share in (self_consumption(whole, part), self_sufficiency(whole, part)):
        assert share is None or 0.0 <= share <= 1.0


@given(st.floats(0, 20_000), st.floats(1, 20_000), st.floats(1, 20_000))
def test_without_a_battery_both_are_about_the_same_energy(
    imported: float, produced: float, fed_share: float
) -> None:
    """What is produced and used at home is what is used and not drawn."""
    exported = produced * (fed_share / 20_000)
    consumed = Balance(
        [
            MeterFlow("grid", MeterRole.GRID, imported, exported),
            MeterFlow("roof", MeterRole.PRODUCTION, 0.0, produced),
        ]
    ).consumption()
    own = self_consumption(produced, exported)
    independent = self_sufficiency(consumed, imported)
    assert consumed is not None
    assert own is not None
    if independent is not None:
        assert own * produced == pytest.approx(independent * consumed, abs=1e-6)
