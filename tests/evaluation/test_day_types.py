"""What the evaluation says of day types."""

from datetime import datetime
import random

import numpy as np

from wattwise_dev.evaluation.day_types.command import as_text
from wattwise_dev.evaluation.day_types.forecast_errors import measure_forecast
from wattwise_dev.evaluation.day_types.grouping_figures import measure_grouping
from wattwise_dev.evaluation.day_types.typed_days import TypedDays
from wattwise_dev.evaluation.day_types.unusual_hours import Recalls, count_found

from .households import made, with_noise_from

DAYS = 130


def used(moment: datetime) -> float:
    """Return what a family uses that is out on working days [kWh]."""
    asleep = moment.hour < 7 or moment.hour >= 23
    out = moment.weekday() < 5 and 8 <= moment.hour < 17
    noise = random.Random(str(moment)).lognormvariate(0.0, 0.3)
    return noise * (0.1 if asleep or out else 0.8)


def test_a_home_of_working_days_and_weekends() -> None:
    """Its types are stable, foreseen by the calendar, and help what knows no calendar."""
    home = made(DAYS, value=used)
    found = measure_grouping("made", home.past)
    assert found
    assert set(found.names) == {"working_day", "weekend"}
    assert found.stability > 0.9
    assert found.silhouette
    assert found.silhouette > max(0.5, found.blind_silhouette)
    assert found.kept == found.kept_if_matched == 1.0
    assert found.blind_kept < 1.0
    for when in ("tomorrow", "0 h", "18 h"):
        foresight = found.foresight[when]
        assert foresight.right > 0.9
        assert foresight.loss < 0.6 * foresight.loss_by_share
    errors = measure_forecast(home.past)
    assert 0.8 < errors.mae < 1.05

    recalls = Recalls()
    count_found(home, 2, 3, recalls)
    assert set(recalls.put.values()) == {2}
    assert sum(recalls.typed.values()) >= sum(recalls.plain.values()) > 0
    table = as_text([found], [errors], recalls)
    assert "types per home: 2: 1" in table
    assert "tomorrow" in table
    assert "spike" in table or "+3 kW 1 h" in table


def test_too_few_days_are_no_figures() -> None:
    """A home that is younger than the first night is left out."""
    assert measure_grouping("young", made(60, value=used).past) is None


def test_typed_days_look_at_nothing_later() -> None:
    """Whatever happens from a day on, its forecast was the same."""
    home = made(DAYS, value=used)
    other = with_noise_from(home, 100)
    said = TypedDays().predict(home.past.until(100), 0)
    same = TypedDays().predict(other.past.until(100), 0)
    assert np.array_equal(said.quantiles, same.quantiles)
    assert np.array_equal(said.mean, same.mean)
