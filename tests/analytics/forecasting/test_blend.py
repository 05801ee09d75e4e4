"""Several models make one forecast, and the better ones count more."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.blend import blend, blend_weights
from custom_components.wattwise.analytics.forecasting.past import Past
from custom_components.wattwise.analytics.forecasting.prediction import Prediction
from custom_components.wattwise.analytics.forecasting.record import Record

from .made_up_homes import FIRST_DAY, home
from .test_record import flat


def told(past: Past, off: dict[str, float]) -> Record:
    """Return a record of models that are off by a factor on each day."""
    record = Record()
    for index, row in enumerate(past.measured):
        for model, factor in off.items():
            said = np.repeat(row[None] * factor, 5, axis=0)
            record.issue(model, FIRST_DAY + index, 0, Prediction(said, row * factor))
    return record


def test_the_better_model_counts_more() -> None:
    """The weight falls steeply with the loss, and weights sum to one."""
    past = home(30)
    record = told(past, {"good": 1.05, "fair": 1.052, "poor": 1.5})
    weights = blend_weights(record, past, 0, ["good", "fair", "poor"])
    assert sum(weights.values()) == pytest.approx(1)
    assert weights["good"] > weights["fair"] > 0.1
    assert weights["poor"] < 1e-6


def test_a_lucky_day_decides_nothing() -> None:
    """With four days, all count the same."""
    past = home(4)
    record = told(past, {"good": 1.0, "poor": 2.0})
    assert blend_weights(record, past, 0, ["good", "poor"]) == {
        "good": 0.5,
        "poor": 0.5,
    }


def test_models_are_compared_on_the_days_both_know() -> None:
    """Whoever joins late is not judged by easier days."""
    past = home(40)
    past.measured[:30] *= 10
    record = told(past, {"old": 1.1})
    for index in range(30, 40):
        row = past.measured[index]
        late = Prediction(np.repeat(row[None] * 1.1, 5, axis=0), row * 1.1)
        record.issue("late", FIRST_DAY + index, 0, late)
    weights = blend_weights(record, past, 0, ["old", "late"])
    assert weights["old"] == pytest.approx(weights["late"])


def test_a_model_nobody_has_judged_waits() -> None:
    """A model without a record has no weight beside those that have one."""
    past = home(30)
    weights = blend_weights(told(past, {"old": 1.1}), past, 0, ["old", "new"])
    mixed = blend({"old": flat(1.0), "new": flat(3.0)}, weights)
    assert mixed.mean[0] == 1.0


def test_blending_averages_level_by_level() -> None:
    """Quantiles stay in order, and the mean is the mean of means."""
    mixed = blend({"a": flat(1.0), "b": flat(3.0)}, {"a": 0.75, "b": 0.25})
    assert np.allclose(mixed.quantiles, 1.5)
    assert np.allclose(mixed.mean, 1.5)
    assert np.allclose(blend({"a": flat(1.0), "b": flat(3.0)}, {}).mean, 2.0)
