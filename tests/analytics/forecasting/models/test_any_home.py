"""Whatever a meter measures, each model answers with sound numbers."""

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.local_days import Floats
from custom_components.wattwise.analytics.forecasting.model import FittedModel, Model
from custom_components.wattwise.analytics.forecasting.past import DAYS_AHEAD, Past

from ..made_up_homes import home, weekdays
from .every_model import (
    ALL,
    AT_ONCE,
    OF_SCIKIT_LEARN,
    QUICK,
    REGRESSIONS,
    assert_sound,
    forecast,
)


def with_solar(days: int) -> Floats:
    """Return the balance of a home that feeds in at noon."""
    hour = np.arange(24)
    sun = np.random.default_rng(7).random((days, 1)) * np.exp(-(((hour - 12) / 3) ** 2))
    return np.asarray(home(days).measured - 3 * sun)


def with_gaps_of_weeks(days: int) -> Floats:
    """Return a home whose meter was away for long, at the end too."""
    measured = home(days).measured.copy()
    measured[5:20] = np.nan
    measured[-9:] = np.nan
    return measured


HOMES = {
    "zero": lambda days: np.zeros((days, 24)),
    "constant": lambda days: np.full((days, 24), 0.3),
    "feeds in": lambda days: np.full((days, 24), -0.3),
    "with solar": with_solar,
    "with gaps of weeks": with_gaps_of_weeks,
    "never measured": lambda days: np.full((days, 24), np.nan),
    "begins late": lambda days: np.concatenate(
        [np.zeros((days - 1, 24)), home(1).measured]
    ),
    "tiny": lambda days: home(days).measured * 1e-9,
    "huge": lambda days: home(days).measured * 1e9,
}


@pytest.mark.parametrize(
    ("kind", "of"),
    [
        *((kind, of) for kind in QUICK for of in HOMES),
        *(
            (kind, of)
            for kind in OF_SCIKIT_LEARN
            for of in ("zero", "with gaps of weeks", "never measured")
        ),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_all_kinds_of_homes(kind: type[Model], of: str) -> None:
    """Quantiles are in order and finite; consumption is never below zero."""
    past = Past(HOMES[of](40), weekdays(40))
    prediction = forecast(kind, past, 1)
    assert_sound(prediction, 24)
    if past.never_negative:
        assert prediction.quantiles.min() >= 0
        assert prediction.mean.min() >= 0
    if of in {"constant", "zero", "feeds in"}:
        assert prediction.median == pytest.approx(past.measured[0], abs=0.02)
        assert prediction.mean == pytest.approx(past.measured[0], abs=0.02)


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_a_home_feeds_in_is_forecast_as_such(kind: type[Model]) -> None:
    """A balance may be negative: at noon it is expected to be."""
    past = Past(with_solar(60), weekdays(60))
    prediction = forecast(kind, past, 0)
    assert prediction.mean[12] < 0 < prediction.mean[19]


@pytest.mark.parametrize("kind", QUICK, ids=lambda kind: kind.name)
@pytest.mark.parametrize("slots", [24, 48, 96])
@pytest.mark.parametrize("lead", range(DAYS_AHEAD))
def test_the_youngest_home_that_a_model_takes(
    kind: type[Model], slots: int, lead: int
) -> None:
    """A model answers from its first day on, and refuses before."""
    days = kind.minimum_days
    assert_sound(forecast(kind, home(days, slots=slots), lead), slots)
    with pytest.raises(ValueError, match=kind.name):
        forecast(kind, home(days - 1, slots=slots), lead)


@pytest.mark.parametrize("kind", AT_ONCE, ids=lambda kind: kind.name)
@settings(max_examples=15, deadline=None)
@given(
    days=st.integers(7, 45),
    seed=st.integers(0, 999),
    gaps=st.floats(0, 0.9),
    shift=st.sampled_from([0.0, -0.5]),
    lead=st.integers(0, 2),
)
def test_quantiles_are_in_order_in_any_home(
    kind: type[Model], days: int, seed: int, gaps: float, shift: float, lead: int
) -> None:
    """Bursts, gaps and signs of all kinds leave sound forecasts."""
    measured = home(days, seed=seed).measured + shift
    measured[np.random.default_rng(seed).random(measured.shape) < gaps] = np.nan
    past = Past(measured, weekdays(days))
    prediction = forecast(kind, past, lead)
    assert_sound(prediction, 24)
    if past.never_negative:
        assert prediction.quantiles.min() >= 0


@pytest.mark.parametrize("kind", REGRESSIONS, ids=lambda kind: kind.name)
@settings(max_examples=8, deadline=None)
@given(days=st.integers(14, 60), seed=st.integers(0, 999), gaps=st.floats(0, 0.9))
def test_regressions_are_in_order_in_any_home(
    kind: type[FittedModel], days: int, seed: int, gaps: float
) -> None:
    """So do the models that learn."""
    measured = home(days, seed=seed).measured.copy()
    measured[np.random.default_rng(seed).random(measured.shape) < gaps] = np.nan
    prediction = forecast(kind, Past(measured, weekdays(days)), 0)
    assert_sound(prediction, 24)
    assert prediction.quantiles.min() >= 0
