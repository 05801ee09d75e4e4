"""How often a device is asked."""

from itertools import pairwise

import pytest

from custom_components.wattwise.sources.http.pace import (
    BACK_OFF_JITTER,
    FAILURES_OF_AN_OUTAGE,
    MAX_BACK_OFF_S,
    MIN_BACK_OFF_S,
    Pace,
    back_off_s,
)


def test_all_is_well() -> None:
    """A quick device is asked as its dialect says."""
    pace = Pace(5)
    pace.note_duration(0.1)
    pace.note_answer()
    assert pace.pause_s() == 5


@pytest.mark.parametrize(
    ("slowest_s", "interval_s"), [(1, 5), (2, 10), (9, 45), (30, 60)]
)
def test_slow_device(slowest_s: float, interval_s: float) -> None:
    """A slow device is asked less often, but once a minute at least."""
    pace = Pace(5)
    pace.note_duration(slowest_s)
    assert pace.interval_s == pytest.approx(interval_s)
    pace.note_duration(0.1)
    assert pace.interval_s == 5


def test_outage() -> None:
    """Three failures are an outage, after which the pauses grow; one answer ends it."""
    pace = Pace(5)
    for _ in range(FAILURES_OF_AN_OUTAGE - 1):
        pace.note_failure(is_certain=False)
        assert not pace.is_outage
        assert pace.pause_s() == 5
    pauses = []
    for _ in range(100):
        pace.note_failure(is_certain=False)
        assert pace.is_outage
        pauses.append(pace.pause_s())
    assert pauses[0] == pytest.approx(MIN_BACK_OFF_S, rel=BACK_OFF_JITTER)
    assert all(later > earlier for earlier, later in pairwise(pauses[:5]))
    assert max(pauses) <= MAX_BACK_OFF_S * (1 + BACK_OFF_JITTER)
    assert min(pauses[6:]) >= MAX_BACK_OFF_S * (1 - BACK_OFF_JITTER)
    assert len(set(pauses[6:])) > 1
    pace.note_answer()
    assert not pace.is_outage
    assert pace.pause_s() == 5


def test_certain_failure() -> None:
    """What is no bad luck is an outage at once."""
    pace = Pace(5)
    pace.note_failure(is_certain=True)
    assert pace.is_outage


def test_long_interval_is_not_shortened() -> None:
    """A device that is asked seldom is not asked more often while it is away."""
    pace = Pace(120)
    pace.note_failure(is_certain=True)
    assert pace.pause_s() == 120
    assert back_off_s(0) < 120
