"""Models that learn from the home they forecast, and from no other."""

from abc import ABC, abstractmethod
from typing import ClassVar, override

import numpy as np

from ..cost import Cost
from .job import Floats, Home, Job, Tell


class SingleHomeModel(ABC):
    """Forecasts one home, origin after origin; knows its days from `first` on."""

    # Days it needs before it can be asked.
    minimum_days: ClassVar[int] = 14
    # It is asked at each so-many-th origin: some take a second for an answer.
    every: ClassVar[int] = 1

    def __init__(self, home: Home, lead: int, first: int, cost: Cost) -> None:
        """Know nothing yet."""
        self.home = home
        self.lead = lead
        self.first = first
        self.cost = cost

    @abstractmethod
    def forecast(self, day: int) -> Floats:
        """Return P10, P50, P90 and mean (4, slots), at the midnight when `day` begins."""

    def not_negative(self, day: int, values: Floats) -> Floats:
        """Lift what is below zero in a home that never fed in."""
        fed_in = bool((self.home.energy[self.first : day] < 0).any())
        return values if fed_in else np.maximum(values, 0.0)


class PointModel(SingleHomeModel):
    """A model that says one value per slot.

    Its bands are quantiles of the errors of its last 28 days' forecasts, at the same
    slot and its neighbours.
    """

    error_days: ClassVar[int] = 28
    refit_days: ClassVar[int] = 14

    def __init__(self, home: Home, lead: int, first: int, cost: Cost) -> None:
        """Have issued nothing yet."""
        super().__init__(home, lead, first, cost)
        self._issued: dict[int, Floats] = {}
        self._fitted: int | None = None

    @abstractmethod
    def fit(self, day: int) -> None:
        """Learn from the days before one."""

    @abstractmethod
    def value(self, day: int) -> Floats:
        """Return the values (slots) at the midnight when a day begins."""

    @override
    def forecast(self, day: int) -> Floats:
        earliest = max(
            self.first + self.minimum_days, day - self.lead - self.error_days
        )
        errors = [
            self.home.measured[before + self.lead] - self._point(before)
            for before in range(earliest, day - self.lead)
        ]
        value = self._point(day)
        said = np.repeat(value[None], 4, axis=0)
        known = [row for row in errors if not np.isnan(row).all()]
        if known:
            rows = np.concatenate([np.roll(known, by, axis=1) for by in (-1, 0, 1)])
            spread = np.nanquantile(rows, [0.1, 0.5, 0.9], axis=0)
            said[:3] += np.nan_to_num(spread)
            # What is published as the best guess is what the model said.
            said[1] = value
            said[:3] = np.sort(said[:3], axis=0)
        return self.not_negative(day, said)

    def _point(self, day: int) -> Floats:
        if day not in self._issued:
            if self._fitted is None or day - self._fitted >= self.refit_days:
                with self.cost.fitting() as counted:
                    self.fit(day)
                    counted(1)
                self._fitted = day
            with self.cost.predicting():
                self._issued[day] = self.value(day)
        return self._issued[day]


def run_home_by_home(
    model: type[SingleHomeModel], job: Job, tell: Tell
) -> tuple[list[Floats], Cost]:
    """Ask a model for all homes that have origins."""
    said, cost = [], Cost()
    homes = [home for home in job.homes if home.origins]
    for number, home in enumerate(homes, start=1):
        tell(f"{job.model}: home {number} of {len(homes)}")
        said.append(_one_home(model, job, home, cost))
    return said, cost


def _one_home(model: type[SingleHomeModel], job: Job, home: Home, cost: Cost) -> Floats:
    values = np.full((len(home.origins), 4, home.slots), np.nan)
    asked: SingleHomeModel | None = None
    for index in range(0, len(home.origins), model.every):
        day = home.origins[index]
        first = job.first(day)
        if day - first < model.minimum_days + job.lead:
            continue
        # What was learned at an earlier origin came from days before the history.
        if asked is None or asked.first != first:
            asked = model(home, job.lead, first, cost)
        values[index] = asked.forecast(day)
    return values
