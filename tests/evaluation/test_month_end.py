"""scripts/evaluate tells how good the energy expected of months is."""

from datetime import date, timedelta
import json
from pathlib import Path

import pytest

from wattwise_dev.evaluation.__main__ import main
from wattwise_dev.evaluation.month_end import as_text, month_ends

DATA = Path(__file__).parent.parent / "data"
FIRST = date(2026, 1, 20)


def test_only_whole_months_are_scored() -> None:
    """A month needs all its days, a week before it, and some use."""
    days = {FIRST + timedelta(days=at): 10.0 for at in range(100)}
    del days[date(2026, 3, 9)]
    found = month_ends("made", days)
    assert [one.day for one in found] == [
        date(2026, 2, day) for day in (6, 11, 16, 21, 26)
    ]
    for one in found:
        assert one.expected == pytest.approx(280.0)
        assert one.low < one.actual < one.high
        assert (one.error, one.within) == (pytest.approx(0.0), True)
    assert month_ends("nothing", dict.fromkeys(days, 0.1)) == []
    assert month_ends("empty", {}) == []
    assert len(as_text(found).splitlines()) == 2 + 5


def test_a_real_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A real home's months stand in a table, and each forecast in a file."""
    file = tmp_path / "figures.json"
    home = DATA / "lcl_MAC000002_2013_halfhourly_kwh_utc.csv"
    code = main(
        [
            *("bill", "--input", str(home), "--clock", "UTC"),
            *("--timezone", "Europe/London", "--json", str(file)),
        ]
    )
    assert code == 0
    assert "in band" in capsys.readouterr().out
    forecasts = json.loads(file.read_text())["forecasts"]
    assert len(forecasts) == 5 * 11
    late = [f for f in forecasts if f["day"].endswith("-26")]
    assert all(abs(f["expected"] / f["actual"] - 1) < 0.15 for f in late)
    within = [f["low"] <= f["actual"] <= f["high"] for f in forecasts]
    assert sum(within) > 0.6 * len(within)
