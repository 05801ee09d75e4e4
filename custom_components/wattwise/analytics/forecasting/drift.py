"""Whether a home has left what a model learned of it."""

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Final

from .daily_losses import PairedLosses
from .record import Outcome

# The last days, and those before them that they are held against.
_LATELY: Final = 7
_BEFORE: Final = 28
DRIFT_DAYS: Final = _LATELY + _BEFORE
# Standard errors by which the last days have to be worse.
_ERRORS: Final = 3.0
# Losses never are as steady as that.
_LEAST_DEVIATION: Final = 0.01


def drifts(model: Sequence[Outcome], reference: Sequence[Outcome]) -> bool:
    """Tell whether a model has become worse beside a reference that forgets quickly.

    Both are outcomes of the last DRIFT_DAYS. What is tested is the mean of the daily
    log ratios of their losses, of the last days against those before (Welch's two
    samples, with the deviation of the longer one). A cold spell or a holiday makes both
    of them worse; what was learned and holds no more, only the model.
    """
    losses = PairedLosses.of(model, reference)
    ratios = list(zip(losses.ages, losses.log_ratios(), strict=True))
    lately = [ratio for age, ratio in ratios if age <= _LATELY]
    before = [ratio for age, ratio in ratios if age > _LATELY]
    if len(lately) < _LATELY - 1 or len(before) < _BEFORE // 2:
        return False
    deviation = max(stdev(before), _LEAST_DEVIATION)
    error = deviation * (1 / len(lately) + 1 / len(before)) ** 0.5
    return bool(mean(lately) - mean(before) > _ERRORS * error)
