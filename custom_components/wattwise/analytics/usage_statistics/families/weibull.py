"""The Weibull distribution."""

import math
from typing import ClassVar, Final

import numpy as np

from .family import Floats

_STEPS: Final = 100
_PRECISION: Final = 1e-12
_LEAST_SPREAD: Final = 1e-6


class Weibull:
    """Of `shape` and `scale`.

    The shape of greatest likelihood solves 1 / shape = sum(x^shape ln x) / sum(x^shape)
    - mean(ln x) (Cohen, Technometrics 7, 1965): by Newton's method from the guess of
    Menon (Technometrics 5, 1963), which takes the spread of the logarithms.
    """

    name: ClassVar[str] = "weibull"
    names: ClassVar[tuple[str, ...]] = ("shape", "scale")

    def fit(self, x: Floats, weights: Floats) -> tuple[float, ...] | None:
        """Return shape and scale."""
        logs = np.log(x)
        mean = float(weights @ logs)
        # Around the mean of the logarithms, powers stay in bounds.
        logs = logs - mean
        spread = math.sqrt(float(weights @ (logs * logs)))
        if spread < _LEAST_SPREAD:
            return None
        shape = math.pi / math.sqrt(6) / spread
        for _ in range(_STEPS):
            top = float(np.max(logs))
            powers = weights * np.exp(shape * (logs - top))
            total = float(powers.sum())
            first = float(powers @ logs) / total
            second = float(powers @ (logs * logs)) / total
            off = 1 / shape - first
            step = off / (1 / shape**2 + second - first * first)
            # Off falls as the shape grows.
            shape = shape + step if shape + step > 0 else shape / 2
            if abs(step) < _PRECISION * shape:
                break
        top = float(np.max(logs))
        power = float((weights * np.exp(shape * (logs - top))).sum())
        return shape, math.exp(math.log(power) / shape + top + mean)

    def log_density(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the logarithm of the density."""
        shape, scale = parameters
        logs: Floats = np.log(x / scale)
        density: Floats = (
            math.log(shape / scale) + (shape - 1) * logs - np.exp(shape * logs)
        )
        return density

    def cdf(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the share below each x."""
        shape, scale = parameters
        share: Floats = -np.expm1(-np.exp(shape * np.log(x / scale)))
        return share

    def quantile(self, share: float, parameters: tuple[float, ...]) -> float:
        """Return below what that share lies."""
        shape, scale = parameters
        return scale * math.exp(math.log(-math.log1p(-share)) / shape)
