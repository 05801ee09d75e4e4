"""What every family of distributions can do."""

from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]


class Family(Protocol):
    """A family of distributions over positive numbers, or all of them.

    `parameters` are those a fit finds, in the order of `names`.
    """

    name: ClassVar[str]
    names: ClassVar[tuple[str, ...]]

    def fit(self, x: Floats, weights: Floats) -> tuple[float, ...] | None:
        """Return the parameters of greatest likelihood; None if there are none.

        `weights` (n), which sum up to 1, say how much each of `x` (n), all > 0, counts.
        There is no fit to numbers that are all the same.
        """

    def log_density(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the logarithm of the density at each x > 0."""

    def cdf(self, x: Floats, parameters: tuple[float, ...]) -> Floats:
        """Return the share of the distribution below each x > 0."""

    def quantile(self, share: float, parameters: tuple[float, ...]) -> float:
        """Return below what that share of the distribution lies."""
