"""The normal distribution."""

import math
from statistics import NormalDist
from typing import ClassVar

import numpy as np

from ..special_functions import normal_cdf
from .family import Floats


class Normal:
    """Of mean `mu` and standard deviation `sigma`.

    The estimates of greatest likelihood are the mean and the deviation with n, not
    n - 1, in the denominator.
    """

    name: ClassVar[str] = "normal"
    names: ClassVar[tuple[str, ...]] = ("mu", "sigma")

    def fit(self, x: Floats, weights: Floats) -> tuple[float, ...] | None:
        """Return mean and deviation."""
        mu = float(weights @ x)
        sigma = math.sqrt(float(weights @ (x - mu) ** 2))
        return (mu, sigma) if sigma > 1e-9 * abs(mu) else None

    def log_density(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the logarithm of the density."""
        mu, sigma = parameters
        constant = math.log(sigma) + 0.5 * math.log(2 * math.pi)
        z: Floats = (x - mu) / sigma
        return -0.5 * z * z - constant

    def cdf(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the share below each x."""
        mu, sigma = parameters
        return normal_cdf(np.asarray((x - mu) / sigma))

    def quantile(self, share: float, parameters: tuple[float, ...]) -> float:
        """Return below what that share lies."""
        return NormalDist(*parameters).inv_cdf(share)
