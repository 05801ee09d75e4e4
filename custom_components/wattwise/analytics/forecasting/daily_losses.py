"""How far off forecasts were, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from .local_days import Floats
from .prediction import LEVELS
from .record import Outcome
from .scores import pinball_loss

# Losses below this share of the usual one are taken as that: two ways of hardly any
# error are the same.
_LEAST_LOSS: Final = 1e-3
# No day counts for more than twice, or half, the loss: a single one decides nothing.
_MOST: Final = float(np.log(2))


def daily_losses(outcomes: Sequence[Outcome]) -> Floats:
    """Return the mean pinball loss of each outcome (n) over levels and slots [kWh]."""
    if not outcomes:
        return np.zeros(0)
    said = np.stack([o.prediction.quantiles for o in outcomes], axis=1)
    measured = np.stack([o.measured for o in outcomes])
    flat = pinball_loss(measured.ravel(), said.reshape(len(LEVELS), -1), LEVELS)
    losses = np.nanmean(flat.reshape(len(LEVELS), *measured.shape), axis=(0, 2))
    return np.asarray(losses, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class PairedLosses:
    """Losses of two forecasters [kWh] on the days that both forecast (n).

    `ages` are those of the days, the oldest first.
    """

    ages: list[int]
    ours: Floats
    theirs: Floats

    @classmethod
    def of(cls, ours: Sequence[Outcome], theirs: Sequence[Outcome]) -> Self:
        """Pair outcomes by their days."""
        mine = {o.age: o for o in ours}
        other = {o.age: o for o in theirs}
        ages = sorted(mine.keys() & other.keys(), reverse=True)
        return cls(
            ages,
            daily_losses([mine[age] for age in ages]),
            daily_losses([other[age] for age in ages]),
        )

    def __len__(self) -> int:
        """Return the number of days."""
        return len(self.ages)

    def log_ratios(self) -> list[float]:
        """Return the natural logs of our losses by theirs: below 0, ours is better.

        All days count alike, however much was used on them.
        """
        if not self.ages:
            return []
        usual = float(np.mean(self.ours + self.theirs))
        least = max(usual * _LEAST_LOSS, 1e-12)
        ratios = np.log((self.ours + least) / (self.theirs + least))
        return [float(ratio) for ratio in np.clip(ratios, -_MOST, _MOST)]
