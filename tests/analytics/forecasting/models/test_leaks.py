"""No model knows what comes after its origin."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.model import Model
from custom_components.wattwise.analytics.forecasting.past import DAYS_AHEAD, Past

from ..made_up_homes import home
from .every_model import OF_SCIKIT_LEARN, QUICK, forecast


@pytest.mark.parametrize(
    ("kind", "lead"),
    [
        *((kind, lead) for kind in QUICK for lead in range(DAYS_AHEAD)),
        *((kind, 1) for kind in OF_SCIKIT_LEARN),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_noise_after_the_origin_changes_nothing(kind: type[Model], lead: int) -> None:
    """Replacing all from a day on by noise leaves every forecast of that day."""
    past = home(50)
    noise = past.measured.copy()
    noise[40:] = np.random.default_rng(9).random((10, 24)) * 50
    honest = forecast(kind, past.until(40), lead)
    tempted = Past(noise, past.calendar)
    # What is known of the whole has been computed before the part is asked.
    assert tempted.totals[-1] > past.totals[-1]
    other = forecast(kind, tempted.until(40), lead)
    assert (honest.quantiles == other.quantiles).all()
    assert (honest.mean == other.mean).all()
