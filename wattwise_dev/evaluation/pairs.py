"""Forecasts beside what happened, slot by slot as time went by."""

from dataclasses import dataclass

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats, Integers

from .household import Household
from .issued import PUBLISHED, Issued


@dataclass(frozen=True, slots=True)
class Pairs:
    """One row per slot that was forecast: n of them.

    `origin` (n) counts the forecasts, `slot` (n) the slots of the day on the clock,
    `start` (n) is in seconds since the epoch, `measured` (n) in kWh with NaN in gaps,
    `said` (4, n) is PUBLISHED with NaN where the model was not asked.
    """

    origin: Integers
    slot: Integers
    start: Integers
    measured: Floats
    said: Floats

    @property
    def scored(self) -> np.ndarray:
        """Where there is a forecast and something measured."""
        return ~(np.isnan(self.measured) | np.isnan(self.said).any(axis=0))


def pair(household: Household, issued: Issued, lead: int) -> Pairs:
    """Lay the forecasts of a household beside what was measured then."""
    spans = [household.slots_of(day + lead) for day in issued.origins]
    at = np.concatenate([np.arange(span.start, span.stop) for span in spans])
    origin = np.repeat(np.arange(len(spans)), [s.stop - s.start for s in spans])
    slot = household.place.slot[at]
    said = issued.values[origin, :, slot].T.reshape(len(PUBLISHED), len(at))
    return Pairs(origin, slot, household.starts[at], household.measured[at], said)
