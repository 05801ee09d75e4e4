"""What scikit-learn itself said of rows, when the shipped models were trained."""

from pathlib import Path

from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    Arrays,
    part,
    read_arrays,
)

_FILE = Path(__file__).parents[2] / "data" / "predictions_of_scikit_learn.npz"


def library_samples(name: str) -> Arrays:
    """Return `rows` and `outputs` of one of the shipped models."""
    return part(read_arrays(_FILE), name)
