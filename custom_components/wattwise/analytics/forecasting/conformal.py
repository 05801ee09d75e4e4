"""Bands that hold what they say: quantiles moved by how wrong they were lately."""

from typing import Final

import numpy as np

from .local_days import Floats
from .prediction import LEVELS, Prediction
from .record import Outcome
from .weighted_quantiles import weighted_quantiles

# Days of outcomes looked at, and how fast they fade [days].
CALIBRATION_DAYS: Final = 56
_FADING: Final = 28.0
# Days before anything is moved: below, the tails are a handful of hours.
_LEAST_DAYS: Final = 7
# How much the hour of the day decides against the whole day, with many days known:
# the weight of the whole day is that of so many days of one hour.
_SHRINKING_DAYS: Final = 20.0
# Narrower bands than this share of the day's mean are taken as this wide.
_LEAST_WIDTH: Final = 0.02


def calibrate(prediction: Prediction, outcomes: list[Outcome]) -> Prediction:
    """Move each quantile so far that it would have been right lately.

    Conformalised quantile regression (Romano, Patterson, Candes 2019), level by level
    and over a fading window, so that it follows a home that changes (Gibbs and Candes
    2021). The distance from quantile to outcome, in units of the band, has a quantile
    of its own at the same level: that much the forecast is moved, but no farther than
    the same distance in kWh would move it. A band that was hardly any makes every miss
    a hundred bands wide. Hours count by themselves and with their neighbours, drawn
    towards the whole day as far as few days are known. Outcomes are those of
    uncalibrated forecasts of the same lead.
    """
    if len(outcomes) < _LEAST_DAYS:
        return prediction
    fading = np.exp(-np.array([o.age for o in outcomes]) / _FADING)
    quantiles = np.stack([o.prediction.quantiles for o in outcomes])
    measured = np.stack([o.measured for o in outcomes])
    errors = measured[:, None] - quantiles
    known = ~np.isnan(measured)
    positive = bool((measured[known] >= 0).all())
    in_widths = _offsets(errors / _width(quantiles)[:, None], known, fading)
    in_widths *= _width(prediction.quantiles)
    in_kwh = _offsets(errors, known, fading)
    nearer = np.abs(in_widths) < np.abs(in_kwh)
    moved = prediction.quantiles + np.where(nearer, in_widths, in_kwh)
    # The median is the best guess already; moving it costs more than it mends.
    middle = len(LEVELS) // 2
    moved[middle] = prediction.quantiles[middle]
    return Prediction.in_order(moved, prediction.mean, positive=positive)


def _width(quantiles: Floats) -> Floats:
    """Return the width of the band (..., slots), never nothing."""
    width = quantiles[..., -1, :] - quantiles[..., 0, :]
    usual = np.abs(quantiles).mean(axis=(-2, -1), keepdims=True)[..., 0]
    return np.asarray(np.maximum(width, _LEAST_WIDTH * usual + 1e-9))


def _offsets(errors: Floats, known: np.ndarray, fading: Floats) -> Floats:
    """Return how far to move (levels, slots), in widths, from errors (days, ...)."""
    slots = errors.shape[2]
    reach = max(1, slots // 24)
    weights = known * fading[:, None]
    near_errors = np.concatenate(
        [np.roll(errors, shift, axis=2) for shift in range(-reach, reach + 1)]
    )
    near_weights = np.concatenate(
        [np.roll(weights, shift, axis=1) for shift in range(-reach, reach + 1)]
    )
    days = float(fading.sum())
    own = days / (days + _SHRINKING_DAYS)
    offsets = np.empty((len(LEVELS), slots))
    for index, level in enumerate(LEVELS):
        here = _quantiles(near_errors[:, index], near_weights, level)
        whole = _quantiles(
            errors[:, index].reshape(-1, 1), weights.reshape(-1, 1), level
        )
        offsets[index] = own * here + (1 - own) * whole
    return offsets


def _quantiles(values: Floats, weights: Floats, level: float) -> Floats:
    """Return a weighted quantile of each column, 0 of one without any weight."""
    some = weights.sum(axis=0) > 0
    # What is not known has no weight, but a place in the order.
    values = np.where(weights > 0, values, 0.0)
    found = np.zeros(values.shape[1])
    if some.any():
        found[some] = weighted_quantiles(
            values[:, some], weights[:, some], np.array([level])
        )[0]
    return found
