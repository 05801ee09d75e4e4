"""Networks give what the library that trained them gives."""

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    part,
    pretrained_arrays,
)
from custom_components.wattwise.analytics.forecasting.pretrained.neural_networks import (
    NeuralNetworks,
)
from wattwise_dev.forecast_training.networks import fit_networks

from .library_samples import library_samples


def test_shipped_networks_say_what_the_library_said() -> None:
    """Rows that were kept at the training, some values missing, come out the same."""
    networks = NeuralNetworks.from_arrays(part(pretrained_arrays(), "network"))
    sample = library_samples("network")
    said = networks.predict(sample["rows"])
    assert said.std() > 0.01
    assert said == pytest.approx(sample["outputs"], abs=1e-6)


def test_trained_networks_say_what_the_library_says() -> None:
    """Two layers, several seeds, rows never seen; a feature that never varies."""
    random = np.random.default_rng(4)
    rows = random.gamma(1.0, 1.0, (400, 4))
    rows[:, 0] = random.integers(0, 24, 400)
    rows[:, 3] = 1.0
    targets = np.column_stack([rows[:, 1] > rows[:, 2], np.sin(rows[:, 0])])
    networks, fitted = fit_networks(
        ("hour", "a", "b", "c"),
        rows,
        targets.astype(np.float64),
        np.ones(400),
        [1, 2],
        lambda _: None,
        hidden_layer_sizes=(8, 4),
        max_iter=5,
    )
    asked = random.gamma(1.0, 3.0, (50, 4))
    asked[0] = np.nan
    library = np.mean([each.predict(networks.inputs(asked)) for each in fitted], axis=0)
    assert networks.predict(asked) == pytest.approx(library.T, abs=1e-6)
    again = NeuralNetworks.from_arrays(networks.arrays())
    assert np.array_equal(again.predict(asked), networks.predict(asked))
