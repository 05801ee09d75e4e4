"""The reference that every forecast has to beat."""

from typing import Final, override

import numpy as np

from ..local_days import Floats
from ..model import PointModel
from ..past import Past

_DAYS: Final = 7


class PersistenceEnsemble(PointModel):
    """The mean of the last seven days, slot by slot.

    With fewer days, the mean of those there are.
    """

    name = "persistence"
    minimum_days = 1

    @override
    def value(self, past: Past, lead: int) -> Floats:
        return np.asarray(past.energy[-_DAYS:].mean(axis=0), dtype=np.float64)
