"""scripts/evaluate forecasts any household that somebody has in a file."""

import csv
from datetime import date, timedelta
import json
from pathlib import Path
import subprocess
import sys

import numpy as np
import pytest

from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.evaluation.__main__ import main
from wattwise_dev.evaluation.arguments import arguments
from wattwise_dev.evaluation.chosen import chosen_homes, chosen_models
from wattwise_dev.evaluation.contestants import PERSISTENCE, WEEKLY_NAIVE
from wattwise_dev.evaluation.errors import EvaluationError
from wattwise_dev.evaluation.other_people import OTHER_PEOPLES, ROOT
from wattwise_dev.evaluation.reading import read_households

from .households import made


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return the file of a household of seventy days."""
    home = made(70)
    path = tmp_path / "home.csv"
    with path.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened)
        writer.writerow(("time", "kwh"))
        for start, energy in zip(home.starts, home.measured, strict=True):
            writer.writerow((f"{np.datetime64(int(start), 's')}+00:00", energy))
    return path


def test_any_household(file: Path, tmp_path: Path) -> None:
    """A file becomes a table, figures for machines, and all forecasts."""
    out, figures, table = (tmp_path / name for name in ("o.csv", "f.json", "t.csv"))
    done = subprocess.run(  # noqa: S603
        [
            *(sys.executable, "-P", "-m", "wattwise_dev.evaluation", "forecast"),
            *("--input", file, "--timezone", "Europe/London", "--origins", "5"),
            *("--models", "weighted_days", "--output", out),
            *("--json", figures, "--csv", table),
        ],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "weighted_days" in done.stdout
    assert "5 origins" in done.stderr
    with out.open(encoding="utf-8", newline="") as opened:
        assert len(list(csv.reader(opened))) == 1 + 5 * 24
    models = json.loads(figures.read_text(encoding="utf-8"))["models"]
    assert [model["model"] for model in models] == [
        "weighted_days",
        WEEKLY_NAIVE,
        PERSISTENCE,
    ]
    assert models[1]["mean"]["rel_weekly"] == 1
    assert models[0]["cost"]["predictions"] == 5
    assert models[0]["cost"]["predict_seconds"] > 0
    assert (models[0]["cost"]["memory_mib"] is None) != Path("/proc/self").exists()
    assert len(models[0]["hours"]["home.csv"]) == 24
    with table.open(encoding="utf-8", newline="") as opened:
        homes = list(csv.DictReader(opened))
    assert float(homes[0]["mae"]) == pytest.approx(models[0]["mean"]["mae"], rel=1e-5)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--after", "365"), "70 days are too few"),
        (("--models", "oracle"), "no model is called 'oracle'"),
        (("--within-day", "--lead=1"), "no --lead"),
        (("--score", "2"), "'2' is neither a home's name nor a number up to 1"),
    ],
)
def test_what_cannot_be_done_is_said(
    file: Path,
    more: tuple[str, str],
    why: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A request that cannot be met ends with a sentence and 1."""
    command = ["forecast", "--input", str(file), "--timezone", "Europe/London"]

    assert main([*command, *more]) == 1
    assert why in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ("--timezone", "Europe/Lond"),
        ("--origins", "0"),
        ("--output", "nowhere/out.csv"),
        ("--input", "nowhere.csv"),
        ("--country", "Atlantis"),
        ("--country", "GB-ATL"),
    ],
)
def test_arguments_are_checked_before_the_work(
    file: Path, more: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits ten minutes to learn of a slip of the pen."""
    command = ["forecast", "--input", str(file), "--timezone", "Europe/London"]
    with pytest.raises(SystemExit):
        main([*command, *more])
    assert more[0] in capsys.readouterr().err


def test_homes_by_name_and_number() -> None:
    """Homes are called by their names or counted from 1."""
    names = ["a", "b", "c", "7"]
    assert chosen_homes(None, names) == names
    assert chosen_homes("2-3,a", names) == ["b", "c", "a"]
    assert chosen_homes("7", names) == ["7"]
    for wrong in ("0", "5", "3-2", "x", ""):
        with pytest.raises(EvaluationError):
            chosen_homes(wrong, names)


def test_the_references_are_always_asked() -> None:
    """Whatever is chosen is compared with the two that everybody can have."""
    assert chosen_models("lasso") == ["lasso", WEEKLY_NAIVE, PERSISTENCE]
    assert chosen_models("others")[: len(OTHER_PEOPLES)] == list(OTHER_PEOPLES)
    assert len(chosen_models("all")) == len(set(chosen_models("all")))
    learned = chosen_models("scikit-learn")
    assert {"boosted_trees", "random_forest", "neural_network"} <= set(learned)
    assert set(learned) <= set(chosen_models("all"))


def test_public_holidays_are_those_of_the_country(file: Path) -> None:
    """A country's are known, a part of it has its own, and without one nobody has any."""
    begin = ["forecast", "--input", str(file), "--timezone", "Europe/London"]
    calendars = []
    for more in ((), ("--country", "GB-ENG"), ("--country", "GB-SCT")):
        (home,) = read_households(arguments([*begin, *more]), Progress.begin())
        free = np.flatnonzero(home.past.calendar.free)
        calendars.append([home.first + timedelta(days=int(day)) for day in free])
    assert calendars == [
        [],
        [date(2013, 3, 29), date(2013, 4, 1)],
        [date(2013, 3, 29)],
    ]
