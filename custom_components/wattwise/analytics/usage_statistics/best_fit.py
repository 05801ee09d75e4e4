"""The family of distributions that describes a sample best."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .families import FAMILIES
from .families.family import Family
from .goodness import anderson_darling, kolmogorov_smirnov
from .use_profile import BestFit

type Floats = NDArray[np.float64]

TAIL: Final = 0.99

# A share that is wrong by less than this is right enough for people.
_USUAL_DISTANCE: Final = 0.05
# Of few values even the true distribution is further away in one case of 20
# (Kolmogorov's limit distribution).
_CHANCE: Final = 1.36
# How far the tails of fit and sample may be apart.
_TAIL_RATIO: Final = 1.25


def best_fit(
    x: Floats, weights: Floats, sample_tail: float
) -> tuple[BestFit, float] | None:
    """Return the best fit to a sorted sample of numbers > 0, and its 99 % quantile.

    `weights` (n) say for how many values each of `x` (n) stands. Families are compared
    by Akaike's information criterion (1974): twice the number of parameters less twice
    the log-likelihood. None if no family can be fitted. `sample_tail` is the 99 %
    quantile of the sample: a fit that misses it does not fit.
    """
    count = float(weights.sum())
    shares = weights / count
    aic: dict[str, float] = {}
    best: tuple[float, Family, tuple[float, ...]] | None = None
    for family in FAMILIES:
        if (parameters := family.fit(x, shares)) is None:
            continue
        likelihood = float(weights @ family.log_density(x, parameters))
        criterion = 2 * len(parameters) - 2 * likelihood
        if not math.isfinite(criterion):
            continue
        aic[family.name] = criterion
        if best is None or criterion < best[0]:
            best = criterion, family, parameters
    if best is None:
        return None
    _, family, parameters = best
    fitted = family.cdf(x, parameters)
    distance = kolmogorov_smirnov(fitted, shares)
    tail = family.quantile(TAIL, parameters)
    allowed = max(_USUAL_DISTANCE, _CHANCE / math.sqrt(count))
    return (
        BestFit(
            family.name,
            dict(zip(family.names, parameters, strict=True)),
            aic,
            distance,
            anderson_darling(fitted, shares, count),
            distance <= allowed
            and sample_tail / _TAIL_RATIO <= tail <= sample_tail * _TAIL_RATIO,
        ),
        tail,
    )
