"""A home of which any stretch of days has a load shape."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.load_shapes.load_shape import LoadShape
from custom_components.wattwise.analytics.load_shapes.shape_features import shape_of
from wattwise_dev.evaluation.household import Household


@dataclass(frozen=True, slots=True)
class ShapeHome:
    """A home, the shape of its last year and those of the halves of its days."""

    home: Household
    whole: LoadShape
    halves: tuple[LoadShape, LoadShape]

    @property
    def name(self) -> str:
        """Its name."""
        return self.home.name

    def parts(self, days: int) -> list[LoadShape]:
        """Return the shapes of all stretches of so many days, one after the other."""
        begins = range(0, self.home.past.days - days + 1, days)
        found = (_shape(self.home, begin, begin + days) for begin in begins)
        return [shape for shape in found if shape]

    def curve(self, half: int | None = None) -> Floats:
        """Return the mean day (24), which adds up to one; of a half of the days."""
        energy = self.home.past.energy
        middle = len(energy) // 2
        if half is not None:
            energy = energy[middle:] if half else energy[:middle]
        mean: Floats = np.nanmean(energy, axis=0)
        mean /= mean.sum()
        return mean


def shape_home(home: Household) -> ShapeHome | None:
    """Return a home whose halves both have a shape; None where they have not."""
    days = home.past.days
    whole = _shape(home, 0, days)
    first, second = _shape(home, 0, days // 2), _shape(home, days // 2, days)
    if not (whole and first and second):
        return None
    return ShapeHome(home, whole, (first, second))


def wholes(homes: Sequence[ShapeHome]) -> dict[str, LoadShape]:
    """Return the shapes of homes by their names."""
    return {home.name: home.whole for home in homes}


def _shape(home: Household, begin: int, end: int) -> LoadShape | None:
    """Return the shape of the days from `begin` to before `end`."""
    inside = (home.place.day >= begin) & (home.place.day < end)
    inside &= ~np.isnan(home.measured)
    hours = zip(
        home.starts[inside].tolist(), home.measured[inside].tolist(), strict=True
    )
    return shape_of(dict(hours), home.clock.zone)
