"""Functions that distributions need and numpy does not have.

Formulas by number are those of the NIST Digital Library of Mathematical Functions
(DLMF, https://dlmf.nist.gov).
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

# The asymptotic series of digamma and trigamma are exact to 1e-12 from here on.
_ASYMPTOTIC_FROM: Final = 8.0
_PRECISION: Final = 1e-14
_TINY: Final = 1e-300
# Of shape a, about 5 sqrt(a) terms are needed; a million is far beyond any fit.
_MOST_TERMS: Final = 20_000


def normal_cdf(z: Floats) -> Floats:
    """Return the share of a standard normal distribution below each z (DLMF 7.2.1)."""
    root = math.sqrt(2.0)
    # erfc keeps its precision far below the mean, where erf is all but -1.
    return np.array([0.5 * math.erfc(-value / root) for value in z.tolist()])


def digamma(x: float) -> float:
    """Return the derivative of ln gamma(x), x > 0 (DLMF 5.5.2 and 5.11.2)."""
    shift = 0.0
    while x < _ASYMPTOTIC_FROM:
        shift -= 1.0 / x
        x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 12 - y * (1 / 120 - y * (1 / 252 - y * (1 / 240 - y / 132))))
    return shift + math.log(x) - 0.5 / x - series


def trigamma(x: float) -> float:
    """Return the second derivative of ln gamma(x), x > 0 (DLMF 5.15.5 and 5.15.8)."""
    shift = 0.0
    while x < _ASYMPTOTIC_FROM:
        shift += 1.0 / (x * x)
        x += 1.0
    y = 1.0 / (x * x)
    series = y * (1 / 6 - y * (1 / 30 - y * (1 / 42 - y * (1 / 30 - y * 5 / 66))))
    return shift + 1.0 / x + 0.5 * y + series / x


def regularised_gamma(a: float, x: Floats) -> Floats:
    """Return P(a, x), the share of a gamma distribution of shape a below each x >= 0.

    By its series below the mean (DLMF 8.11.4), by a continued fraction above it
    (DLMF 8.9.2, evaluated by Lentz' method).
    """
    result = np.zeros_like(x)
    low = (x > 0) & (x < a + 1)
    high = x >= a + 1
    if low.any():
        result[low] = _by_series(a, x[low])
    if high.any():
        result[high] = 1.0 - _by_fraction(a, x[high])
    return result


def _leading(a: float, x: Floats) -> Floats:
    factor: Floats = np.exp(a * np.log(x) - x - math.lgamma(a))
    return factor


def _by_series(a: float, x: Floats) -> Floats:
    term = np.full_like(x, 1.0 / a)
    total = term.copy()
    for n in range(1, _MOST_TERMS):
        term = term * x / (a + n)
        total += term
        if float(np.max(term / total)) < _PRECISION:
            break
    return _leading(a, x) * total


def _by_fraction(a: float, x: Floats) -> Floats:
    b = x + 1.0 - a
    c = np.full_like(x, 1.0 / _TINY)
    d = 1.0 / b
    h = d.copy()
    for n in range(1, _MOST_TERMS):
        factor = -n * (n - a)
        b = b + 2.0
        d = factor * d + b
        d[np.abs(d) < _TINY] = _TINY
        c = b + factor / c
        c[np.abs(c) < _TINY] = _TINY
        d = 1.0 / d
        step = d * c
        h = h * step
        if float(np.max(np.abs(step - 1.0))) < _PRECISION:
            break
    return _leading(a, x) * h
