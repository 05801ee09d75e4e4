"""Weather is read in the units that models expect, or not at all."""

from pathlib import Path

import numpy as np
import pytest

from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.weather_file import read_weather


def test_degrees_and_cover(tmp_path: Path) -> None:
    """Degrees Celsius and a share; gaps stay gaps, and bad cells are told."""
    path = tmp_path / "weather.csv"
    path.write_text(
        "time,cloud,Temperature\n"
        "2024-01-01T00:00Z,0.5,-3\n"
        "2024-01-01T01:00Z,,4\n"
        "2024-01-01T02:00Z,1,mild\n"
    )
    weather, faults = read_weather(path, None)

    np.testing.assert_array_equal(weather.temperature, [-3, 4, np.nan])
    np.testing.assert_array_equal(weather.cloud, [0.5, np.nan, 1])
    assert [fault.line for fault in faults] == [4]


@pytest.mark.parametrize(
    ("row", "why"),
    [("75,10", "from 0 to 1"), ("-0.1,10", "from 0 to 1"), ("0.5,72", "Celsius")],
)
def test_other_units_are_refused(tmp_path: Path, row: str, why: str) -> None:
    """Percent and degrees Fahrenheit would mislead quietly: they are refused."""
    path = tmp_path / "weather.csv"
    path.write_text(
        f"time,cloud,temperature\n2024-01-01T00:00Z,0,1\n2024-01-01T01:00Z,{row}\n"
    )
    with pytest.raises(EvaluationError, match=why):
        read_weather(path, None)
