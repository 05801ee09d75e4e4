"""The register never falls."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.register import EnergyRegister


@given(st.lists(st.floats(-1_000, 1_000, allow_nan=False), max_size=50))
def test_register_is_monotone_and_its_balance_exact(amounts: list[float]) -> None:
    """Amounts taken back are owed, not shown."""
    register = EnergyRegister(100.0)
    previous = register.reading_wh
    for amount in amounts:
        register.book(amount)
        assert register.reading_wh >= previous
        previous = register.reading_wh
    assert register.reading_wh - register.owed_wh == pytest.approx(
        100.0 + sum(amounts), abs=1e-6
    )
