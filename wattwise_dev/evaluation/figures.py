"""The figures of all models on all households."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .contest import Entry
from .contestants import PERSISTENCE, WEEKLY_NAIVE
from .cost import Cost
from .household import Household
from .measures import FIGURES, HourOfDay, Measures, by_hour, measure
from .pairs import Pairs, pair
from .plan import Plan


@dataclass(frozen=True, slots=True)
class Standing:
    """How one model did.

    `homes` by name and `hours` by name are figures of single households, `mean` is
    their mean. Shares are those of households where the model beats a reference in MAE.
    """

    model: str
    forecasts: int
    homes: dict[str, Measures]
    hours: dict[str, list[HourOfDay]]
    cost: Cost

    @property
    def mean(self) -> Measures:
        """The mean of the households, each counting the same."""
        return Measures(
            **{
                name: _mean([getattr(home, name) for home in self.homes.values()])
                for name in FIGURES
            }
        )

    @property
    def beats_weekly(self) -> float:
        """Share of households with a smaller MAE than the week before."""
        return _share_below_1([home.rel_weekly for home in self.homes.values()])

    @property
    def beats_persistence(self) -> float:
        """Share of households with a smaller MAE than the mean of the last seven days."""
        return _share_below_1([home.rel_persistence for home in self.homes.values()])

    @property
    def coverage_range(self) -> tuple[float, float]:
        """The least and the greatest coverage of a household."""
        return _range([home.coverage for home in self.homes.values()])

    @property
    def coverage_range_of_hours(self) -> tuple[float, float]:
        """The least and the greatest coverage of an hour of the day, over households."""
        return _range(
            [
                _mean([hours[hour].coverage for hours in self.hours.values()])
                for hour in range(24)
            ]
        )

    def as_dict(self) -> dict[str, Any]:
        """Return all of it for machines."""
        return {
            "model": self.model,
            "forecasts": self.forecasts,
            "mean": self.mean.as_dict(),
            "beats_weekly_naive": self.beats_weekly,
            "beats_persistence": self.beats_persistence,
            "coverage_of_homes": self.coverage_range,
            "coverage_of_hours": self.coverage_range_of_hours,
            "cost": self.cost.as_dict(),
            "homes": {name: home.as_dict() for name, home in self.homes.items()},
            "hours": {
                name: [hour.as_dict() for hour in hours]
                for name, hours in self.hours.items()
            },
        }


def standings(
    entries: Sequence[Entry], households: Sequence[Household], plan: Plan
) -> list[Standing]:
    """Score all entries; the two references must be among them."""
    paired = {
        entry.name: [
            pair(home, said, plan.lead)
            for home, said in zip(households, entry.issued, strict=True)
        ]
        for entry in entries
    }
    return [
        _standing(
            entry,
            households,
            paired[entry.name],
            paired[WEEKLY_NAIVE],
            paired[PERSISTENCE],
        )
        for entry in entries
    ]


def _standing(
    entry: Entry,
    households: Sequence[Household],
    paired: list[Pairs],
    weekly: list[Pairs],
    persistence: list[Pairs],
) -> Standing:
    together = list(zip(households, paired, weekly, persistence, strict=True))
    asked = [len(np.unique(pairs.origin[pairs.scored])) for pairs in paired]
    return Standing(
        entry.name,
        sum(asked),
        {home.name: measure(own, week, last) for home, own, week, last in together},
        {
            home.name: by_hour(own, home.clock.slots_of_a_day)
            for home, own, _, _ in together
        },
        entry.cost,
    )


def _mean(values: Sequence[float]) -> float:
    known = np.array(values, dtype=np.float64)
    known = known[~np.isnan(known)]
    return float(known.mean()) if known.size else float("nan")


def _share_below_1(ratios: Sequence[float]) -> float:
    return _mean([ratio < 1 for ratio in ratios if not np.isnan(ratio)])


def _range(values: Sequence[float]) -> tuple[float, float]:
    known = [value for value in values if not np.isnan(value)]
    return (min(known), max(known)) if known else (float("nan"), float("nan"))
