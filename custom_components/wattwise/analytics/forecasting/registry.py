"""Which models there are.

Another package may bring its own: a class that follows `model.Model`, handed to
`register_model` before the household is set up.
"""

from collections.abc import Callable
from typing import Final

from .model import Model
from .models.analog_days import AnalogDays
from .models.hour_of_week import HourOfWeek
from .models.median_regression import MedianRegression
from .models.persistence import PersistenceEnsemble
from .models.pretrained_network import PretrainedNetwork
from .models.pretrained_trees import PretrainedTrees
from .models.ridge_regression import RidgeRegression
from .models.seasonal_naive import DailyNaive, WeeklyNaive
from .models.weighted_days import WeightedDays

type ModelFactory = Callable[[], Model]

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


def register_model(factory: ModelFactory) -> None:
    """Let a model take part in every blend from now on; ValueError if its name is taken."""
    name = factory().name
    if name in {model.name for model in [*default_models(), *reference_models()]}:
        msg = f"there is a model called {name} already"
        raise ValueError(msg)
    _DEFAULT.append(factory)


def default_models() -> list[Model]:
    """Return new models of the kinds that make up the blend."""
    return [factory() for factory in _DEFAULT]


def reference_models() -> list[Model]:
    """Return new models that only serve for comparison."""
    return [factory() for factory in _REFERENCES]
