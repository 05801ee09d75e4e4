"""Forecasts are judged as they were issued."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.record import Record

from .made_up_homes import FIRST_DAY, home


def flat(value: float) -> Prediction:
    """Return a prediction of the same value for all slots and levels."""
    return Prediction(np.full((len(LEVELS), 24), value), np.full(24, value))


def test_what_was_issued_first_stays() -> None:
    """A model that has learned since does not rewrite what it said."""
    record = Record()
    record.issue("a", FIRST_DAY, 0, flat(1.0))
    record.issue("a", FIRST_DAY, 0, flat(2.0))
    issued = record.issued("a", FIRST_DAY, 0)
    assert issued is not None
    assert issued.mean[0] == 1.0


def test_outcomes_are_those_of_whole_days_with_readings() -> None:
    """Days without a reading, of another lead or still to come are no outcomes."""
    past = home(5)
    past.measured[3] = np.nan
    record = Record()
    for index in range(8):
        record.issue("a", FIRST_DAY + index, 0, flat(float(index)))
    record.issue("a", FIRST_DAY + 2, 1, flat(99.0))
    outcomes = record.outcomes("a", past, 0, days=4)
    assert [(o.age, o.prediction.mean[0]) for o in outcomes] == [
        (4, 1.0),
        (3, 2.0),
        (1, 4.0),
    ]
    assert record.outcomes("b", past, 0, days=4) == []


def test_state_is_the_whole_record() -> None:
    """A restart forgets nothing that was issued."""
    record = Record()
    record.issue("a", FIRST_DAY, 0, flat(1.0))
    record.issue("a", FIRST_DAY + 1, 2, flat(2.0))
    record.issue("b", FIRST_DAY, 0, flat(3.0))
    other = Record()
    other.restore(record.state())
    assert sorted(other.models) == ["a", "b"]
    known = other.issued("a", FIRST_DAY + 1, 2)
    assert known is not None
    assert known.quantiles[4, 23] == known.mean[0] == 2.0


def test_a_state_that_does_not_fit_is_refused() -> None:
    """A file from elsewhere is no record."""
    state = {"a.when": np.zeros((2, 2)), "a.values": np.zeros((1, 6, 24))}
    with pytest.raises(ValueError, match="2 days"):
        Record().restore(state)


def test_old_days_are_forgotten() -> None:
    """The record does not grow for ever."""
    record = Record()
    for day in range(10):
        record.issue("a", day, 0, flat(1.0))
    record.forget_before(7)
    assert len(record.state()["a.when"]) == 3
