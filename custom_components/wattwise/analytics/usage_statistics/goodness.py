"""How far a fitted distribution is from the sample it was fitted to."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

_LEAST_SHARE: Final = 1e-15


def kolmogorov_smirnov(fitted: Floats, weights: Floats) -> float:
    """Return the largest distance of the fitted shares from those of the sample.

    `fitted` (n) is the fitted distribution at the sorted sample; `weights` (n) sum up
    to 1.
    """
    above = np.cumsum(weights)
    return float(max(np.max(above - fitted), np.max(fitted - above + weights)))


def anderson_darling(fitted: Floats, weights: Floats, count: float) -> float:
    """Return A squared of Anderson and Darling (1954) for a sample of `count`.

    It is the integral of (S - F)^2 / (F (1 - F)), of which S, the share of the sample,
    is constant between two values; so it is one for weights too.
    """
    shares = np.clip(fitted, _LEAST_SHARE, 1 - _LEAST_SHARE)
    sample = np.minimum(np.cumsum(weights), 1.0)
    logs, rest = np.log(shares), np.log1p(-shares)
    inner = sample[:-1] ** 2 @ np.diff(logs)
    inner -= (1 - sample[:-1]) ** 2 @ np.diff(rest)
    return float(count * (inner - rest[0] - logs[-1] - 1.0))
