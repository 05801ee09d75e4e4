"""scripts/evaluate tells how good the forecast of several homes together is."""

from datetime import UTC, datetime, timedelta
import json
from pathlib import Path

import numpy as np
import pytest

from wattwise_dev.evaluation.__main__ import main


def homes_file(folder: Path, homes: int) -> Path:
    """Write two weeks and some days of homes that dine at different times."""
    rng = np.random.default_rng(5)
    path = folder / "homes.csv"
    begin = datetime(2026, 1, 5, tzinfo=UTC)
    with path.open("w") as file:
        file.write(",".join(["time", *(f"home{at}" for at in range(homes))]) + "\n")
        for hour in range(18 * 24):
            moment = begin + timedelta(hours=hour)
            values = [
                0.2 + 1.5 * (moment.hour == 17 + at % 4) + rng.gamma(1.0, 0.1)
                for at in range(homes)
            ]
            row = [moment.isoformat(), *(f"{value:.4f}" for value in values)]
            file.write(",".join(row) + "\n")
    return path


@pytest.mark.timeout(120)
def test_homes_and_their_sums(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both ways are scored on the same slots; together, surprises cancel."""
    path, file = homes_file(tmp_path, 2), tmp_path / "figures.json"
    asked = ["together", "--homes", str(path), "--timezone", "UTC"]
    code = main([*asked, "--sizes", "2", "--after", "15", "--json", str(file)])
    assert code == 0
    figures = json.loads(file.read_text())["groups"]
    assert [(one["homes"], one["way"]) for one in figures] == [
        (2, "sum of the homes"),
        (2, "the sum by itself"),
    ]
    for one in figures:
        assert 0 < one["mae"] < one["alone"]
        assert 0.5 < one["coverage"] <= 1.0
    table = capsys.readouterr().out
    assert len(table.splitlines()) == 1 + 2
    assert main([*asked, "--sizes", "3"]) == 1
    assert "too few homes" in capsys.readouterr().err
