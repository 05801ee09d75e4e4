"""Parts of a whole add up to it."""

from collections.abc import Mapping

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.wattwise.analytics.forecasting.expectation import (
    Expected,
    Outlook,
)
from custom_components.wattwise.analytics.forecasting.reconciliation import (
    WHOLE,
    Tree,
    fit_parts,
    reconcile,
)

from .made_up_outlooks import NOW, expected, outlook

HOURS = [0.2] * 48
SMALL = 1e-9


def sums(outlooks: list[Outlook]) -> list[float]:
    """Return the means of each slot and sum that is still to come, added up."""
    rows = []
    for said in outlooks:
        expectations = [slot.energy for slot in (*said.slots, *said.two_days)]
        expectations += [said.rest_of_today, said.tomorrow]
        rows.append([one.mean for one in expectations])
    return [sum(column) for column in zip(*rows, strict=True)]


def in_order(said: Outlook) -> bool:
    """Tell whether no quantile is below the one before it, nor below zero."""
    expectations = [slot.energy for slot in (*said.slots, *said.two_days)]
    expectations += [said.today, said.rest_of_today, said.tomorrow]
    rows = [[one.quantiles[q] for q in sorted(one.quantiles)] for one in expectations]
    return all(row == sorted(row) and row[0] >= 0 for row in rows)


means = st.lists(st.floats(0, 5), min_size=48, max_size=48)


@settings(max_examples=60)
@given(means, means, means, means, st.booleans())
def test_parts_fit_into_what_contains_them(
    home: list[float],
    one: list[float],
    two: list[float],
    inside: list[float],
    complete: bool,
) -> None:
    """In every slot and sum, at every level, whatever was forecast of each."""
    whole = outlook(home)
    said = {
        "one": outlook(one),
        "two": outlook(two),
        "inside": outlook(inside, width=2),
    }
    tree = Tree({"inside": "two"}, {WHOLE} if complete else ())
    fitted = reconcile(whole, said, tree)
    top = sums([fitted["one"], fitted["two"]])
    for part, limit in zip(top, sums([whole]), strict=True):
        assert part <= limit + SMALL
        if complete:
            assert part == pytest.approx(limit, abs=SMALL)
    for part, limit in zip(
        sums([fitted["inside"]]), sums([fitted["two"]]), strict=True
    ):
        assert part <= limit + SMALL
    assert all(in_order(part) for part in fitted.values())


def test_what_fits_is_left_alone() -> None:
    """The rest of the home takes what its parts do not claim."""
    parts = {"a": outlook([0.05] * 48), "b": outlook([0.1] * 48)}
    assert reconcile(outlook(HOURS), parts, Tree({})) == parts


def test_the_unsure_one_gives_way() -> None:
    """What parts claim too much is taken from those that know least."""
    sure, unsure = fit_parts(
        Expected(1.0, {0.1: 0.9, 0.9: 1.1}),
        [
            Expected(0.1, {0.1: 0.099, 0.9: 0.101}),
            Expected(1.0, {0.1: 0.0, 0.9: 2.5}),
        ],
        exactly=False,
    )
    assert sure.mean == pytest.approx(0.1, abs=0.002)
    assert unsure.mean == pytest.approx(0.9, abs=0.002)
    # Its band went down with it, as far as there is anything below.
    assert unsure.quantiles[0.1] == 0
    assert unsure.quantiles[0.9] == pytest.approx(2.4, abs=0.002)


def test_nothing_goes_below_zero_for_others() -> None:
    """A part that is used up leaves the rest of the move to the others."""
    fitted = fit_parts(
        expected(0.5), [expected(0.1, width=9), expected(1.0, width=0.01)], exactly=True
    )
    assert sum(part.mean for part in fitted) == pytest.approx(0.5)
    assert all(part.mean >= 0 for part in fitted)


def test_a_rare_use_is_unsure_without_a_band() -> None:
    """Nine of ten hours without a session do not make the tenth certain."""
    nothing = dict.fromkeys((0.1, 0.5, 0.9), 0.0)
    rare, fridge = fit_parts(
        expected(0.5), [Expected(0.5, nothing), expected(0.1, width=0.1)], exactly=False
    )
    assert fridge.mean == pytest.approx(0.1, abs=0.001)
    assert rare.mean == pytest.approx(0.4, abs=0.001)


def test_sums_follow_their_slots() -> None:
    """Tomorrow is the sum of its hours, and today keeps what was measured of it."""
    peak = [0.2] * 20 + [3.0] + [0.2] * 23 + [3.0] + [0.2] * 3
    said = outlook(peak, measured=4.0)
    fitted = reconcile(outlook([0.5] * 48, measured=9.0), {"a": said}, Tree({}))["a"]
    hours = {slot.start: slot.energy.mean for slot in fitted.two_days}
    tomorrow = sum(mean for start, mean in hours.items() if start >= said.midnight)
    assert fitted.tomorrow.mean == pytest.approx(tomorrow)
    assert fitted.tomorrow.mean == pytest.approx(said.tomorrow.mean - 2.5)
    ahead = sum(
        mean
        for start, mean in hours.items()
        if NOW.timestamp() <= start < said.midnight
    )
    assert fitted.rest_of_today.mean == pytest.approx(ahead + 0.1)
    assert fitted.today.mean - fitted.rest_of_today.mean == pytest.approx(4.0)


@pytest.mark.parametrize("parents", [{"a": "b", "b": "a"}, {"a": "a"}, {"a": "nobody"}])
def test_who_is_no_part_is_refused(parents: Mapping[str, str]) -> None:
    """Parts that contain each other are no tree."""
    parts = {name: outlook(HOURS) for name in ("a", "b")}
    with pytest.raises(ValueError, match="not a part of the whole: "):
        reconcile(outlook(HOURS), parts, Tree(parents))
