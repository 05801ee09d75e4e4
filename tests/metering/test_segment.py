"""Shares of a segment add up to the whole."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.segment import Segment, shares


@given(
    st.integers(0, 10**12),
    st.integers(0, 10**8),
    st.sampled_from([1_000, 60_000, 300_000, 3_600_000]),
    st.floats(-1e5, 1e5),
)
def test_shares_conserve_time_level_and_energy(
    start: int, duration: int, width: int, level: float
) -> None:
    """Nothing is lost or counted twice, whatever the width."""
    duration = min(duration, width * 500)
    segment = Segment(start, start + duration, level, 42.0)
    parts = list(shares(segment, width))
    assert sum(part.duration_ms for part in parts) == duration
    assert sum(part.energy_wh for part in parts) == pytest.approx(42.0)
    assert sum(part.integral for part in parts) == pytest.approx(level * duration)
    assert all(part.start_ms % width == 0 for part in parts)


def test_amount_without_duration_belongs_to_the_period_it_ends() -> None:
    """An amount stamped at 10:05:00 flowed before 10:05."""
    (share,) = shares(Segment(300_000, 300_000, energy_wh=5.0), 300_000)
    assert (share.start_ms, share.energy_wh) == (0, 5.0)
