"""Makes examples of days that are partly over."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats, Integers
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction
from custom_components.wattwise.analytics.forecasting.scale_free_features import (
    MINIMUM_DAYS,
    RECENT,
)
from custom_components.wattwise.analytics.forecasting.within_the_day_features import (
    within_the_day_features,
)

# Moments of each day, of which part of the days with gaps.
_MOMENTS: Final = 2
_WITH_GAPS: Final = 0.1
# Every so manieth day is one of short slots; and one of a home that is young.
_SHORT_EVERY: Final = 8
_YOUNG_EVERY: Final = 8

# Returns the forecast of midnight of a home by its number.
type Midnight = Callable[[int, Past], Prediction]


@dataclass(frozen=True, slots=True)
class MomentExamples:
    """One row per slot to come: `rows` (n, features), `targets` (n, outputs).

    Targets are what the forecast of midnight was off, in units of the usual slot.
    `home` and `weight` (n) are as with whole days.
    """

    names: tuple[str, ...]
    rows: Floats
    targets: Floats
    weight: Floats
    home: Integers

    @classmethod
    def of(
        cls,
        homes: Sequence[tuple[int, Past, Past, float]],
        midnight: Midnight,
        seed: int,
        say: Callable[[str], None],
    ) -> MomentExamples:
        """Make examples of homes: number, past by hours and half hours, and weight."""
        random = np.random.default_rng(seed)
        made: list[tuple[Floats, ...]] = []
        names: tuple[str, ...] = ()
        for number, hours, half_hours, weight in homes:
            for past in _days(hours, half_hours, random):
                known, day = past.until(past.days - 1), past.measured[-1]
                if not known.energy[-RECENT:].any():
                    continue
                today = midnight(number, known)
                hour = past.slots // 24
                for over in random.integers(1, 24, size=_MOMENTS) * hour:
                    seen = _seen(day, int(over), random)
                    if np.isnan(seen[:over]).all():
                        continue
                    features = within_the_day_features(known, today, seen, int(over))
                    names = features.names
                    said = np.vstack([today.quantiles, today.mean])[:, over:]
                    off = ((day[over:] - said) / features.scale).T
                    kept = ~np.isnan(day[over:])
                    count = int(kept.sum())
                    made.append(
                        (
                            features.rows[kept],
                            off[kept],
                            np.full(count, weight),
                            np.full(count, number),
                        )
                    )
            say(f"moments of home {number}")
        rows, targets, weights, numbers = (
            np.concatenate(column) for column in zip(*made, strict=True)
        )
        return cls(names, rows, targets, weights, numbers.astype(np.int64))


def _days(hours: Past, half_hours: Past, random: np.random.Generator) -> Iterator[Past]:
    """Return pasts whose last day is the one in question."""
    for day in range(RECENT, hours.days):
        past = half_hours if day % _SHORT_EVERY == 0 else hours
        first = 0
        if day % _YOUNG_EVERY == 1:
            first = day - int(random.integers(MINIMUM_DAYS, RECENT))
        yield past.until(day + 1).since(first) if first else past.until(day + 1)


def _seen(day: Floats, over: int, random: np.random.Generator) -> Floats:
    """Hide what is to come, and sometimes a part of what was."""
    seen = np.where(np.arange(len(day)) < over, day, np.nan)
    if random.random() < _WITH_GAPS:
        begin = int(random.integers(over))
        seen[begin : begin + int(random.integers(1, over + 1))] = np.nan
    return seen
