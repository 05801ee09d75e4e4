"""Files of weather: `time,temperature,cloud`."""

from datetime import tzinfo
from pathlib import Path
from typing import Final

import numpy as np

from .energy_file import Fault, read_table, these
from .errors import EvaluationError
from .household import WeatherSeries

_COLUMNS: Final = ("temperature", "cloud")


def read_weather(path: Path, clock: tzinfo | None) -> tuple[WeatherSeries, list[Fault]]:
    """Read degrees Celsius and cloud cover from 0 to 1, and what was wrong with lines.

    EvaluationError where the cover is given in percent, or degrees are not Celsius.
    """
    table = read_table(path, these(*_COLUMNS), clock)
    # In the order of _COLUMNS, however the file writes their names.
    temperature, cloud = table.columns.values()
    with np.errstate(invalid="ignore"):
        if (cloud > 1).any() or (cloud < 0).any():
            raise EvaluationError(f"{path}: cloud is a share, from 0 to 1")
        if (temperature > 65).any() or (temperature < -90).any():
            raise EvaluationError(f"{path}: temperature is in degrees Celsius")
    return WeatherSeries(table.times, temperature, cloud), list(table.faults)
