"""Small neural networks that learned from other homes."""

from typing import Final, override

from ..model import Model
from ..past import Past
from ..prediction import Prediction
from ..pretrained.arrays import part, pretrained_arrays
from ..pretrained.neural_networks import NeuralNetworks
from ..pretrained.probabilities import THRESHOLDS, quantiles_from, thresholds
from ..scale_free_features import MINIMUM_DAYS, Features, scale_free_features

# The networks learned the mean in this unit, so that it counts like a probability.
MEAN_UNIT: Final = 3.0


class PretrainedNetwork(Model):
    """A multilayer perceptron: how probable it is to use less than the local models say.

    Asked first, it reads a file.
    """

    name = "pretrained_network"
    minimum_days = MINIMUM_DAYS

    def __init__(self) -> None:
        """Leave the networks where they are until they are asked."""
        self._networks: NeuralNetworks | None = None

    @override
    def predict(self, past: Past, lead: int) -> Prediction:
        self.require(past)
        if self._networks is None:
            arrays = part(pretrained_arrays(), "network")
            self._networks = NeuralNetworks.from_arrays(arrays)
        features = scale_free_features(past, lead)
        return network_prediction(self._networks, features, past.never_negative)


def network_prediction(
    networks: NeuralNetworks, features: Features, positive: bool
) -> Prediction:
    """Return what networks make of a day's features."""
    local = features.local
    said = networks.predict(features.rows)
    quantiles = quantiles_from(said[:THRESHOLDS].T, thresholds(local))
    mean = local[-1] + MEAN_UNIT * said[THRESHOLDS]
    return Prediction.in_order(
        quantiles * features.scale, mean * features.scale, positive=positive
    )
