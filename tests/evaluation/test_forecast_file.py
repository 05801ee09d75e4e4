"""Every forecast is written such that anybody can score it."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from wattwise_dev.benchmark.progress import Progress
from wattwise_dev.evaluation.contest import run_here
from wattwise_dev.evaluation.contestants import PERSISTENCE
from wattwise_dev.evaluation.forecast_file import write_forecasts
from wattwise_dev.evaluation.plan import Plan

from .households import LONDON, made


def rows_of(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_are_what_was_said(tmp_path: Path) -> None:
    """Each slot of the day after its origin stands there, by its start in UTC."""
    # The clock is set forward on the tenth day.
    home = made(12, date(2013, 3, 22))
    plan = Plan(after=8)
    entry = run_here(PERSISTENCE, [home], plan, Progress.begin())
    count = write_forecasts(tmp_path / "out.csv", entry, [home], plan)
    rows = rows_of(tmp_path / "out.csv")

    assert count == len(rows) == 24 + 23 + 24 + 24
    assert list(rows[0]) == ["origin", "time", "p10", "p50", "p90", "mean"]
    for row in rows:
        origin = datetime.fromisoformat(row["origin"])
        time = datetime.fromisoformat(row["time"])
        assert origin.utcoffset() == time.utcoffset() == timedelta()
        local = origin.astimezone(LONDON)
        assert (local.hour, local.minute) == (0, 0)
        assert local.date() == time.astimezone(LONDON).date()
        day = (local.date() - home.first).days
        past = home.past.energy[day - 7 : day]
        expected = past.mean(axis=0)[time.astimezone(LONDON).hour]
        np.testing.assert_allclose(float(row["mean"]), expected, atol=1e-6)
        assert float(row["p10"]) <= float(row["p50"]) <= float(row["p90"])


def test_day_two_begins_a_day_after_its_origin(tmp_path: Path) -> None:
    """With a lead of a day, the times are those of the day after."""
    home = made(12)
    plan = Plan(after=10, lead=1)
    entry = run_here(PERSISTENCE, [home], plan, Progress.begin())
    write_forecasts(tmp_path / "out.csv", entry, [home, home][:1], plan)
    rows = rows_of(tmp_path / "out.csv")

    first = datetime.fromisoformat(rows[0]["time"])
    assert first - datetime.fromisoformat(rows[0]["origin"]) == timedelta(days=1)
    assert len(rows) == 24
