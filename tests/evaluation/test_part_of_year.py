"""scripts/evaluate tells how well some weeks of a home tell of its year."""

from datetime import date, timedelta
import json
from pathlib import Path

import pytest

from custom_components.wattwise.analytics.similar_homes.climate import Climate
from wattwise_dev.evaluation.__main__ import main
from wattwise_dev.evaluation.part_of_year import WEEKS, as_text, estimates_of

DATA = Path(__file__).parent.parent / "data"
EVEN = Climate((0.0,) * 12, (0.0,) * 12)
DAYS = {date(2025, 1, 1) + timedelta(days=n): 10.0 for n in range(400)}


def test_a_home_without_seasons() -> None:
    """Where each day is like the next, any window tells the year."""
    found = estimates_of("even", DAYS, EVEN, 0.0)
    assert {one.weeks for one in found} == set(WEEKS)
    for one in found:
        assert one.kwh == pytest.approx(3650, rel=0.01)
        assert one.mean_day == pytest.approx(3650)
        assert one.within
    assert len(as_text(found).splitlines()) == 2 + len(WEEKS)


def test_only_whole_years_are_asked_for() -> None:
    """A home of half a year, and an empty one, have no year to compare with."""
    half = dict(list(DAYS.items())[:200])
    assert estimates_of("half", half, EVEN, 0.0) == []
    assert estimates_of("empty", {}, EVEN, 0.0) == []
    assert estimates_of("silent", dict.fromkeys(DAYS, 0.0), EVEN, 0.0) == []


def test_a_real_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real home's windows stand in a table and in a file, and most ranges hold."""
    file = tmp_path / "figures.json"
    home = DATA / "lcl_MAC000002_2013_halfhourly_kwh_utc.csv"
    code = main(
        [
            *("part-of-year", "--input", str(home), "--clock", "UTC"),
            *("--timezone", "Europe/London", "--json", str(file)),
            *("--latitude", "51.5", "--longitude", "-0.1"),
        ]
    )
    assert code == 0
    assert "in range" in capsys.readouterr().out
    estimates = json.loads(file.read_text())["estimates"]
    assert len(estimates) > 60
    inside = [one["low"] <= one["actual"] <= one["high"] for one in estimates]
    assert sum(inside) > 0.7 * len(inside)
