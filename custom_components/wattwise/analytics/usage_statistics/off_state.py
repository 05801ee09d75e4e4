"""Below what an appliance is off or stands by."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

# Less than this is nothing: what clamps show of an empty wire.
LEAST_USE_W: Final = 5.0
# No stand-by takes more.
_MOST_STAND_BY_W: Final = 50.0
# On is so many times as much as stand-by, with next to nothing between them.
_APART: Final = 5.0
_BETWEEN: Final = 0.05
_VALLEY: Final = 1.5
_BINS: Final = 128


def off_below(watts: Floats) -> float:
    """Return the power up to which an appliance is off [W], from a sample of it (n).

    The two states are parted where the logarithms of both differ most from each other
    and least within themselves (Otsu, IEEE Trans. SMC 9, 1979). What has no two states
    that are far apart is off up to 5 W.
    """
    logs = np.log1p(np.maximum(watts, 0.0))
    top = float(np.max(logs, initial=0.0))
    if top <= np.log1p(LEAST_USE_W):
        return LEAST_USE_W
    counts, edges = np.histogram(logs, _BINS, (0.0, top))
    middles = 0.5 * (edges[:-1] + edges[1:])
    share = np.cumsum(counts) / logs.size
    moment = np.cumsum(counts * middles) / logs.size
    with np.errstate(divide="ignore", invalid="ignore"):
        between = (moment[-1] * share - moment) ** 2 / (share * (1 - share))
    between = np.where(np.isfinite(between), between, 0.0)
    best = np.flatnonzero(between >= np.max(between) * (1 - 1e-9))
    # No value lies in a valley of several bins: its middle is the best border.
    border = float(np.expm1(0.5 * (edges[best[0] + 1] + edges[best[-1] + 1])))
    off, on = watts[watts <= border], watts[watts > border]
    if not off.size or not on.size or border <= LEAST_USE_W:
        return LEAST_USE_W
    in_valley = (watts > border / _VALLEY) & (watts < border * _VALLEY)
    apart = float(np.median(on)) >= _APART * max(float(np.median(off)), 1.0)
    if apart and border <= _MOST_STAND_BY_W and float(in_valley.mean()) <= _BETWEEN:
        return border
    if not apart or float(np.median(off)) > _MOST_STAND_BY_W:
        return LEAST_USE_W
    # They are far apart, and all that is known of the border is the upper end of off.
    upper = float(np.quantile(off, 0.99)) * _VALLEY
    return float(np.clip(upper, LEAST_USE_W, _MOST_STAND_BY_W))
