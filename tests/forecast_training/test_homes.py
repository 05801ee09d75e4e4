"""Homes are read from a file, and laid into local days."""

import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from wattwise_dev.forecast_training.homes import Homes, HomesError

LONDON = ZoneInfo("Europe/London")


def write(folder: Path, *lines: str) -> Path:
    """Write a file of homes."""
    file = folder / "homes.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_half_hours_make_hours_and_gaps_stay_gaps(tmp_path: Path) -> None:
    """An hour of which a half is missing is missing; a first half alone is left out."""
    file = write(
        tmp_path,
        "time,a,b,c",
        "2013-06-01 00:30:00,9,9,9",
        "2013-06-01 01:00:00,0.1,1,9",
        "2013-06-01 01:30:00,0.2,,9",
        "2013-06-01 02:00:00,0.3,2,9",
        "2013-06-01 02:30:00,0.4,3,9",
    )
    homes = Homes.read(file, 2).at(3600)
    assert homes.names == ("a", "b")
    assert homes.energy[:, 0] == pytest.approx([0.3, 0.7])
    assert np.isnan(homes.energy[0, 1])
    assert homes.energy[1, 1] == 5.0
    # One o'clock in UTC is two on a summer's clock in London.
    past = homes.past(0, LONDON)
    assert past.measured.shape == (1, 24)
    assert past.measured[0, 2] == pytest.approx(0.3)
    assert past.calendar.weekday.tolist() == [5, 6, 0, 1]


def test_a_zipped_file_is_read_too(tmp_path: Path) -> None:
    """The shared files are zipped."""
    file = tmp_path / "homes.csv.gz"
    with gzip.open(file, "wt", encoding="utf-8") as zipped:
        zipped.write("time,a\n2013-01-01 00:00:00,1\n2013-01-01 00:30:00,2\n")
    assert Homes.read(file, 1).energy.ravel().tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["time,a", "2013-01-01 00:00:00,much"], r"line 2: could not convert"),
        (["time,a", "yesterday,1"], r"line 2: Invalid isoformat"),
        (["time", "2013-01-01 00:00:00"], "has 0 homes, 1 were asked for"),
        ([], "has 0 homes"),
        (
            ["time,a", "2013-01-01,1", "2013-01-02,1", "2013-01-04,1"],
            "several lengths or steps",
        ),
        (["time,a", "2013-01-01,1", "2013-01-02"], "several lengths"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, lines: list[str], said: str) -> None:
    """With the line where it is."""
    with pytest.raises(HomesError, match=said):
        Homes.read(write(tmp_path, *lines), 1)


def test_steps_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    """Hours cannot be made half hours."""
    file = write(tmp_path, "time,a", "2013-01-01 00:00:00,1", "2013-01-01 01:00:00,1")
    with pytest.raises(HomesError, match="do not make"):
        Homes.read(file, 1).at(1800)
