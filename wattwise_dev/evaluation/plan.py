"""When forecasts are made, and what may be known then."""

from dataclasses import dataclass

import numpy as np

from custom_components.wattwise.analytics.forecasting.past import Past

from .errors import EvaluationError
from .household import Household


@dataclass(frozen=True, slots=True)
class Plan:
    """One forecast at each local midnight, of the day that begins or of the next one."""

    # Days from the origin to the day that is forecast: 0 or 1.
    lead: int = 0
    # Whole days that come before the first origin.
    after: int = 56
    # Forecasts per household, the last ones there can be; None for all.
    origins: int | None = None
    # Days that are known at each origin; None for all before it.
    history: int | None = None

    def origins_of(self, household: Household) -> list[int]:
        """Return the days that begin at the origins, counted from the first one.

        Days of which nothing was measured are left out. EvaluationError without any.
        """
        measured = household.past.measured
        days = [
            day
            for day in range(self.after, household.past.days - self.lead)
            if not np.isnan(measured[day + self.lead]).all()
        ]
        if not days:
            raise EvaluationError(
                f"{household.name}: {household.past.days} days are too few to forecast "
                f"one after {self.after} days (--after)"
            )
        return days if self.origins is None else days[-self.origins :]

    def known(self, household: Household, day: int) -> Past:
        """Return what is known at the midnight when a day begins."""
        past = household.past.until(day)
        if self.history is not None and self.history < day:
            return past.since(day - self.history)
        return past
