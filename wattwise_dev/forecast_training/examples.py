"""Turns homes into examples: what was known, and what came of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats, Integers
from custom_components.wattwise.analytics.forecasting.past import DAYS_AHEAD, Past
from custom_components.wattwise.analytics.forecasting.scale_free_features import (
    MINIMUM_DAYS,
    RECENT,
    scale_free_features,
)

# Of the days after tomorrow, and of homes by short slots, a part teaches enough.
_LATER_EVERY: Final = 4
_SHORT_EVERY: Final = 10
# How often each home is young.
_YOUNG: Final = 60
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Examples:
    """One row per slot: all energy in units of the home's usual slot of that time.

    `rows` (n, features), `local` (n, outputs) what the local models said, `target` (n)
    what it was, `weight` (n) and `home` (n) its number.
    """

    names: tuple[str, ...]
    rows: Floats
    local: Floats
    target: Floats
    weight: Floats
    home: Integers

    @classmethod
    def of(
        cls,
        homes: Sequence[tuple[int, Past, Past]],
        seed: int,
        say: Callable[[str], None],
    ) -> Examples:
        """Make examples of homes: their numbers, and their pasts by hours and half hours.

        Every day is one, as the first one not over; some as the second and third; some
        of a home that is only a few days old; and some by half hours. All homes weigh
        the same, whatever their bursts.
        """
        random = np.random.default_rng(seed)
        made: list[tuple[Floats, ...]] = []
        names: tuple[str, ...] = ()
        for number, hours, half_hours in homes:
            weight = 1.0 / _burstiness(hours)
            for past, lead in (
                *_moments(hours),
                *_young_moments(hours, random),
                *_short_moments(half_hours),
            ):
                known = past.until(past.days - 1 - lead)
                features = scale_free_features(known, lead)
                if not features.scale:
                    continue
                names = features.names
                target = past.measured[-1] / features.scale
                kept = ~np.isnan(target)
                count = int(kept.sum())
                made.append(
                    (
                        features.rows[kept],
                        features.local.T[kept],
                        target[kept],
                        np.full(count, weight),
                        np.full(count, number),
                    )
                )
            say(f"home {number}: {hours.days} days")
        rows, local, target, weights, numbers = (
            np.concatenate(column) for column in zip(*made, strict=True)
        )
        return cls(names, rows, local, target, weights, numbers.astype(np.int64))

    def of_homes(self, homes: Sequence[int]) -> Examples:
        """Return those of some homes."""
        kept = np.isin(self.home, homes)
        return Examples(
            self.names,
            self.rows[kept],
            self.local[kept],
            self.target[kept],
            self.weight[kept],
            self.home[kept],
        )


def _moments(past: Past) -> Iterator[tuple[Past, int]]:
    """Return pasts that end with the target day, and how far it lies ahead."""
    for lead in range(DAYS_AHEAD):
        step = _LATER_EVERY if lead else 1
        for origin in range(RECENT, past.days - lead, step):
            yield past.until(origin + lead + 1), lead


def _young_moments(
    past: Past, random: np.random.Generator
) -> Iterator[tuple[Past, int]]:
    for age in random.integers(MINIMUM_DAYS, RECENT, size=_YOUNG).tolist():
        lead = int(random.integers(DAYS_AHEAD))
        moved_in = int(random.integers(past.days - age - lead))
        yield past.since(moved_in).until(age + lead + 1), lead


def _short_moments(past: Past) -> Iterator[tuple[Past, int]]:
    for origin in range(RECENT, past.days - 1, _SHORT_EVERY):
        lead = origin % 2
        yield past.until(origin + lead + 1), lead


def _burstiness(past: Past) -> float:
    """How far a week ago is off, in units of the usual hour."""
    off = np.nanmean(np.abs(past.measured[_WEEK:] - past.energy[:-_WEEK]))
    return float(off / np.abs(past.energy).mean())
