"""The log-normal distribution: the logarithm is normal."""

import math
from typing import ClassVar

import numpy as np

from .family import Floats
from .normal import Normal

_NORMAL = Normal()


class LogNormal:
    """Of mean `mu` and standard deviation `sigma` of the logarithm."""

    name: ClassVar[str] = "log_normal"
    names: ClassVar[tuple[str, ...]] = ("mu", "sigma")

    def fit(self, x: Floats, weights: Floats) -> tuple[float, ...] | None:
        """Return mean and deviation of the logarithm."""
        logs = np.log(x)
        mu = float(weights @ logs)
        sigma = math.sqrt(float(weights @ (logs - mu) ** 2))
        return (mu, sigma) if sigma > 1e-9 else None

    def log_density(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the logarithm of the density."""
        logs = np.log(x)
        density: Floats = _NORMAL.log_density(logs, parameters) - logs
        return density

    def cdf(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the share below each x."""
        return _NORMAL.cdf(np.log(x), parameters)

    def quantile(self, share: float, parameters: tuple[float, ...]) -> float:
        """Return below what that share lies."""
        return math.exp(_NORMAL.quantile(share, parameters))
