"""Histograms of the time a value was held."""

from fractions import Fraction
import random

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.history.periods.distribution import (
    BIN_WIDTH,
    Distribution,
    bin_of,
    merged,
    of_levels,
)
from custom_components.wattwise.history.readings.raw_readings import RawReading

HOUR_MS = 3_600_000

held = st.dictionaries(st.integers(-4_000, 8_000), st.integers(1, HOUR_MS), max_size=60)


def exact_percentile(levels: list[tuple[float, int]], percent: int) -> float:
    """Return the smallest value at or below which the others are that much of the time.

    Straight from the definition, by sorting what was held with its time.
    """
    total = sum(duration for _, duration in levels)
    below = 0
    for value, duration in sorted(levels):
        below += duration
        if Fraction(below, total) >= Fraction(percent, 100):
            return value
    raise AssertionError("nothing was held")


@given(held)
def test_what_is_stored_comes_back(times: dict[int, int]) -> None:
    """Every bin and its time survives, in order, and nothing else."""
    made = Distribution.of(times)
    if made is None:
        assert times == {}
        return
    again = Distribution.kept(made.packed)
    assert again is not None
    assert list(again.held_ms().items()) == sorted(times.items())
    assert again.known_ms == sum(times.values())


@given(held, held, held)
def test_merging_is_associative_and_commutative(
    first: dict[int, int], second: dict[int, int], third: dict[int, int]
) -> None:
    """It does not matter in which order, or by way of which days, hours are merged."""
    a, b, c = (Distribution.of(times) for times in (first, second, third))
    whole = merged([a, b, c])
    assert merged([merged([a, b]), c]) == whole
    assert merged([a, merged([b, c])]) == whole
    assert merged([c, a, b]) == whole
    assert merged([a, None, merged([None, b, c])]) == whole
    if whole:
        assert whole.known_ms == sum(
            map(sum, (x.values() for x in (first, second, third)))
        )


@given(
    st.lists(
        st.tuples(st.floats(-500, 1_000), st.integers(1, 900_000)),
        min_size=1,
        max_size=99,
    ),
    st.integers(1, 99),
)
def test_percentiles_are_those_of_the_exact_values(
    levels: list[tuple[float, int]], percent: int
) -> None:
    """A percentile is off by no more than half of a bin."""
    times: dict[int, int] = {}
    for value, duration in levels:
        times[bin_of(value)] = times.get(bin_of(value), 0) + duration
    made = Distribution.of(times)
    assert made is not None
    (found,) = made.percentiles(percent)
    assert found == pytest.approx(
        exact_percentile(levels, percent), abs=BIN_WIDTH / 2 + 1e-9
    )


def test_values_of_a_meter_that_shows_tenths_are_exact() -> None:
    """Percentiles of 230.1 V are 230.1 V, without a digit more."""
    made = Distribution.of({bin_of(230.1): 1_000, bin_of(229.9): 1})
    assert made is not None
    assert made.percentiles(5, 50, 95) == [230.1, 230.1, 230.1]


def test_values_are_held_until_the_next_and_no_longer_than_known() -> None:
    """The value before the hour counts until the first one in it, gaps do not."""
    readings = [
        RawReading(-60_000, 228.0, 0, None),
        RawReading(60_000, 229.0, 120_000, None),
        # Held for five minutes only; then nothing is known for twenty.
        RawReading(1_560_000, 230.0, 300_000, None),
    ]
    times = {2_280: 60_000, 2_290: 300_000, 2_300: 600_000}
    made = of_levels(readings, 0, HOUR_MS, sum(times.values()))
    assert made is not None
    assert made.held_ms() == times
    assert of_levels([], 0, HOUR_MS, sum(times.values())) is None


@pytest.mark.parametrize("seed", range(20))
def test_damaged_bytes_raise_nothing(seed: int) -> None:
    """What a dying disk left of a distribution is unknown, not an error."""
    rng = random.Random(seed)
    made = Distribution.of({rng.randrange(2_000, 2_500): 10_000 for _ in range(40)})
    assert made is not None
    for cut in range(len(made.packed)):
        damaged = Distribution.kept(made.packed[:cut] + rng.randbytes(rng.randrange(3)))
        if damaged:
            damaged.percentiles(5, 50, 95)
            merged([damaged, made])
    assert Distribution.kept(b"") is None
    assert Distribution.kept(None) is None
    assert Distribution.kept(b"\x02" + made.packed[1:]) is None
