"""Each scale measures what it says, by the hours up to one and no later ones."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.hour_series import HourSeries
from custom_components.wattwise.analytics.anomalies.scales import (
    SCALES,
    Scale,
    daily_peaks,
    unusualness,
)

from .homes import BEGIN, LONDON, made_home


def series_of(days: int) -> HourSeries:
    """Return a made home."""
    series = HourSeries.of(made_home(days), LONDON)
    assert series is not None
    return series


@pytest.mark.parametrize("scale", SCALES, ids=lambda scale: scale.name)
def test_no_scale_looks_ahead(scale: Scale) -> None:
    """The measure of an hour is the same whatever comes after it."""
    energy = series_of(20).energy
    other = energy.copy()
    other[240:] = 9.0
    measured = scale.measure(energy, scale.width)
    np.testing.assert_array_equal(
        measured[:240], scale.measure(other, scale.width)[:240]
    )
    assert not np.isnan(measured[200:]).any()


def test_scores_do_not_look_ahead() -> None:
    """How unusual an hour is, is the same whatever comes after it, even that day."""
    series = series_of(80)
    energy = series.energy.copy()
    middle = 24 * 60 + 13
    energy[middle:] = 9.0
    other = HourSeries(LONDON, series.begin, energy)
    np.testing.assert_array_equal(
        unusualness(series)[:, :middle], unusualness(other)[:, :middle]
    )


def test_a_part_is_judged_like_the_whole() -> None:
    """Who knows the last weeks only says the same as who knows it all."""
    series = series_of(120)
    part = HourSeries(LONDON, series.begin + 40 * 24 * 3600, series.energy[40 * 24 :])
    whole = unusualness(series, 110)[:, 110 * 24 :]
    np.testing.assert_array_equal(whole, unusualness(part, 70)[:, 70 * 24 :])


def steady(days: int) -> np.ndarray:
    """Return the hours of a home that is nearly the same each day."""
    return 0.3 + 0.001 * np.random.default_rng(1).random(24 * days)


@pytest.mark.parametrize(
    ("name", "more", "hours"),
    [("hour", 1.2, 1), ("eight_hours", 0.5, 8), ("day", 0.25, 24)],
)
def test_little_is_nothing_to_tell(name: str, more: float, hours: int) -> None:
    """What differs by less than an amount is not unusual in the steadiest home."""
    energy = steady(70)
    row = [scale.name for scale in SCALES].index(name)
    for share, told in ((0.9, False), (1.1, True)):
        changed = energy.copy()
        changed[-hours:] += share * more
        score = unusualness(HourSeries(LONDON, int(BEGIN), changed), 65)[row, -1]
        assert score > SCALES[row].floor if told else score <= 0


def test_an_absence_is_as_unusual_after_quiet_weeks() -> None:
    """Half of what is usual of late counts, and what is as usual says nothing."""
    row = [scale.name for scale in SCALES].index("low")
    busy, quiet = steady(70), steady(70)
    quiet[-21 * 24 :] -= 0.1
    found = []
    for energy in (busy, quiet):
        ordinary = HourSeries(LONDON, int(BEGIN), energy.copy())
        assert np.isnan(unusualness(ordinary, 65)[row, -1])
        energy[-72:] = 0.1
        series = HourSeries(LONDON, int(BEGIN), energy)
        found.append(float(unusualness(series, 65)[row, -1]))
    after_busy, after_quiet = found
    # Of the logarithm of a third less, half is lost.
    assert after_busy - after_quiet == pytest.approx(np.log(0.32 / 0.22) / 2, rel=0.05)


def test_runs() -> None:
    """Equal values and zeros are counted as they follow each other."""
    by_name = {scale.name: scale for scale in SCALES}
    energy = np.array([0.0, 0.3, 0.3, 0.3, np.nan, 0.3, 0.0, 0.0, 0.1])
    np.testing.assert_array_equal(
        by_name["flat"].measure(energy, 1), [0, 0, 1, 2, np.nan, 0, 0, 0, 0]
    )
    np.testing.assert_array_equal(
        by_name["nothing"].measure(energy, 1), [1, 0, 0, 0, np.nan, 0, 1, 2, 0]
    )


def test_a_stretch_of_which_too_little_is_known() -> None:
    """One of eight hours is too many to miss, two of a day's are not."""
    by_name = {scale.name: scale for scale in SCALES}
    energy = np.ones(48)
    energy[[20, 21]] = np.nan
    assert np.isnan(by_name["eight_hours"].measure(energy, 8)[24])
    assert by_name["day"].measure(energy, 24)[30] == 1.0


def test_the_peak_of_each_day() -> None:
    """It is the highest of the local day, and unknown where all of it is."""
    series = series_of(3)
    scores = np.arange(72.0)[None, :].copy()
    scores[0, 24:48] = np.nan
    np.testing.assert_array_equal(daily_peaks(series, scores), [[23.0, np.nan, 71.0]])
    assert series.begin == BEGIN
