"""What today so far says about its rest, in units of the home's own usual slot."""

from typing import Final

import numpy as np

from .local_days import Floats
from .past import Past
from .prediction import Prediction
from .scale_free_features import OUTPUTS, RECENT, Features

# Days among which those that began like today are looked for, and how many count.
_WINDOW: Final = 112
_NEIGHBOURS: Final = 12
# Hours after which a likeness counts a third (1/e).
_FADING: Final = 4.0
_OTHER_CLASS: Final = 1.35


def within_the_day_features(
    past: Past, today: Prediction, measured: Floats, over: int
) -> Features:
    """Describe the slots of today from `over` on.

    `today` is the forecast that was made at midnight, `measured` (slots) what was used,
    NaN in gaps; at least one of the first `over` slots is known.
    """
    usual = float(np.abs(past.energy[-RECENT:]).mean())
    scale = usual or 1.0
    slots, hour = past.slots, past.slots // 24
    known = measured[:over] / scale
    mean, median = today.mean / scale, today.median / scale
    ahead = np.arange(over, slots)
    columns: dict[str, Floats | float] = {
        "hour": ahead / hour,
        "lead_hours": (ahead - over) / hour,
        "slots_an_hour": float(hour),
        "now": over / hour,
        "day_class": float(past.calendar.day_class[past.days]),
        "days_known": float(min(past.days, RECENT)),
        **_midnight(today, ahead, scale),
        **_lately(known, mean, median, hour),
        **_alike(past, measured, over, scale),
        "yesterday": past.energy[-1, over:] / scale,
        "week_mean": past.energy[-7:, over:].mean(axis=0) / scale,
        "recent_deviation": past.energy[-RECENT:, over:].std(axis=0) / scale,
        "usual_so_far": _ratio(
            known, past.energy[-RECENT:, :over].mean(axis=0) / scale
        ),
        "yesterday_so_far": _ratio(known, past.energy[-1, :over] / scale),
        "base_load": float(np.quantile(past.energy[-RECENT:], 0.05)) / scale,
        "lowest_so_far": float(np.nanmin(known)),
    }
    rows = np.stack(
        [np.broadcast_to(column, ahead.shape) for column in columns.values()], axis=1
    )
    # Of a home that used nothing, what trees learned from others says nothing.
    return Features(tuple(columns), rows.astype(np.float64), usual)


def _midnight(
    today: Prediction, ahead: np.ndarray, scale: float
) -> dict[str, Floats | float]:
    rows = (*today.quantiles, today.mean)
    said: dict[str, Floats | float] = {
        f"midnight_{output}": row[ahead] / scale
        for output, row in zip(OUTPUTS, rows, strict=True)
    }
    after = np.minimum(ahead + 1, len(today.mean) - 1)
    said["midnight_before"] = today.mean[np.maximum(ahead - 1, 0)] / scale
    said["midnight_after"] = today.mean[after] / scale
    return said


def _lately(
    known: Floats, mean: Floats, median: Floats, hour: int
) -> dict[str, Floats | float]:
    """Say how the last hours were, and how far the midnight forecast was off."""
    over = len(known)
    off, off_median = known - mean[:over], known - median[:over]
    return {
        "last_hour": _mean(known[-hour:]),
        "hour_before": _mean(known[-2 * hour : -hour]),
        "third_hour": _mean(known[-3 * hour : -2 * hour]),
        "last_slot": float(known[-1]),
        "off_last_hour": _mean(off[-hour:]),
        "off_median_last_hour": _mean(off_median[-hour:]),
        "off_hour_before": _mean(off[-2 * hour : -hour]),
        "off_3_hours": _mean(off[-3 * hour :]),
        "off_6_hours": _mean(off[-6 * hour :]),
        "off_today": _mean(off),
        "off_median_today": _mean(off_median),
        "so_far": _ratio(known, mean[:over]),
    }


def _alike(
    past: Past, measured: Floats, over: int, scale: float
) -> dict[str, Floats | float]:
    """Ask the days that began like this one for their rest."""
    days = np.arange(max(0, past.days - _WINDOW), past.days)
    known = np.flatnonzero(~np.isnan(measured[:over]))
    hours_ago = (over - 1 - known) * 24.0 / past.slots
    weight = np.exp(-hours_ago / _FADING)
    shape = _root(past.energy[days][:, known] / scale)
    off = (shape - _root(measured[known] / scale)) ** 2
    distance = off @ weight / weight.sum()
    free = past.calendar.day_class > 0
    distance = distance * np.where(free[days] == free[past.days], 1.0, _OTHER_CLASS)
    # Of days that are equally alike, the later ones.
    nearest = days[::-1][np.argsort(distance[::-1], kind="stable")[:_NEIGHBOURS]]
    rest = past.energy[nearest][:, over:] / scale
    return {"alike_mean": rest.mean(axis=0), "alike_median": np.median(rest, axis=0)}


def _root(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.sqrt(np.abs(values)), dtype=np.float64)


def _mean(values: Floats) -> float:
    """Return the mean of what is known, NaN if nothing is."""
    values = values[~np.isnan(values)]
    return float(values.mean()) if values.size else float("nan")


def _ratio(known: Floats, expected: Floats) -> float:
    """Return how much more than expected there was, NaN if nothing was expected."""
    there = ~np.isnan(known)
    total = float(np.abs(expected[there]).sum())
    return float(known[there].sum()) / total if total else float("nan")
