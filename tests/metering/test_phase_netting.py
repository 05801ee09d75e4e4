"""A connection that is measured phase by phase."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.phase_netting import (
    Exchange,
    exchange,
    nets_by_default,
)

amounts = st.floats(0, 100_000)
connections = st.lists(st.builds(Exchange, amounts, amounts), max_size=6)


def test_example() -> None:
    """One phase feeds what another one draws."""
    phases = [Exchange(300.0, 0.0), Exchange(0.0, 500.0), Exchange(100.0, 0.0)]
    assert exchange(phases, netted=False) == Exchange(400.0, 500.0)
    assert exchange(phases, netted=True) == Exchange(0.0, 100.0)
    nothing = exchange([Exchange(5.0, 0.0), Exchange(0.0, 5.0)], netted=True)
    # People would wonder about a minus before a zero.
    assert (str(nothing.imported), str(nothing.exported)) == ("0.0", "0.0")


@given(connections)
def test_netting_keeps_the_difference(phases: list[Exchange]) -> None:
    """Netting never increases import or export, and keeps what is between them."""
    gross, net = exchange(phases, netted=False), exchange(phases, netted=True)
    assert 0.0 <= net.imported <= gross.imported
    assert 0.0 <= net.exported <= gross.exported
    assert net.imported == 0.0 or net.exported == 0.0
    assert net.imported - net.exported == pytest.approx(gross.imported - gross.exported)


@pytest.mark.parametrize(
    ("phases", "meters", "expected"),
    [(3, 3, True), (3, 2, False), (3, 1, False), (1, 1, False), (1, 3, False)],
)
def test_default(phases: int, meters: int, expected: bool) -> None:
    """A meter for each phase is one connection; others may have a bill each."""
    assert nets_by_default(phases, meters) is expected
