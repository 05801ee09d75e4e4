"""What is said of homes, and how good it is."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.clustering.k_means import Floats

TAILS: Final = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class Said:
    """Of each home, in ln kWh."""

    expected: Floats
    """(homes,)"""
    quantiles: Floats
    """(homes, 3): at `TAILS`."""
    percentile: Floats | None
    """(homes,): the share of similar homes that use less [0..1]; None: not said."""


@dataclass(frozen=True, slots=True)
class Scores:
    """How good it was."""

    r2: float
    """Share of the variance of ln kWh that is explained."""
    pinball: float
    """Mean loss of P10, P50 and P90 of ln kWh."""
    mdape: float
    """Median of the absolute errors of P50, as a share of what was used."""
    coverage: float
    """Share of the homes between P10 and P90."""
    width: float
    """P90 through P10, the geometric mean."""
    fairness: float
    """Correlation of the percentile with what is expected of the home; NaN: not said."""


def score(said: Said, ln_kwh: Floats, expected: Floats) -> Scores:
    """Compare with what homes used; `expected` is what percentiles should not follow."""
    off = ln_kwh[:, None] - said.quantiles
    tails = np.array(TAILS)
    low, median, high = said.quantiles.T
    between = (low <= ln_kwh) & (ln_kwh <= high)
    fairness = np.nan
    if said.percentile is not None and said.percentile.std() > 0:
        fairness = float(np.corrcoef(said.percentile, expected)[0, 1])
    return Scores(
        r_squared(said.expected, ln_kwh),
        float(np.maximum(tails * off, (tails - 1) * off).mean()),
        float(np.median(np.abs(np.expm1(median - ln_kwh)))),
        float(between.mean()),
        float(np.exp((high - low).mean())),
        fairness,
    )


def r_squared(said: Floats, ln_kwh: Floats) -> float:
    """Return the share of the variance that is explained."""
    return 1 - float(((ln_kwh - said) ** 2).mean() / ln_kwh.var())
