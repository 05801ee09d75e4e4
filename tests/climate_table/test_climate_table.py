"""The climate table is made of the temperatures where people are."""

import csv
import json
from pathlib import Path
import sys

import h5py
import numpy as np
import pytest

from custom_components.wattwise.analytics.similar_homes import usual_climate
from custom_components.wattwise.analytics.similar_homes.climate import climate_of_months
from wattwise_dev.climate_table.__main__ import main

# A valley at 200 m and a summit at 2,200 m near one another, in a world of 15 °C that
# has a warm and a cold half of the year.
YEAR = [15 - 10 * np.cos(2 * np.pi * (month + 0.5) / 12) for month in range(12)]
VALLEY = (46.1, 8.1)
FEET = 1 / 0.3048


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a table of a small world."""
    temperatures = tmp_path / "world.nc"
    with h5py.File(temperatures, "w") as world:
        year = np.array(YEAR)[:, None, None] + 273.15
        world["t2m"] = np.broadcast_to(year, (12, 181, 360)).astype("f4")
        world["latitude"] = np.arange(90, -91, -1.0)
        world["longitude"] = np.arange(0.0, 360)
    airports = tmp_path / "airports.csv"
    with airports.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "lat", "lon", "elevation"])
        rows.writerow(["valley", *VALLEY, 200 * FEET])
        rows.writerow(["nowhere", 0, 0, 0])
        rows.writerow(["mistyped", 46, 8, 99_999])
    towns = tmp_path / "towns.json"
    town = {"latitude": 46.1, "longitude": 8.1, "countrycode": "CH"}
    towns.write_text(json.dumps({"1": town | {"population": 20_000}}))
    output = tmp_path / "made.json"
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "climate_table",
            f"--temperatures={temperatures}",
            f"--airports={airports}",
            f"--towns={towns}",
            f"--output={output}",
        ],
    )
    assert main() == 0
    return output


def test_what_is_made_is_read(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The climate of a place is that of the airport beside it, colder further up."""
    monkeypatch.setattr(usual_climate, "FILE", made)
    usual_climate.climate_table.cache_clear()
    try:
        valley = usual_climate.climate_at(*VALLEY)
        expected = climate_of_months(YEAR)
        assert valley.heating == pytest.approx(expected.heating, rel=0.03, abs=5)
        summit = usual_climate.climate_at(*VALLEY, 2_200)
        colder = climate_of_months([mean - 13 for mean in YEAR])
        assert summit.heating == pytest.approx(colder.heating, rel=0.03, abs=5)
        table = usual_climate.climate_table()
        assert len(table.nodes) == 4
        assert table.countries["CH"] == pytest.approx(
            (expected.heating_year, expected.cooling_year), abs=1
        )
    finally:
        usual_climate.climate_table.cache_clear()


def test_a_file_that_is_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no grid of temperatures is named, and nothing is written."""
    other = tmp_path / "other.nc"
    with h5py.File(other, "w") as file:
        file["depth"] = [1, 2, 3]
    output = tmp_path / "made.json"
    arguments = [f"--temperatures={other}", f"--airports={other}", f"--towns={other}"]
    monkeypatch.setattr(sys, "argv", ["x", *arguments, f"--output={output}"])
    assert main() == 1
    assert "other.nc" in capsys.readouterr().err
    assert not output.exists()
