"""Models of scikit-learn learn one home, where it is installed."""

import subprocess
import sys

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.model import FittedModel
from custom_components.wattwise.analytics.forecasting.models.scikit_learn import (
    available,
)

from ..made_up_homes import home
from .every_model import OF_SCIKIT_LEARN, forecast


@pytest.mark.parametrize("kind", OF_SCIKIT_LEARN, ids=lambda kind: kind.name)
def test_they_beat_a_flat_line_in_a_home_with_habits(kind: type[FittedModel]) -> None:
    """The evening peak is expected, and bands are wider there."""
    prediction = forecast(kind, home(60), 0)
    assert prediction.mean[19] > 2 * prediction.mean[4]
    width = prediction.quantiles[-1] - prediction.quantiles[0]
    assert width[19] > 2 * width[4]


@pytest.mark.parametrize("kind", OF_SCIKIT_LEARN, ids=lambda kind: kind.name)
def test_what_was_fitted_survives_a_restart(kind: type[FittedModel]) -> None:
    """The same rows give the same model again."""
    past = home(30)
    model, restored = kind(), kind()
    with pytest.raises(RuntimeError, match="not fitted"):
        model.predict(past, 0)
    model.fit(past)
    restored.restore(model.state())
    assert (
        restored.predict(past, 1).quantiles == model.predict(past, 1).quantiles
    ).all()
    for state in ({}, {"rows": np.zeros((4, 2)), "target": np.zeros(4)}):
        with pytest.raises(ValueError, match="no state"):
            kind().restore(state)


def test_the_library_is_imported_when_something_is_fitted() -> None:
    """Importing the models costs nothing where it is missing."""
    package = "custom_components.wattwise.analytics.forecasting.models"
    names = ("boosted_trees", "random_forest", "neural_network")
    imports = "; ".join(f"import {package}.{name}" for name in names)
    program = f"{imports}; import sys; sys.exit('sklearn' in sys.modules)"
    # Fixed words, run by this very interpreter.
    command = [sys.executable, "-c", program]
    assert subprocess.run(command, check=False).returncode == 0  # noqa: S603
    assert available()
