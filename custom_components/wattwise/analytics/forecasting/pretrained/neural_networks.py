"""Small neural networks, evaluated together."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ..local_days import Floats
from .arrays import Arrays

# Inputs farther from the usual [standard deviations] tell nothing more.
_FARTHEST: Final = 4.0
_HARMONICS: Final = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class NeuralNetworks:
    """Networks of the same shape whose outputs are averaged.

    Inputs are centred by `centre` and divided by `width` (inputs). `weights` holds for
    each layer (networks, from, to), `biases` (networks, to); between layers, what is
    negative becomes zero. `names` are the features'.
    """

    names: tuple[str, ...]
    centre: Floats
    width: Floats
    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Self:
        """Take what `arrays` gave."""
        layers = range(sum(key.startswith("weights") for key in arrays))
        return cls(
            tuple(str(name) for name in arrays["names"]),
            arrays["centre"],
            arrays["width"],
            tuple(arrays[f"weights{layer}"] for layer in layers),
            tuple(arrays[f"biases{layer}"] for layer in layers),
        )

    def arrays(self) -> Arrays:
        """Return everything as arrays."""
        layers = zip(self.weights, self.biases, strict=True)
        return {
            "names": np.array(self.names),
            "centre": self.centre,
            "width": self.width,
            **{
                f"{key}{number}": array
                for number, layer in enumerate(layers)
                for key, array in zip(("weights", "biases"), layer, strict=True)
            },
        }

    def inputs(self, rows: Floats) -> Floats:
        """Turn features into what the first layer sees: (rows, inputs)."""
        return standardised(raw_inputs(self.names, rows), self.centre, self.width)

    def predict(self, rows: Floats) -> Floats:
        """Evaluate rows (rows, features): (outputs, rows)."""
        values = self.inputs(rows)
        last = len(self.weights) - 1
        for number, (weights, biases) in enumerate(
            zip(self.weights, self.biases, strict=True)
        ):
            # The first product gives each network its own copy of the rows.
            values = values @ weights.astype(np.float64) + biases[:, None]
            if number < last:
                values = np.maximum(values, 0.0)
        return np.asarray(values.mean(axis=0).T, dtype=np.float64)


def raw_inputs(names: tuple[str, ...], rows: Floats) -> Floats:
    """Turn features into inputs: bursts by their square roots, the hour on its circle."""
    hour = rows[:, names.index("hour")] * (2 * np.pi / 24)
    circle = [wave(n * hour) for n in _HARMONICS for wave in (np.sin, np.cos)]
    roots = np.sign(rows) * np.sqrt(np.abs(rows))
    return np.column_stack([roots, *circle])


def standardised(inputs: Floats, centre: Floats, width: Floats) -> Floats:
    """Centre inputs and take what is far off back; what is missing counts as usual."""
    values = np.clip((inputs - centre) / width, -_FARTHEST, _FARTHEST)
    return np.nan_to_num(values)
