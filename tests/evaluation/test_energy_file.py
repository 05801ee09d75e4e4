"""Files of energy are read as they are meant, and what cannot be read is told."""

from datetime import UTC, datetime
import gzip
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from wattwise_dev.evaluation.energy_file import read_table, these
from wattwise_dev.evaluation.errors import EvaluationError

KWH = these("kwh")


def written(folder: Path, *lines: str) -> Path:
    """Return a file of lines."""
    path = folder / "home.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def seconds(*moments: str) -> list[int]:
    """Return moments in UTC as seconds since the epoch."""
    return [
        int(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp())
        for moment in moments
    ]


def test_times_carry_their_offset(tmp_path: Path) -> None:
    """UTC, offsets and both in one file mean the moments they name."""
    path = written(
        tmp_path,
        "Time,kWh",
        "2024-01-01T01:00:00+01:00,1",
        "2024-01-01T01:00:00Z,2.5",
        "2024-01-01 02:00:00+00:00,3",
    )
    table = read_table(path, KWH)

    assert table.times.tolist() == seconds(
        "2024-01-01T00:00", "2024-01-01T01:00", "2024-01-01T02:00"
    )
    assert table.columns["kWh"].tolist() == [1, 2.5, 3]
    assert table.faults == ()


def test_times_without_an_offset_need_a_clock(tmp_path: Path) -> None:
    """Nobody guesses a time zone: the wrong one shifts every day by an hour."""
    path = written(tmp_path, "time,kwh", "2024-01-01 00:00,1", "2024-01-01 01:00,2")

    with pytest.raises(EvaluationError, match=r"line 2: .*--clock"):
        read_table(path, KWH)
    table = read_table(path, KWH, ZoneInfo("Asia/Kolkata"))
    assert table.times.tolist() == seconds("2023-12-31T18:30", "2023-12-31T19:30")


def test_the_hour_that_comes_twice_comes_twice(tmp_path: Path) -> None:
    """When the wall clock is set back, the second hour lies after the first one."""
    wall = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"]
    path = written(tmp_path, "time,kwh", *(f"2024-10-27 {at},1" for at in wall))
    table = read_table(path, KWH, ZoneInfo("Europe/Berlin"))

    assert np.diff(table.times).tolist() == [1800] * 5
    assert table.faults == ()


def test_bad_rows_are_told_by_line(tmp_path: Path) -> None:
    """What cannot be read is left out and named; an empty cell is a gap, not a fault."""
    path = written(
        tmp_path,
        "time,kwh",
        "2024-01-01T00:00Z,1",
        "yesterday,2",
        "",
        "2024-01-01T01:00Z,many",
        "2024-01-01T02:00Z,inf",
        "2024-01-01T03:00Z,",
        "2024-01-01T04:00Z",
        "2024-01-01T05:00Z,unavailable",
        "2024-01-01T00:00Z,9",
    )
    table = read_table(path, KWH)

    assert [str(fault) for fault in table.faults] == [
        "line 3: 'yesterday' is not a time",
        "line 5: 'many' in kwh is not a number",
        "line 6: 'inf' in kwh is not a number",
        "line 10: the same time stands in an earlier line",
    ]
    assert len(table.times) == 6
    assert np.isnan(table.columns["kwh"]).tolist() == [False, *[True] * 5]


def test_rows_are_put_in_order(tmp_path: Path) -> None:
    """The latest row may come first, as in files of some suppliers; gzip is read too."""
    path = tmp_path / "home.csv.gz"
    lines = "time,a,b\n2024-01-01T01:00Z,2,20\n2024-01-01T00:00Z,1,10\n"
    path.write_bytes(gzip.compress(lines.encode()))

    table = read_table(path, lambda names: names)
    assert {name: column.tolist() for name, column in table.columns.items()} == {
        "a": [1, 2],
        "b": [10, 20],
    }


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (["time,power", "2024-01-01T00:00Z,1"], "has no column kwh.*time,power"),
        (["time,kwh"], "fewer than two rows"),
        ([""], "has no column kwh"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, lines: list[str], why: str) -> None:
    """A file without the columns or without rows is refused in a sentence."""
    with pytest.raises(EvaluationError, match=why):
        read_table(written(tmp_path, *lines), KWH)


def test_broken_files_are_refused(tmp_path: Path) -> None:
    """Half a gzip and bytes that are no text are refused in a sentence."""
    half = tmp_path / "half.csv.gz"
    half.write_bytes(gzip.compress(b"time,kwh\n" + b"2024-01-01T00:00Z,1\n" * 99)[:40])
    binary = tmp_path / "binary.csv"
    binary.write_bytes(b"time,kwh\n\xff\xfe\n")
    for path in (half, binary, tmp_path):
        with pytest.raises(EvaluationError, match="cannot be read"):
            read_table(path, KWH)
