"""The gamma distribution."""

import math
from statistics import NormalDist
from typing import ClassVar, Final

import numpy as np

from ..special_functions import digamma, regularised_gamma, trigamma
from .family import Floats

_STEPS: Final = 200
_PRECISION: Final = 1e-12
# Narrower than this it is a constant, and its shape has no end.
_LEAST_SPREAD: Final = 1e-10


class Gamma:
    """Of `shape` and `scale`.

    The shape of greatest likelihood solves ln(shape) - digamma(shape) = ln(mean) -
    mean(ln): by Newton's method from the first guess of Thom (1958), as Choi and Wette
    (Technometrics 11, 1969) have it.
    """

    name: ClassVar[str] = "gamma"
    names: ClassVar[tuple[str, ...]] = ("shape", "scale")

    def fit(self, x: Floats, weights: Floats) -> tuple[float, ...] | None:
        """Return shape and scale."""
        mean = float(weights @ x)
        spread = math.log(mean) - float(weights @ np.log(x))
        if spread < _LEAST_SPREAD:
            return None
        root = math.sqrt((spread - 3) ** 2 + 24 * spread)
        shape = (3 - spread + root) / (12 * spread)
        for _ in range(_STEPS):
            off = math.log(shape) - digamma(shape) - spread
            step = off / (1 / shape - trigamma(shape))
            # The shape stays positive; the function falls, and does so ever slower.
            shape = shape - step if step < shape else shape / 2
            if abs(step) < _PRECISION * shape:
                break
        return shape, mean / shape

    def log_density(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the logarithm of the density."""
        shape, scale = parameters
        constant = math.lgamma(shape) + shape * math.log(scale)
        density: Floats = (shape - 1) * np.log(x) - x / scale - constant
        return density

    def cdf(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the share below each x."""
        shape, scale = parameters
        return regularised_gamma(shape, np.asarray(x / scale))

    def quantile(self, share: float, parameters: tuple[float, ...]) -> float:
        """Return below what that share lies.

        By Newton's method from the guess of Wilson and Hilferty (1931); what leaves the
        bracket that is known halves it instead.
        """
        shape, scale = parameters
        z = NormalDist().inv_cdf(share)
        root = 1 - 1 / (9 * shape) + z / (3 * math.sqrt(shape))
        x = shape * max(root, 0.1) ** 3
        low, high = 0.0, math.inf
        for _ in range(_STEPS):
            off = self._share(shape, x) - share
            low, high = (x, high) if off < 0 else (low, x)
            slope = math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape))
            nearer = x - off / slope if slope > 0 else math.inf
            if not low < nearer < high:
                nearer = 0.5 * (low + high) if high < math.inf else 2 * x
            if abs(nearer - x) <= _PRECISION * x:
                break
            x = nearer
        return x * scale

    @staticmethod
    def _share(shape: float, x: float) -> float:
        return float(regularised_gamma(shape, np.array([x]))[0])
