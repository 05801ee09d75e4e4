"""Regressions learn, keep what they learned, and make something of the weather."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from custom_components.wattwise.analytics.forecasting.model import FittedModel
from custom_components.wattwise.analytics.forecasting.models.pooled_regression import (
    TrainingRows,
)
from custom_components.wattwise.analytics.forecasting.models.regression_features import (
    COLUMNS,
    regression_design,
)
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
    Weather,
)

from ..made_up_homes import home
from .every_model import REGRESSIONS, forecast


def heated_home(days: int) -> Past:
    """Return a home with a heat pump, and the weather of the days ahead."""
    usual = home(days)
    rng = np.random.default_rng(11)
    daily = np.clip(np.cumsum(rng.normal(0, 3, days + 3)) * 0.5 + 4, -8, 14)
    degrees = daily[:, None] + 3 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)
    heat = np.maximum(15 - degrees[:days], 0) * 0.15
    cloud = np.full(degrees.shape, 0.5)
    return Past(usual.measured * 0.3 + heat, usual.calendar, Weather(degrees, cloud))


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
def test_a_cold_day_is_expected_to_cost_more(kind: type[FittedModel]) -> None:
    """The forecast follows the temperature of the day, and does without it."""
    past = heated_home(120)
    assert past.weather is not None
    model = kind()
    model.fit(past)
    answers = []
    for change in (-6.0, 0.0, 6.0, np.nan):
        degrees = past.weather.temperature.copy()
        degrees[120] += change
        weather = Weather(degrees, past.weather.cloud)
        then = Past(past.measured, past.calendar, weather)
        answers.append(model.predict(then, 0).mean.sum())
    cold, usual, warm, unknown = answers
    # Six degrees are 0.9 kW of heat, 21.6 kWh a day.
    assert cold - usual == pytest.approx(21.6, rel=0.35)
    assert usual - warm > 0.3 * 21.6
    assert np.isfinite(unknown)


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
def test_a_home_without_weather_is_asked_by_a_model_that_knew_it(
    kind: type[FittedModel],
) -> None:
    """Weather that is gone altogether makes the forecast coarser, not impossible."""
    past = heated_home(60)
    model = kind()
    model.fit(past)
    blind = Past(past.measured, past.calendar)
    assert np.isfinite(model.predict(blind, 1).mean).all()


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
def test_what_was_fitted_survives_a_restart(kind: type[FittedModel]) -> None:
    """A restored model answers the same; a state of another kind is refused."""
    past = home(50)
    model, restored = kind(), kind()
    with pytest.raises(RuntimeError, match="not fitted"):
        model.predict(past, 0)
    model.fit(past)
    restored.restore(model.state())
    assert (restored.predict(past, 2).mean == model.predict(past, 2).mean).all()
    assert restored.explain() == model.explain()
    for state in ({}, {**model.state(), "slopes": np.zeros((3, 2))}):
        with pytest.raises(ValueError, match="no state"):
            kind().restore(state)


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
def test_a_regression_says_what_it_weighs(kind: type[FittedModel]) -> None:
    """The shares of all groups are one; without weather, it counts nothing."""
    model = kind()
    assert model.explain() == {}
    model.fit(home(60))
    shares = model.explain()
    assert sum(shares.values()) == pytest.approx(1)
    assert set(shares) == {column.partition("_")[0] for column in COLUMNS}
    assert shares["weather"] == 0
    assert shares["habit"] > 0.1


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
def test_a_home_ten_times_as_large_is_forecast_ten_times(
    kind: type[FittedModel],
) -> None:
    """Nothing depends on the unit."""
    past = home(60)
    large = Past(past.measured * 10, past.calendar)
    small, big = forecast(kind, past, 0), forecast(kind, large, 0)
    assert big.quantiles == pytest.approx(small.quantiles * 10, rel=1e-6)
    assert big.mean == pytest.approx(small.mean * 10, rel=1e-6)


@pytest.mark.parametrize("lead", [0, 1, 2])
def test_rows_of_the_past_are_those_of_their_origin(lead: int) -> None:
    """What is learned from is what would have been known then."""
    past = heated_home(60)
    whole = regression_design(past, lead, np.array([45]))
    then = regression_design(past.until(45 - lead), lead, np.array([45]))
    assert then.columns == pytest.approx(whole.columns, abs=1e-9)
    assert then.spread == pytest.approx(whole.spread, abs=1e-9)
    assert then.around == pytest.approx(whole.around, abs=1e-9)


def test_the_ridge_is_that_of_scikit_learn() -> None:
    """For the penalty it chose, the coefficients are those of the library."""
    rng = np.random.default_rng(12)
    rows = rng.normal(size=(2400, 6))
    target = rows @ [1.0, -1, 0.5, 0, 0, 0] + rng.normal(size=2400)
    weights = rng.random(2400) + 0.5
    training = TrainingRows(rows, target, weights, np.repeat(np.arange(100), 24))
    found = RidgeRegression().solve(training, None)
    tried = [
        Ridge(alpha=share * 2400, fit_intercept=False).fit(rows, target, weights).coef_
        for share in np.maximum(np.geomspace(10, 1e-3, 13), 1e-3 * training.caution)
    ]
    assert min(np.abs(found - coefficients).max() for coefficients in tried) < 1e-9
    assert found == pytest.approx([1, -1, 0.5, 0, 0, 0], abs=0.1)


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("lead", [0, 1, 2])
def test_a_day_like_no_other_leads_nowhere_near_infinity(
    kind: type[FittedModel], lead: int
) -> None:
    """After days without any chance in them, one that has some is followed in reason."""
    hours = np.arange(24)
    sun = 2.5 * np.exp(-(((hours - 12) / 2.5) ** 2))
    clear = 0.6 + 0.4 * (np.arange(18) * 7 % 13) / 13
    rows = np.where(hours == 19, 1.5, 0.15) - sun * clear[:, None]
    weekday = np.arange(18 + DAYS_AHEAD) % 7
    calendar = Calendar(weekday, np.zeros_like(weekday))
    model = kind()
    model.fit(Past(rows, calendar).until(17))
    rows[17] = 0.7 * rows[17] + 0.3
    said = model.predict(Past(rows, calendar), lead)
    reach = rows.max() - rows.min()
    for values in (said.mean, said.quantiles):
        assert values.max() <= rows.max() + reach / 2
        assert values.min() >= rows.min() - reach / 2
