"""One forecast of several, each counting by how well it did lately."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from .daily_losses import daily_losses
from .past import Past
from .prediction import Prediction
from .record import Outcome, Record

# Days of outcomes that decide, and how fast they fade [days].
_DAYS: Final = 42
_FADING: Final = 28.0
# A model whose loss is this share above the best one's counts a third (1/e) of it.
_SHARPNESS: Final = 0.02
# Losses below this share of the worst one are taken as that: two ways of hardly any
# error are the same.
_LEAST_LOSS: Final = 1e-3
# Below this many days, all count the same: a lucky day decides nothing.
_LEAST_DAYS: Final = 5


def blend_weights(
    record: Record, past: Past, lead: int, models: list[str]
) -> dict[str, float]:
    """Weigh models by their out-of-sample pinball loss on days that all of them know.

    The weights fall exponentially with the loss (Vovk's aggregating forecaster), and
    sum to one. A model that never was the better one hardly moves the blend: none has
    to be trusted, and none has to be switched off.
    """
    outcomes = {
        model: {o.age: o for o in record.outcomes(model, past, lead, _DAYS)}
        for model in models
    }
    outcomes = {model: known for model, known in outcomes.items() if known}
    if not outcomes:
        return dict.fromkeys(models, 1 / len(models))
    shared = set.intersection(*(set(known) for known in outcomes.values()))
    if len(shared) < _LEAST_DAYS:
        return dict.fromkeys(models, 1 / len(models))
    losses = {
        model: _faded_loss([known[age] for age in sorted(shared)])
        for model, known in outcomes.items()
    }
    # A model that is never wrong leaves the others nothing, not everything.
    best = max(min(losses.values()), _LEAST_LOSS * max(losses.values())) or 1.0
    shares = {
        model: float(np.exp(-(loss / best - 1) / _SHARPNESS))
        for model, loss in losses.items()
    }
    whole = sum(shares.values())
    return {model: share / whole for model, share in shares.items()}


def blend(
    predictions: Mapping[str, Prediction], weights: Mapping[str, float]
) -> Prediction:
    """Average quantiles level by level (Vincent's average), and the means.

    Models without a weight are left out; if none has one, all count the same.
    """
    counted = {name: weights.get(name, 0.0) for name in predictions}
    whole = sum(counted.values())
    if not whole:
        counted, whole = dict.fromkeys(predictions, 1.0), float(len(predictions))
    shares = {name: weight / whole for name, weight in counted.items()}
    quantiles = sum(shares[name] * p.quantiles for name, p in predictions.items())
    mean = sum(shares[name] * p.mean for name, p in predictions.items())
    return Prediction(np.asarray(quantiles), np.asarray(mean))


def _faded_loss(outcomes: list[Outcome]) -> float:
    fading = np.exp(-np.array([o.age for o in outcomes]) / _FADING)
    return float(fading @ daily_losses(outcomes) / fading.sum())
