"""Stretches of time are joined, asked and subtracted as sets of moments."""

from hypothesis import given, strategies as st

from custom_components.wattwise.history.readings.pruned import Stretches

stretches = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 6)).map(lambda s: (s[0], s[0] + s[1])),
    max_size=6,
)


def halves(items: object) -> set[float]:
    """Return the moments halfway between two full ones that lie within stretches."""
    assert isinstance(items, list | tuple)
    return {at + 0.5 for start, end in items for at in range(start, end)}


@given(stretches)
def test_joined(items: list[tuple[int, int]]) -> None:
    """They hold the same time, in order, and none touches another."""
    joined = Stretches.of(items)
    assert halves(joined.items) == halves(items)
    ends = [moment for stretch in joined.items for moment in stretch]
    assert ends == sorted(set(ends))
    assert joined.end_ms == (max(ends) if ends else None)


@given(stretches, st.integers(0, 40))
def test_asked(items: list[tuple[int, int]], at: int) -> None:
    """A moment lies within when time before and after it does."""
    joined = Stretches.of(items)
    within = halves(items)
    assert joined.covers(at) == (at - 0.5 in within and at + 0.5 in within)
    assert joined.starts(at) == (at - 0.5 not in within and at + 0.5 in within)
    assert joined.ends(at) == (at - 0.5 in within and at + 0.5 not in within)


@given(stretches, st.integers(0, 40), st.integers(1, 9))
def test_overlap(items: list[tuple[int, int]], start: int, length: int) -> None:
    """Two stretches overlap when they have time in common, not an end only."""
    common = halves([(start, start + length)]) & halves(items)
    assert Stretches.of(items).overlaps(start, start + length) == bool(common)


@given(stretches, stretches)
def test_without(items: list[tuple[int, int]], taken: list[tuple[int, int]]) -> None:
    """What is left is what only the first ones hold."""
    left = list(Stretches.of(items).without(Stretches.of(taken)))
    assert halves(left) == halves(items) - halves(taken)
