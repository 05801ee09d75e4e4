"""The day types of a home: learned each night, and the same from night to night."""

from collections.abc import Mapping
from dataclasses import dataclass
import math
from typing import Any, Self

import numpy as np

from ..clustering.k_means import nearest
from ..forecasting.local_days import Floats, Integers
from .day_parts import (
    PART_STARTS,
    are_known,
    mean_powers,
    off_scale,
    on_scale,
    usual_power,
)
from .day_type import LEAST_DAYS, DayType, DayTypeName
from .home_days import Flags, HomeDays
from .matching import held_names
from .naming import names_of
from .number_of_types import MOST_TYPES, Grouping, group_days


@dataclass(frozen=True)
class LearnedTypes:
    """Kinds of days.

    `centers` (kinds, parts) stand on the scale of a home that usually draws `usual` kW.
    `stability` is how much of the grouping comes out again, up to 1.
    """

    names: tuple[DayTypeName, ...]
    centers: Floats
    usual: float
    stability: float
    types: tuple[DayType, ...]

    def labels(self, energy: Floats) -> Integers:
        """Return which kind each day (days, 24) is, -1 where too little is known."""
        powers = mean_powers(energy)
        known = are_known(powers)
        labels = np.full(len(energy), -1, dtype=np.int64)
        labels[known] = nearest(on_scale(powers[known], self.usual), self.centers)
        return labels

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON can keep it."""
        return {
            "names": [name.value for name in self.names],
            "centers": self.centers.tolist(),
            "usual": self.usual,
            "stability": self.stability,
            "shares": [one.share for one in self.types],
            "energies": [one.energy for one in self.types],
        }

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """Take back what `as_dict` gave; ValueError if it is something else."""
        try:
            names = tuple(DayTypeName(name) for name in kept["names"])
            centers = np.array(kept["centers"], dtype=np.float64)
            usual, stability = float(kept["usual"]), float(kept["stability"])
            figures = zip(names, kept["shares"], kept["energies"], strict=True)
            types = tuple(
                _day_type(name, float(share), float(energy), center, usual)
                for (name, share, energy), center in zip(figures, centers, strict=True)
            )
        except (KeyError, TypeError, IndexError, AttributeError) as err:
            raise ValueError(f"not the day types of a home: {err!r}") from err
        if (
            centers.shape != (len(set(names)), len(PART_STARTS))
            or not np.isfinite(centers).all()
            or not np.isfinite([stability, *(one.energy for one in types)]).all()
            or not all(_can_divide(one.share) for one in types)
            or not _can_divide(usual)
        ):
            raise ValueError("not the day types of a home: its figures do not fit")
        return cls(names, centers, usual, stability, types)


def learn(days: HomeDays, before: LearnedTypes | None = None) -> LearnedTypes | None:
    """Tell kinds of days apart; None while less than LEAST_DAYS are known.

    `before` is what was learned last time: its names go on as long as they fit.
    """
    known = days.known
    if known.sum() < LEAST_DAYS:
        return None
    energy = days.whole[known]
    usual = usual_power(energy)
    points = on_scale(mean_powers(energy), usual)
    free = days.day_class[: days.days][known] > 0
    grouping, names = _named_groups(points, free, days, usual, before)
    centers, labels = grouping.groups.centers, grouping.groups.labels
    sums = _sums(energy)
    types = tuple(
        _day_type(
            name,
            float((labels == kind).mean()),
            float(sums[labels == kind].mean()),
            centers[kind],
            usual,
        )
        for kind, name in enumerate(names)
    )
    return LearnedTypes(tuple(names), centers, usual, grouping.stability, types)


def _named_groups(
    points: Floats,
    free: Flags,
    days: HomeDays,
    usual: float,
    before: LearnedTypes | None,
) -> tuple[Grouping, list[DayTypeName]]:
    """Return the most groups each of which has a name that is true of it."""
    energy = days.whole[days.known]
    earlier = before.labels(energy) if before else np.full(len(energy), -1)
    earlier_names = before.names if before else ()
    present, most = len(earlier_names) or None, MOST_TYPES
    while True:
        grouping = group_days(points, free, present, most)
        centers, labels = grouping.groups.centers, grouping.groups.labels
        held = held_names(labels, len(centers), earlier, earlier_names)
        names = names_of(centers, labels, days, usual, held)
        if names is not None:
            return grouping, names
        most = len(centers) - 1


def _can_divide(value: float) -> bool:
    return 0 < value < math.inf


def _day_type(
    name: DayTypeName, share: float, energy: float, center: Floats, usual: float
) -> DayType:
    parts = tuple(off_scale(center, usual).tolist())
    return DayType(name, share, energy, parts)


def _sums(energy: Floats) -> Floats:
    """Return what days used [kWh]; hours that are not known count as the others did."""
    return np.asarray(np.nanmean(energy, axis=1) * energy.shape[1])
