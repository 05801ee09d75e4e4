"""Whether a week's supply voltage keeps what EN 50160 promises."""

import pytest

from custom_components.wattwise.analytics.power_quality.supply_voltage import (
    Verdict,
    supply_voltage,
)

WEEK = 1008


@pytest.mark.parametrize(
    ("off", "volts", "verdict"),
    [
        (0, 230.0, Verdict.KEPT),
        # 50 of 1,008 are 4.96 %, 51 are 5.06 %.
        (50, 200.0, Verdict.KEPT),
        (51, 200.0, Verdict.BROKEN),
        # Beyond the widest band one is too many: above, that is the usual one.
        (1, 195.0, Verdict.BROKEN),
        (1, 253.5, Verdict.BROKEN),
        (50, 253.0, Verdict.KEPT),
    ],
)
def test_verdicts(off: int, volts: float, verdict: Verdict) -> None:
    """Five per cent of a week may be 10 % off, none of it 15 % below."""
    found = supply_voltage([volts] * off + [231.0] * (WEEK - off), 230.0, WEEK)
    assert found is not None
    assert found.verdict is verdict


def test_a_week_that_was_hardly_measured() -> None:
    """Little cannot show that a promise was kept; it can show that it was broken."""
    found = supply_voltage([230.0] * 800, 230.0, WEEK)
    assert found is not None
    assert found.verdict is Verdict.UNKNOWN
    assert found.known == pytest.approx(800 / WEEK)
    # 40 of 400 are 10 % of what is known, and 4 % of the week.
    found = supply_voltage([200.0] * 40 + [230.0] * 360, 230.0, WEEK)
    assert found is not None
    assert found.verdict is Verdict.UNKNOWN
    found = supply_voltage([200.0] * 60 + [230.0] * 340, 230.0, WEEK)
    assert found is not None
    assert found.verdict is Verdict.BROKEN


def test_figures() -> None:
    """The figures are those of the means."""
    found = supply_voltage([220.0 + i / 10 for i in range(200)], 230.0, 200)
    assert found is not None
    assert (found.means, found.known) == (200, 1.0)
    assert (found.lowest_v, found.highest_v) == (220.0, 239.9)
    assert found.mean_v == pytest.approx(229.95)
    assert (found.low_v, found.high_v) == (220.5, 239.4)
    assert found.within_usual == found.within_widest == 1.0


def test_nothing_is_nothing() -> None:
    """Without a mean there is nothing to judge."""
    assert supply_voltage([], 230.0, WEEK) is None
