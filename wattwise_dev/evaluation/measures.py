"""How good forecasts of one household were.

Written without the integration's own scores: what is judged does not hold the scales.
"""

from dataclasses import dataclass, fields
import math
from typing import Final

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import Floats

from .issued import SCORED_LEVELS
from .pairs import Pairs

_MEDIAN: Final = 1
_MEAN: Final = 3


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of a model on one household, or their mean over households.

    Errors of slots are those of P50; of squares, days and bias those of the mean. NaN
    where there is nothing to divide by.
    """

    slots: float
    # Mean energy of a slot [kWh].
    load: float
    mae: float
    # MAE by the mean load.
    nmae: float
    # MAE and RMSE by those of the same slots a week ago: the mean absolute scaled error,
    # with the scale of the very slots that are scored.
    rel_weekly: float
    rmse: float
    rmse_rel: float
    # MAE and pinball loss by those of the mean of the last seven days.
    rel_persistence: float
    pinball_rel: float
    # Daily totals: mean of the errors by total, sum of the errors by sum of the totals.
    mape_day: float
    wape_day: float
    # Mean forecast less measured, by what was measured.
    bias: float
    # Mean of the pinball losses of P10, P50 and P90, by the mean load.
    pinball: float
    # Share of the slots between P10 and P90, and that distance by the mean load.
    coverage: float
    width: float

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures for machines, None for NaN."""
        return {name: _finite(getattr(self, name)) for name in FIGURES}


FIGURES: Final = tuple(field.name for field in fields(Measures))


def measure(pairs: Pairs, weekly: Pairs, persistence: Pairs) -> Measures:
    """Score forecasts, and the two references on the slots that all three have."""
    kept = pairs.scored & weekly.scored & persistence.scored
    measured, said = pairs.measured[kept], pairs.said[:, kept]
    load = float(np.abs(measured).mean()) if kept.any() else math.nan
    mae, rmse = _mae(measured, said), _rmse(measured, said)
    pinball = _pinball(measured, said)
    mape, wape = _days(pairs, kept)
    references = weekly.said[:, kept], persistence.said[:, kept]
    return Measures(
        slots=float(kept.sum()),
        load=load,
        mae=mae,
        nmae=_ratio(mae, load),
        rel_weekly=_ratio(mae, _mae(measured, references[0])),
        rmse=rmse,
        rmse_rel=_ratio(rmse, _rmse(measured, references[0])),
        rel_persistence=_ratio(mae, _mae(measured, references[1])),
        pinball_rel=_ratio(pinball, _pinball(measured, references[1])),
        mape_day=mape,
        wape_day=wape,
        bias=_ratio(_average(said[_MEAN] - measured), load),
        pinball=_ratio(pinball, load),
        coverage=_average((measured >= said[0]) & (measured <= said[2])),
        width=_ratio(_average(said[2] - said[0]), load),
    )


@dataclass(frozen=True, slots=True)
class HourOfDay:
    """The figures of one hour of the clock, over the days of one household."""

    hour: int
    mae: float
    load: float
    coverage: float

    def as_dict(self) -> dict[str, float | None]:
        """Return the figures for machines, None for NaN."""
        figures = {"mae": self.mae, "load": self.load, "coverage": self.coverage}
        return {name: _finite(value) for name, value in figures.items()}


def by_hour(pairs: Pairs, slots_of_a_day: int) -> list[HourOfDay]:
    """Score each hour of the day by itself."""
    hours = pairs.slot * 24 // slots_of_a_day
    figures = []
    for hour in range(24):
        kept = pairs.scored & (hours == hour)
        measured, said = pairs.measured[kept], pairs.said[:, kept]
        inside = (measured >= said[0]) & (measured <= said[2])
        figures.append(
            HourOfDay(hour, _mae(measured, said), _average(measured), _average(inside))
        )
    return figures


def _days(pairs: Pairs, kept: np.ndarray) -> tuple[float, float]:
    """Return MAPE and WAPE of the totals of days without a gap."""
    count = int(pairs.origin.max()) + 1
    slots = np.bincount(pairs.origin, minlength=count)
    whole = np.bincount(pairs.origin[kept], minlength=count) == slots
    measured = np.where(kept, pairs.measured, 0.0)
    said = np.where(kept, pairs.said[_MEAN], 0.0)
    totals = np.bincount(pairs.origin, measured, count)[whole]
    errors = np.abs(np.bincount(pairs.origin, said, count)[whole] - totals)
    used = np.abs(totals)
    some = used > 0
    return _average(errors[some] / used[some]), _ratio(errors.sum(), used.sum())


def _mae(measured: Floats, said: Floats) -> float:
    return _average(np.abs(measured - said[_MEDIAN]))


def _rmse(measured: Floats, said: Floats) -> float:
    return math.sqrt(_average((measured - said[_MEAN]) ** 2))


def _pinball(measured: Floats, said: Floats) -> float:
    error = measured - said[: len(SCORED_LEVELS)]
    level = SCORED_LEVELS[:, None]
    return _average(np.maximum(level * error, (level - 1) * error))


def _average(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else math.nan


def _ratio(value: float, by: float) -> float:
    return value / by if by > 0 else math.nan


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
