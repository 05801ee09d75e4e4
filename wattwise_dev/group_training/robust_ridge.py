"""Ridge regression that homes nobody lives in do not bend.

Weights by P. J. Huber, Robust estimation of a location parameter (1964): a residual
beyond the threshold counts as if it stood there.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import Floats

# In standard deviations.
_THRESHOLD: Final = 1.2
_ROUNDS: Final = 4
# A standard deviation, in median absolute deviations of the normal distribution.
_DEVIATIONS: Final = 1.4826


@dataclass(frozen=True, slots=True)
class RobustRidge:
    """A regression on features standardised by `means` and `scales`."""

    means: Floats
    scales: Floats
    coefficients: Floats
    """(features,): of the standardised features."""
    intercept: float
    weights: Floats
    """(rows,): how much each one counts [0..1]."""

    @classmethod
    def fit(cls, features: Floats, target: Floats, penalties: Floats) -> RobustRidge:
        """Fit to `features` (rows, features) and `target` (rows,)."""
        fit = cls._weighted(features, target, penalties, np.ones(len(target)))
        for _ in range(_ROUNDS):
            off = np.abs(target - fit.of(features))
            limit = _THRESHOLD * _DEVIATIONS * float(np.median(off))
            weights = np.minimum(1.0, limit / np.maximum(off, 1e-9))
            fit = cls._weighted(features, target, penalties, weights)
        return fit

    @classmethod
    def _weighted(
        cls, features: Floats, target: Floats, penalties: Floats, weights: Floats
    ) -> RobustRidge:
        total = weights.sum()
        means = weights @ features / total
        scales = np.sqrt(weights @ (features - means) ** 2 / total)
        # A feature that never changes has nothing to say.
        scales = np.where(scales > 0, scales, 1.0)
        standard = (features - means) / scales
        middle = float(weights @ target / total)
        coefficients = np.linalg.solve(
            standard.T @ (weights[:, None] * standard) + np.diag(penalties),
            standard.T @ (weights * (target - middle)),
        )
        return cls(means, scales, coefficients, middle, weights)

    def standardised(self, features: Floats) -> Floats:
        """Return features in units of their spread."""
        standard: Floats = (features - self.means) / self.scales
        return standard

    def of(self, features: Floats) -> Floats:
        """Return what is expected of rows: (rows,)."""
        said: Floats = self.standardised(features) @ self.coefficients + self.intercept
        return said
