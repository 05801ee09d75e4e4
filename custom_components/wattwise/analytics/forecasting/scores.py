"""How good a forecast was. NaN in what was measured is never scored."""

import numpy as np

from .local_days import Floats


def pinball_loss(measured: Floats, quantiles: Floats, levels: Floats) -> Floats:
    """Return the quantile loss (levels, slots) of `quantiles` (levels, slots) [kWh].

    Its expectation is least for the true quantile (Koenker and Bassett 1978).
    """
    error = measured - quantiles
    level = levels[:, None]
    return np.asarray(np.maximum(level * error, (level - 1) * error))


def mean_absolute_error(measured: Floats, forecast: Floats) -> float:
    """Return the mean absolute error [kWh]."""
    return float(np.nanmean(np.abs(measured - forecast)))


def skill(error: float, reference: float) -> float | None:
    """Return 1 - error / reference: above 0 better than the reference, 1 perfect.

    None where the reference makes no error: a home that uses nothing has no skill.
    """
    return 1 - error / reference if reference > 0 else None


def coverage(measured: Floats, low: Floats, high: Floats) -> float:
    """Return the share of what was measured that lies in the band [0 to 1]."""
    known = ~np.isnan(measured)
    inside = (measured >= low) & (measured <= high)
    return float(inside[known].mean()) if known.any() else float("nan")


def bias(measured: Floats, forecast: Floats) -> float:
    """Return the mean of forecast less measured, as a share of what was measured."""
    known = ~np.isnan(measured)
    used = float(np.abs(measured[known]).sum())
    return float((forecast - measured)[known].sum()) / used if used else float("nan")


def daily_errors(measured: Floats, forecast: Floats) -> tuple[float, float]:
    """Return MAPE and WAPE of daily totals, from rows of days (days, slots).

    Days with gaps are left out. MAPE leaves out days without use, too.
    """
    whole = ~np.isnan(measured).any(axis=1)
    totals, expected = measured[whole].sum(axis=1), forecast[whole].sum(axis=1)
    errors, used = np.abs(expected - totals), np.abs(totals)
    some = used > 0
    mape = float((errors[some] / used[some]).mean()) if some.any() else float("nan")
    wape = float(errors.sum() / used.sum()) if used.sum() else float("nan")
    return mape, wape
