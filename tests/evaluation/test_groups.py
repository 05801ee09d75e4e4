"""scripts/evaluate tells what is expected of homes, and how good that is."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from custom_components.wattwise.analytics.clustering.k_means import (
    Integers,
    k_means,
    nearest,
)
from custom_components.wattwise.analytics.similar_homes.expected_use import (
    HouseholdGroup,
)
from tests.group_training.made_up_survey import write_survey
from wattwise_dev.evaluation.__main__ import main
from wattwise_dev.evaluation.groups import contest
from wattwise_dev.evaluation.groups.bootstrap_stability import bootstrap_stability


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_answers_for_anybody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each home that can be read gets a row; what cannot is named by its line."""
    homes, out = tmp_path / "homes.csv", tmp_path / "out.csv"
    homes.write_text(
        "household_id,dwelling,floor_area_m2,occupants,heating_fuel,hdd_c,cdd_c,kwh\n"
        "a,detached,1800 sq ft,4,electric,2500,400,16000 kWh\n"
        "b,apartment_5plus,60 m2,1,gas,2500,400,\n"
        "c,detached,150,2,gas,2500,400,5000,too,many\n"
        "d,castle,150,2,gas,,,1.0\n",
        encoding="utf-8",
    )
    assert main(["groups", "--input", str(homes), "--output", str(out)]) == 0
    said = capsys.readouterr().err
    assert "homes.csv, line 4: has 10 cells" in said
    assert "line 5: dwelling 'castle'" in said
    rows = rows_of(out)
    assert list(rows[0]) == [
        "household_id",
        "group",
        "expected_kwh",
        "p10_kwh",
        "p90_kwh",
        "percentile",
    ]
    assert [row["household_id"] for row in rows] == ["a", "b", "d"]
    for row in rows:
        assert row["group"] in set(HouseholdGroup)
        low, middle, high = (
            float(row[name]) for name in ("p10_kwh", "expected_kwh", "p90_kwh")
        )
        assert low < middle < high
    assert [row["percentile"] == "" for row in rows] == [False, True, False]
    assert 10 < float(rows[0]["percentile"]) < 95
    assert 0 <= float(rows[2]["percentile"]) < 1


def test_rooms_and_televisions_only_where_asked(tmp_path: Path) -> None:
    """The six questions are what answers rest on, if nothing else is said."""
    homes, out = tmp_path / "homes.csv", tmp_path / "out.csv"
    write_survey(homes, 5)
    command = ["groups", "--input", str(homes), "--output", str(out)]
    assert main(command) == 0
    six = rows_of(out)
    assert main([*command, "--more"]) == 0
    more = rows_of(out)
    assert [row["group"] for row in six] == [row["group"] for row in more]
    assert six[0]["expected_kwh"] != more[0]["expected_kwh"]


def test_everybody_is_measured(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ours and what others would do stand in one table, beside the goals."""
    homes, figures = tmp_path / "homes.csv", tmp_path / "figures.json"
    write_survey(homes, 700)
    monkeypatch.setattr(contest, "_ROUNDS", 2)
    monkeypatch.setattr(contest, "_SEEDS", 2)
    command = ["groups", "--input", str(homes), "--splits", "1", "--json", str(figures)]
    assert main(command) == 0
    text = capsys.readouterr().out
    for words in ("R2 >= 0.56", "K-means, one-hot", "gradient boosting", "all homes"):
        assert words in text
    told = json.loads(figures.read_text(encoding="utf-8"))
    scores = told["scores"]
    ours = scores[contest.OURS]
    assert ours["r2"] > scores["four questions"]["r2"] > scores["all homes"]["r2"]
    assert ours["pinball"] < scores["groups: K-means, one-hot"]["pinball"]
    assert 0.65 < ours["coverage"] < 0.92
    assert abs(scores["all homes"]["r2"]) < 0.05
    assert told["groups"]["ours"]["groups"] == len(HouseholdGroup)
    assert 0.99 < told["inertia"]["worst"] < 1.01


@pytest.mark.parametrize(
    ("content", "words"),
    [("time,kwh\n1,2\n", "no column that tells"), ("dwelling\ndetached\n", "too few")],
)
def test_files_that_cannot_be_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    """What is missing is said in one line."""
    homes = tmp_path / "homes.csv"
    homes.write_text(content, encoding="utf-8")
    assert main(["groups", "--input", str(homes)]) == 1
    assert words in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("heaps", "apart", "least", "most"), [(4, 20, 0.99, 1), (1, 0, 0, 0.7)]
)
def test_stability_tells_groups_from_chance(
    heaps: int, apart: float, least: float, most: float
) -> None:
    """Heaps are found again in other samples, divisions of one heap are not."""
    random = np.random.default_rng(3)
    heap = random.integers(heaps, size=300)
    points = random.normal(size=(300, 5)) + apart * heap[:, None]

    def divide(drawn: Integers, seed: int) -> Integers:
        return nearest(points, k_means(points[drawn], 4, seed=seed).centers)

    assert least <= bootstrap_stability(300, divide, seed=2, rounds=4) <= most
