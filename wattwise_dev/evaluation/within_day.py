"""How good the forecasts of today are that are refreshed with what has been measured."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction
from custom_components.wattwise.analytics.forecasting.within_the_day import refresh
from wattwise_dev.benchmark.progress import Say

from .contestants import FORECASTER, contestant
from .household import Household
from .plan import Plan

# What is compared, and the hours ahead whose errors are averaged; None: all of the day.
WAYS: Final = ("refreshed", "midnight", "last value")
SPANS: Final = {"next hour": 1, "next 6 hours": 6, "rest of the day": None}

# Gives the forecast of today from the days before, its forecast of midnight, and what
# was measured (slots) of the slots that are over.
type Refresher = Callable[[Past, Prediction, Floats, int], Prediction]


@dataclass(frozen=True, slots=True)
class WithinDay:
    """Mean absolute errors (ways, spans) [kWh] of the slots of one household.

    Each full hour from 1 to 23 of each day counts, and each slot after it that was
    measured. `mean` are those of the expected values instead of the medians.
    """

    home: str
    median: Floats
    mean: Floats

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for machines."""
        return {"home": self.home} | {
            kind: {
                way: dict(zip(SPANS, row, strict=True))
                for way, row in zip(WAYS, errors.tolist(), strict=True)
            }
            for kind, errors in (("median", self.median), ("mean", self.mean))
        }


def measure_within_day(
    households: Sequence[Household],
    plan: Plan,
    say: Say,
    refresher: Refresher = refresh,
) -> list[WithinDay]:
    """Refresh the forecaster's midnight forecasts at each full hour, and score them."""
    figures = []
    for number, household in enumerate(households, start=1):
        say(f"{FORECASTER} within the day: home {number} of {len(households)}")
        figures.append(_one_home(household, plan, refresher))
    return figures


def _one_home(household: Household, plan: Plan, refresher: Refresher) -> WithinDay:
    asked = contestant(FORECASTER)
    sums = np.zeros((2, len(WAYS), len(SPANS)))
    count = np.zeros(len(SPANS))
    for day in plan.origins_of(household):
        if plan.history is not None:
            asked = contestant(FORECASTER)
        past = plan.known(household, day)
        midnight = asked.forecast(past, 0)
        measured = household.past.measured[day]
        if midnight is None:
            continue
        for hour in range(1, 24):
            over = hour * past.slots // 24
            later = measured[over:]
            # Only this much is known.
            so_far = np.where(np.arange(past.slots) < over, measured, np.nan)
            refreshed = refresher(past, midnight, so_far, over)
            said = _ways(refreshed, midnight, _last_hour(past, so_far), over)
            errors = np.abs(said - later)
            for index, hours in enumerate(SPANS.values()):
                end = None if hours is None else hours * past.slots // 24
                known = ~np.isnan(later[:end])
                sums[:, :, index] += errors[:, :, :end][:, :, known].sum(axis=2)
                count[index] += known.sum()
    median, mean = sums / np.maximum(count, 1)
    return WithinDay(household.name, median, mean)


def _ways(
    refreshed: Prediction, midnight: Prediction, last: float, over: int
) -> Floats:
    """Return what each way says of the slots to come (median and mean, ways, slots)."""
    same = np.full(len(midnight.mean) - over, last)
    rows = [
        [refreshed.median[over:], midnight.median[over:], same],
        [refreshed.mean[over:], midnight.mean[over:], same],
    ]
    return np.array(rows)


def _last_hour(past: Past, so_far: Floats) -> float:
    """Return the mean slot of the last hour with anything measured."""
    known = np.concatenate([past.energy[-1], so_far])
    known = known[~np.isnan(known)]
    return float(known[-(past.slots // 24) :].mean())


def as_text(title: str, figures: Sequence[WithinDay]) -> str:
    """Return the means of the homes as a table for people."""
    lines = [title, "", "Mean absolute error [kWh] of the slots of"]
    lines.append(" " * 26 + "".join(f"{span:>18}" for span in SPANS))
    for kind in ("median", "mean"):
        errors = np.mean([getattr(home, kind) for home in figures], axis=0)
        lines += [
            f"{way + ', ' + kind:<26}" + "".join(f"{error:18.4f}" for error in row)
            for way, row in zip(WAYS, errors, strict=True)
        ]
    for rival in (1, 2):
        better = [home.median[0] < home.median[rival] for home in figures]
        shares = "".join(f"{share:18.0%}" for share in np.mean(better, axis=0))
        lines.append(f"{'homes better than ' + WAYS[rival]:<26}"[:26] + shares)
    return "\n".join(lines)
