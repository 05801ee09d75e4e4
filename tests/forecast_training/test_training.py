"""Homes go in, and what is shipped comes out."""

from pathlib import Path
import sys

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.pretrained.arrays import (
    part,
    pretrained_arrays,
    read_arrays,
)
from custom_components.wattwise.analytics.forecasting.pretrained.boosted_trees import (
    BoostedTrees,
)
from tests.analytics.forecasting.made_up_homes import home
from wattwise_dev.forecast_training import training
from wattwise_dev.forecast_training.__main__ import main
from wattwise_dev.forecast_training.examples import Examples
from wattwise_dev.forecast_training.within_the_day import MomentExamples


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    """Write two homes of seven weeks, one with a gap."""
    values = np.column_stack(
        [home(49, seed=seed, slots=48).measured.ravel() for seed in (1, 2)]
    )
    starts = np.datetime64("2013-02-01T00:00") + np.arange(len(values)) * 30
    rows = []
    for index, (start, (a, b)) in enumerate(zip(starts, values, strict=True)):
        second = "" if 500 < index < 700 else f"{b:.3f}"
        rows.append(f"{start},{a:.3f},{second}")
    file = tmp_path / "homes.csv"
    file.write_text("\n".join(["time,a,b", *rows]) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train as little as makes all parts."""
    for settings in (training.TREES, training.TREES_OF_THE_MEAN):
        monkeypatch.setitem(settings, "max_iter", 3)
        monkeypatch.setitem(settings, "min_samples_leaf", 20)
    monkeypatch.setitem(training.NETWORK, "max_iter", 1)


def run(homes: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run the program with two homes."""
    folder.mkdir()
    output = folder / "models.npz"
    monkeypatch.setattr(
        sys,
        "argv",
        [
            "train-forecaster",
            *("--homes", str(homes), "--timezone", "Europe/London", "--first", "2"),
            *("--output", str(output), "--samples", str(folder / "samples.npz")),
        ],
    )
    assert main() == 0
    return output


@pytest.mark.timeout(120)
@pytest.mark.usefixtures("quick")
def test_a_training_makes_what_is_shipped(
    homes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same arrays by name, and the same file when it is made again."""
    first = run(homes, tmp_path / "first", monkeypatch)
    second = run(homes, tmp_path / "second", monkeypatch)
    assert first.read_bytes() == second.read_bytes()
    made = read_arrays(first)
    assert made.keys() == pretrained_arrays().keys()
    samples = read_arrays(tmp_path / "first" / "samples.npz")
    for name in ("trees", "within_the_day"):
        trees = BoostedTrees.from_arrays(part(made, name))
        sample = part(samples, name)
        assert trees.predict(sample["rows"]) == pytest.approx(
            sample["outputs"], abs=1e-6
        )


def test_a_file_that_cannot_be_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a sentence, and with an exit code."""
    file = tmp_path / "homes.csv"
    file.write_text("time,a\nnow,1\n", encoding="utf-8")
    monkeypatch.setattr(
        sys,
        "argv",
        ["train-forecaster", "--homes", str(file), "--timezone", "UTC", "--first", "1"],
    )
    assert main() == 1
    assert "homes.csv, line 2" in capsys.readouterr().err


def test_homes_known_too_shortly_are_refused(
    homes: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There must be something to learn."""
    lines = homes.read_text(encoding="utf-8").splitlines()
    homes.write_text("\n".join(lines[: 48 * 20]) + "\n", encoding="utf-8")
    arguments = ("--homes", str(homes), "--timezone", "UTC", "--first", "2")
    monkeypatch.setattr(sys, "argv", ["train-forecaster", *arguments])
    assert main() == 1
    assert "a has 20 days, 35 are needed" in capsys.readouterr().err


def test_examples_know_nothing_of_their_target() -> None:
    """With another first target day, its rows are the same and the targets are others."""
    past = home(31)
    changed = past.measured.copy()
    changed[28] = 7.0
    other = type(past)(changed, past.calendar)
    one, two = (
        Examples.of([(0, each, home(20, slots=48))], 1, lambda _: None)
        for each in (past, other)
    )
    # The first example is the 29th day, forecast from four weeks.
    assert np.array_equal(one.rows[:24], two.rows[:24])
    assert (two.target[:24] != one.target[:24]).all()


def test_moments_know_nothing_of_the_rest_of_the_day() -> None:
    """Rows are made of what was seen before; what is missing is no target."""
    past = home(29)
    changed = past.measured.copy()
    changed[-1, 23] = np.nan
    hidden = type(past)(changed, past.calendar)
    made = MomentExamples.of(
        [(0, hidden, home(29, slots=48), 1.0)],
        lambda _, known: WeightedDays().predict(known, 0),
        1,
        lambda _: None,
    )
    assert len(made.rows) == len(made.targets) == len(made.weight)
    assert not np.isnan(made.targets).any()
