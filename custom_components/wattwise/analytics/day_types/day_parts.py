"""Days by their parts: how much is used at night, in the morning, by day, in the evening.

Single hours of a home are mostly chance. Its days are told apart by the mean power of
four parts of the day, on a scale on which equal ratios are equal distances.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..forecasting.local_days import Floats

HOURS_OF_A_DAY: Final = 24
# The hours with which the parts begin: night, morning, daytime, evening.
PART_STARTS: Final = (0, 6, 11, 17)
PART_ENDS: Final = (6, 11, 17, 24)
# The share of a part's hours that must be known.
_KNOWN_SHARE: Final = 0.5
# What is added to all powers, in shares of the home's usual: below, ratios mean little.
_LEAST: Final = 0.1


def mean_powers(energy: Floats, until: int = HOURS_OF_A_DAY) -> Floats:
    """Return the mean power [kW] of the parts of days that have begun before an hour.

    `energy` (days, 24) is kWh, NaN where unknown; of it the hours before `until` are
    looked at. (days, parts), NaN where less than half of a part is known.
    """
    return np.stack(
        [
            _means(energy[:, begin : min(end, until)])
            for begin, end in zip(PART_STARTS, PART_ENDS, strict=True)
            if begin < until
        ],
        axis=1,
    )


def usual_power(energy: Floats) -> float:
    """Return the mean power [kW] of a home's median day, above zero."""
    powers = np.nan_to_num(np.nanmedian(mean_powers(energy), axis=0))
    return max(float(powers.mean()), 1e-3)


def on_scale(powers: Floats, usual: float) -> Floats:
    """Return powers [kW] on the scale on which days are compared."""
    return np.asarray(np.log(np.maximum(powers, 0.0) / usual + _LEAST))


def off_scale(values: Floats, usual: float) -> Floats:
    """Return the powers [kW] that stand at these places of the scale."""
    return np.asarray(np.maximum(np.exp(values) - _LEAST, 0.0) * usual)


def are_known(powers: Floats) -> NDArray[np.bool_]:
    """Tell of each of (days, parts) whether all its parts are known."""
    return np.asarray(~np.isnan(powers).any(axis=1))


def _means(hours: Floats) -> Floats:
    known = ~np.isnan(hours)
    count = known.sum(axis=1)
    means = np.full(len(hours), np.nan)
    enough = count >= np.maximum(_KNOWN_SHARE * hours.shape[1], 1)
    np.divide(np.where(known, hours, 0.0).sum(axis=1), count, out=means, where=enough)
    return means
