"""The exponential distribution."""

import math
from typing import ClassVar

import numpy as np

from .family import Floats


class Exponential:
    """Of mean `scale`, which is also the estimate of greatest likelihood."""

    name: ClassVar[str] = "exponential"
    names: ClassVar[tuple[str, ...]] = ("scale",)

    def fit(self, x: Floats, weights: Floats) -> tuple[float, ...] | None:
        """Return the mean."""
        return (float(weights @ x),) if float(np.ptp(x)) > 0 else None

    def log_density(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the logarithm of the density."""
        (scale,) = parameters
        return -x / scale - math.log(scale)

    def cdf(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the share below each x."""
        (scale,) = parameters
        return -np.expm1(-x / scale)

    def quantile(self, share: float, parameters: tuple[float, ...]) -> float:
        """Return below what that share lies."""
        (scale,) = parameters
        return -scale * math.log1p(-share)
