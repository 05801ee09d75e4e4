"""What is written so that a statistic shows what is wanted, hour by hour."""

from itertools import pairwise
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import HOUR_MS
from custom_components.wattwise.published_sums import (
    Sums,
    changed_sums,
    has_more,
    sums_of,
)


def sums(*amounts: float | None) -> Sums:
    """Return the sums of amounts in hours that follow each other; None is no hour."""
    found, total = {}, 0.0
    for number, amount in enumerate(amounts):
        if amount is not None:
            total += amount
            found[number * HOUR_MS] = total
    return found


_AMOUNTS = st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=12)


@given(_AMOUNTS, _AMOUNTS)
def test_afterwards_exactly_what_is_wanted_flows(
    wanted: list[float | None], there: list[float | None]
) -> None:
    """Whatever was there before, and to do it again writes nothing."""
    before = sums(*there)
    after = before | changed_sums(sums(*wanted), before)
    flows = dict.fromkeys(range(12), 0.0)
    flows |= {n: amount for n, amount in enumerate(wanted) if amount is not None}
    steps = pairwise([(None, 0.0), *sorted(after.items())])
    for (_, earlier), (hour, later) in steps:
        assert later - earlier == pytest.approx(flows[hour // HOUR_MS], abs=1e-5)
    assert sums(*wanted).keys() <= after.keys()
    assert changed_sums(sums(*wanted), after) == {}


@given(_AMOUNTS, _AMOUNTS, st.lists(st.floats(-9e-7, 9e-7), min_size=12, max_size=12))
def test_nothing_flows_back(
    wanted: list[float | None], there: list[float | None], off: list[float]
) -> None:
    """Not even a rounding error, nor a zero with a sign: both are shown as "-0"."""
    known = sums(*there)
    for (hour, total), error in zip(sums(*wanted).items(), off, strict=False):
        known[hour] = total + error
    after = known | changed_sums(sums(*wanted), known)
    in_order = [0.0, *(after[hour] for hour in sorted(after))]
    changes = [later - before for before, later in pairwise(in_order)]
    assert all(math.copysign(1, change) == 1 for change in changes)
    assert changed_sums(sums(*wanted), after) == {}


def test_no_energy_has_no_sign() -> None:
    """A negative zero in the history is a zero where it is shown."""
    hours = [Bucket(n * HOUR_MS, (n + 1) * HOUR_MS, covered_ms=9) for n in range(3)]
    for hour in hours:
        hour.energy_wh = -0.0
    shown = sums_of(hours, 3 * HOUR_MS)
    assert [math.copysign(1, total) for total in shown.values()] == [1, 1, 1]


def test_what_is_shown_without_being_known() -> None:
    """Only energy counts, and only before Home Assistant knows it by itself."""
    limit_ms = 3 * HOUR_MS
    assert has_more(sums(1, 2, 3), sums(1, None, 3), limit_ms)
    assert not has_more(sums(1, 0, 3), sums(1, None, 3), limit_ms)
    assert not has_more(sums(1, 2, 3, 4), sums(1, 2, 3), limit_ms)
    assert not has_more({}, sums(1), limit_ms)
