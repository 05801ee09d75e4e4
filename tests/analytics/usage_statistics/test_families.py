"""Each family's fit of greatest likelihood, its density, shares and quantiles."""

import math

import numpy as np
import pytest

from custom_components.wattwise.analytics.usage_statistics.families import FAMILIES
from custom_components.wattwise.analytics.usage_statistics.families.family import (
    Family,
)
from custom_components.wattwise.analytics.usage_statistics.goodness import (
    anderson_darling,
    kolmogorov_smirnov,
)

SAMPLE = np.array([61.0, 120, 135, 180, 210, 260, 330, 410, 590, 940])
EVEN = np.full(SAMPLE.size, 1 / SAMPLE.size)
BY_NAME = {family.name: family for family in FAMILIES}
# What scipy.stats 1.18 finds with its location held at 0: parameters, log-likelihood of
# the sample, 99 % quantile, distance of Kolmogorov and Smirnov, Anderson's A squared.
KNOWN = {
    "normal": ((323.6, 253.372532), -69.537993976, 913.032651, 0.1990983, 0.6285273),
    "log_normal": (
        (5.49456386, 0.76511168),
        -66.457689262,
        1443.000336,
        0.0794094,
        0.1058728,
    ),
    "gamma": (
        (1.90449863, 169.913485),
        -66.774497857,
        1097.538103,
        0.1200177,
        0.1819235,
    ),
    "weibull": (
        (1.3806157, 356.996346),
        -67.010333381,
        1079.101384,
        0.1243955,
        0.2106813,
    ),
    "exponential": ((323.6,), -67.795081852, 1490.233072, 0.2098375, 0.4237953),
}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_against_scipy(name: str) -> None:
    """All agrees with what scipy computes of the same ten numbers."""
    family = BY_NAME[name]
    parameters, likelihood, tail, distance, squared = KNOWN[name]
    found = family.fit(SAMPLE, EVEN)
    assert found == pytest.approx(parameters, rel=1e-6)
    assert found is not None
    density = family.log_density(SAMPLE, found)
    assert float(density.sum()) == pytest.approx(likelihood, abs=1e-6)
    assert family.quantile(0.99, found) == pytest.approx(tail, rel=1e-6)
    shares = family.cdf(SAMPLE, found)
    assert kolmogorov_smirnov(shares, EVEN) == pytest.approx(distance, abs=1e-6)
    assert anderson_darling(shares, EVEN, SAMPLE.size) == pytest.approx(
        squared, abs=1e-6
    )


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_fit_is_the_likeliest(family: Family) -> None:
    """No parameters nearby make the sample likelier."""
    found = family.fit(SAMPLE, EVEN)
    assert found is not None
    best = float(family.log_density(SAMPLE, found).sum())
    for place in range(len(found)):
        for factor in (0.999, 1.001):
            other = list(found)
            other[place] *= factor
            assert float(family.log_density(SAMPLE, tuple(other)).sum()) < best


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_weights_are_repetitions(family: Family) -> None:
    """A value that counts three times is as three of it, also for the goodness."""
    counts = np.arange(1, SAMPLE.size + 1)
    repeated = np.repeat(SAMPLE, counts)
    evenly = np.full(repeated.size, 1 / repeated.size)
    weights = counts / counts.sum()
    found = family.fit(SAMPLE, weights)
    assert found == pytest.approx(family.fit(repeated, evenly), rel=1e-9)
    assert found is not None
    few, many = family.cdf(SAMPLE, found), family.cdf(repeated, found)
    assert kolmogorov_smirnov(few, weights) == pytest.approx(
        kolmogorov_smirnov(many, evenly), abs=1e-12
    )
    assert anderson_darling(few, weights, repeated.size) == pytest.approx(
        anderson_darling(many, evenly, repeated.size), abs=1e-9
    )


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_quantiles_turn_shares_around(family: Family) -> None:
    """The share below a quantile is its own."""
    found = family.fit(SAMPLE, EVEN)
    assert found is not None
    for share in (0.001, 0.25, 0.5, 0.9, 0.999):
        at = family.quantile(share, found)
        if at > 0:
            assert family.cdf(np.array([at]), found)[0] == pytest.approx(share)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_what_never_varies(family: Family) -> None:
    """A lamp that always draws the same has no distribution."""
    assert family.fit(np.full(50, 60.0), np.full(50, 0.02)) is None


@pytest.mark.parametrize("shape", [0.2, 1.0, 5.0, 900.0])
def test_gamma_of_any_shape(shape: float) -> None:
    """The shape is found from very skewed to very narrow."""
    x = np.random.default_rng(7).gamma(shape, 100.0, 20_000)
    found = BY_NAME["gamma"].fit(x, np.full(x.size, 1 / x.size))
    assert found == pytest.approx((shape, 100.0), rel=0.05)


@pytest.mark.parametrize("shape", [0.4, 1.0, 3.0, 25.0])
def test_weibull_of_any_shape(shape: float) -> None:
    """The shape is found from very skewed to very narrow."""
    x = 500.0 * np.random.default_rng(7).weibull(shape, 20_000)
    found = BY_NAME["weibull"].fit(x, np.full(x.size, 1 / x.size))
    assert found == pytest.approx((shape, 500.0), rel=0.05)
    assert math.isfinite(BY_NAME["weibull"].quantile(0.99, found or ()))
