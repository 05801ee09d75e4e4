"""scripts/evaluate tells what kinds of load shapes homes have, and how many keep theirs."""

import csv
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path

import numpy as np
import pytest

from custom_components.wattwise.analytics.load_shapes.archetypes import Archetypes
from custom_components.wattwise.analytics.load_shapes.load_shape import ShapeKind
from wattwise_dev.evaluation.__main__ import main
from wattwise_dev.evaluation.load_shapes import kept_groups

DATA = Path(__file__).parent.parent / "data"
HOMES = 12
DAYS = 70


def street(path: Path, homes: int = HOMES) -> Path:
    """Write the hours of homes of which each second one heats at night."""
    random = np.random.default_rng(1)
    first = datetime(2026, 1, 5, tzinfo=UTC)
    busy = [range(6) if home % 2 else range(17, 23) for home in range(homes)]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["time", *(f"home {home}" for home in range(homes))])
        for hour in range(24 * DAYS):
            moment = first + timedelta(hours=hour)
            used = random.gamma(4.0, 0.05, homes)
            rows.writerow(
                [
                    moment.isoformat(),
                    *(
                        f"{used[home] * (6 if moment.hour in busy[home] else 1):.3f}"
                        for home in range(homes)
                    ),
                ]
            )
    return path


def test_a_real_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One home has a kind, and its figures stand in a file."""
    out = tmp_path / "kinds.csv"
    home = DATA / "lcl_MAC000002_2013_halfhourly_kwh_utc.csv"
    code = main(
        [
            *("load-shapes", "--input", str(home), "--clock", "UTC"),
            *("--timezone", "Europe/London", "--output", str(out)),
        ]
    )
    assert code == 0
    assert "kept" in capsys.readouterr().out
    with out.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["kind"] == "evening"
    shares = [row[f"{part}_share"] for part in ("night", "morning", "day", "evening")]
    assert sum(map(float, shares)) == pytest.approx(1.0)


def test_many_homes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Homes of two kinds are told apart, keep their groups, and beat dealt-out features."""
    # Once is enough for homes that are so clear.
    monkeypatch.setattr(kept_groups, "REPEATS", 1)
    figures = tmp_path / "figures.json"
    code = main(
        [
            *("load-shapes", "--homes", str(street(tmp_path / "street.csv"))),
            *("--timezone", "UTC", "--json", str(figures)),
        ]
    )
    assert code == 0
    assert "as several households: 2 groups, 100%" in capsys.readouterr().out
    found = json.loads(figures.read_text())
    assert found["homes"] == HOMES
    assert found["sizes"]["night"] == found["sizes"]["evening"] == HOMES / 2
    assert found["kept"] == {"nearest": 1.0, "shown": 1.0}
    # Chance decides what two groups too many are, and who is in them.
    assert found["others"]["nearest"] <= 1.0
    assert found["silhouette"] > found["dealt"]
    assert set(found["same_as_whole"]) == {"28", "56"}
    two, *more = found["numbers"]
    assert two["stability"] == pytest.approx(1.0)
    assert all(one["silhouette"] < two["silhouette"] for one in more)


def test_kinds_are_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is shipped comes from this command: the same homes give the same file."""
    homes = street(tmp_path / "street.csv")
    first, second, few = (tmp_path / name for name in ("1.json", "2.json", "3.json"))
    for file in (first, second):
        assert main(command := _learn(homes, file)) == 0, command
    assert first.read_bytes() == second.read_bytes()
    kept = json.loads(first.read_text())
    assert kept["learned_from"]["homes"] == HOMES
    centres = Archetypes.from_dict(kept).centres
    assert set(centres) == set(ShapeKind)
    assert centres[ShapeKind.NIGHT][2] == max(one[2] for one in centres.values())
    three = street(tmp_path / "three.csv", homes=3)
    assert main(_learn(three, few)) == 1
    assert "4 kinds need as many homes" in capsys.readouterr().err
    assert not few.exists()


def test_what_nothing_follows_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Homes with zeros for gaps or with a few weeks are left out, and that is said."""
    path = tmp_path / "home.csv"
    first = datetime(2026, 1, 5, tzinfo=UTC)
    rows = [
        f"{(first + timedelta(hours=at)).isoformat()},{0.3 if at < 900 else 0},0.2"
        for at in range(24 * 50)
    ]
    path.write_text("\n".join(["time,off,young", *rows]))
    assert main(["load-shapes", "--homes", str(path), "--timezone", "UTC"]) == 1
    said = capsys.readouterr().err
    assert "off is left out: 25% zeros" in said
    assert "young is left out: too little is known of a half of its days" in said
    assert "no home is left" in said


def _learn(homes: Path, file: Path) -> list[str]:
    return [
        *("load-shapes", "--homes", str(homes), "--timezone", "UTC"),
        *("--archetypes", str(file)),
    ]
