"""Which models there are.

Another package may bring its own: a class that follows `model.Model`, handed to
`register_model` before the household is set up.
"""

from collections.abc import Callable
import logging
from typing import Final

from .model import Model
from .models.analog_days import AnalogDays
from .models.boosted_trees import BoostedTrees
from .models.hour_of_week import HourOfWeek
from .models.median_regression import MedianRegression
from .models.neural_network import NeuralNetwork
from .models.persistence import PersistenceEnsemble
from .models.pretrained_network import PretrainedNetwork
from .models.pretrained_trees import PretrainedTrees
from .models.random_forest import RandomForest
from .models.ridge_regression import RidgeRegression
from .models.scikit_learn import available
from .models.seasonal_naive import DailyNaive, WeeklyNaive
from .models.weighted_days import WeightedDays

type ModelFactory = Callable[[], Model]

# Chosen instead of a model: the blend of all that are cheap.
AUTOMATIC: Final = "automatic"
_LOGGER: Final = logging.getLogger(__name__)

# What every home is forecast with: cheap, and never all wrong at once.
_DEFAULT: Final[list[ModelFactory]] = [
    PersistenceEnsemble,
    HourOfWeek,
    WeightedDays,
    AnalogDays,
    MedianRegression,
    RidgeRegression,
    PretrainedTrees,
    PretrainedNetwork,
]
# What they are compared with.
_REFERENCES: Final[list[ModelFactory]] = [DailyNaive, WeeklyNaive]
# Where scikit-learn is installed, and only if one of them is chosen: learning takes
# them forty times as long as the others, and alone they are worse than the blend.
_OF_SCIKIT_LEARN: Final[list[ModelFactory]] = [
    BoostedTrees,
    RandomForest,
    NeuralNetwork,
]


def register_model(factory: ModelFactory) -> None:
    """Let a model take part in every blend from now on; ValueError if its name is taken."""
    name = factory().name
    taken = {kind().name for kind in [*_DEFAULT, *_REFERENCES, *_OF_SCIKIT_LEARN]}
    if name in taken or name == AUTOMATIC:
        msg = f"there is a model called {name} already"
        raise ValueError(msg)
    _DEFAULT.append(factory)


def default_models() -> list[Model]:
    """Return new models of the kinds that make up the blend."""
    return [factory() for factory in _DEFAULT]


def reference_models() -> list[Model]:
    """Return new models that only serve for comparison."""
    return [factory() for factory in _REFERENCES]


def installed_models() -> list[Model]:
    """Return new models of the libraries that are installed beside WattWise."""
    return [factory() for factory in _OF_SCIKIT_LEARN] if available() else []


def model_choices() -> list[str]:
    """Return the names of the models that run here, each of which may be chosen.

    Looks for libraries on the disk.
    """
    return [model.name for model in _every_model()]


def chosen_model(choice: str) -> Model | None:
    """Return a new model of the name that was chosen, None for the blend.

    A model that is there no more, because its package was removed, is told once, and
    the blend forecasts in its place.
    """
    if choice == AUTOMATIC:
        return None
    for model in _every_model():
        if model.name == choice:
            return model
    _LOGGER.warning(
        "The forecast model %s that was chosen is not installed any more; "
        "the automatic choice forecasts in its place",
        choice,
    )
    return None


def _every_model() -> list[Model]:
    return [*default_models(), *reference_models(), *installed_models()]
