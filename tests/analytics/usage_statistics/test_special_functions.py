"""Functions that distributions need, against closed forms."""

import math

import numpy as np
import pytest

from custom_components.wattwise.analytics.usage_statistics.special_functions import (
    digamma,
    normal_cdf,
    regularised_gamma,
    trigamma,
)

EULER = 0.5772156649015329


def test_digamma() -> None:
    """At 1, at one half, and by its recurrence."""
    assert digamma(1.0) == pytest.approx(-EULER, abs=1e-12)
    assert digamma(0.5) == pytest.approx(-EULER - 2 * math.log(2), abs=1e-12)
    assert digamma(30.0) == pytest.approx(digamma(29.0) + 1 / 29, abs=1e-12)


def test_trigamma() -> None:
    """At 1, at one half, and by its recurrence."""
    assert trigamma(1.0) == pytest.approx(math.pi**2 / 6, abs=1e-12)
    assert trigamma(0.5) == pytest.approx(math.pi**2 / 2, abs=1e-12)
    assert trigamma(30.0) == pytest.approx(trigamma(29.0) - 1 / 29**2, abs=1e-12)


@pytest.mark.parametrize("x", [0.0, 1e-6, 0.3, 1.0, 2.5, 9.0, 40.0])
def test_regularised_gamma(x: float) -> None:
    """Shapes 1, 2 and one half have closed forms."""
    at = np.array([x])
    assert regularised_gamma(1.0, at)[0] == pytest.approx(-math.expm1(-x), abs=1e-14)
    of_two = 1 - (1 + x) * math.exp(-x)
    assert regularised_gamma(2.0, at)[0] == pytest.approx(of_two, abs=1e-14)
    of_half = math.erf(math.sqrt(x))
    assert regularised_gamma(0.5, at)[0] == pytest.approx(of_half, abs=1e-14)


def test_a_narrow_gamma() -> None:
    """A large shape is all but normal, and needs many terms (value of scipy 1.18)."""
    share = regularised_gamma(1e4, np.array([1e4, 1.01e4]))
    assert share == pytest.approx([0.5013298083, 0.8413487504], abs=1e-9)


def test_normal_cdf() -> None:
    """Known shares, also far below the mean."""
    shares = normal_cdf(np.array([-8.0, -1.959963984540054, 0.0, 1.0]))
    assert shares == pytest.approx([6.22096057e-16, 0.025, 0.5, 0.8413447461], rel=1e-8)
