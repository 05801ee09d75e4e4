"""The commands, as people type them."""

import csv
from datetime import datetime
from io import StringIO
import json
import os
from pathlib import Path
import signal
import subprocess
import sys

import pytest

from wattwise_dev.simulator import household_named
from wattwise_dev.simulator.cli import main
from wattwise_dev.simulator.progress import StatusLine

from .conftest import run

DAY = ["--start", "2026-01-02", "--end", "2026-01-03"]


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    """Households, meters and faults are shown."""
    assert main(["list"]) == 0
    shown = capsys.readouterr().out
    for word in ("shift_worker", "water_heater", "voltage_l3", "clock_1970"):
        assert word in shown


def test_csv_round_trip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file has all samples, with the meter's digits."""
    path = tmp_path / "grid.csv"
    assert main(["csv", *DAY, "--step", "60", "--out", str(path)]) == 0
    assert "1440 samples" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes().count(b"\r\n") == 1441
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    chunk = run(household_named("family"), "2026-01-02", 1, step_s=60)
    assert list(rows[0]) == ["time", *chunk.meter("grid")]
    for n in (0, 700, 1439):
        time = datetime.fromisoformat(rows[n]["time"])
        assert time.timestamp() == chunk.times[n]
        assert rows[n]["time"].endswith("Z")
        for channel, values in chunk.meter("grid").items():
            assert float(rows[n][channel]) == pytest.approx(values[n], abs=0.05)
    assert float(rows[9]["energy_import"]) == pytest.approx(
        chunk.values["grid", "energy_import"][9], abs=1e-6
    )


def test_csv_to_the_screen(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a file the samples go to standard output and nothing else does."""
    arguments = [
        "csv",
        *DAY,
        "--household",
        "office",
        "--meter",
        "ac",
        "--step",
        "3600",
    ]
    assert main(arguments) == 0
    output = capsys.readouterr()
    rows = list(csv.reader(StringIO(output.out)))
    assert rows[0] == ["time", "power", "energy_import"]
    assert len(rows) == 25
    assert output.err == ""


def test_csv_with_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record of the faults stands in a file and matches the samples."""
    path, truth = tmp_path / "grid.csv", tmp_path / "truth.json"
    arguments = ["csv", *DAY, "--out", str(path), "--truth", str(truth), "--seed", "3"]
    assert main([*arguments, "--faults", "none,outage"]) == 0
    assert "none: one value is missing" in capsys.readouterr().err
    events = json.loads(truth.read_text())
    with path.open(newline="") as file:
        rows = {row["time"]: row for row in csv.DictReader(file)}
    lost = set()
    for event in events:
        if event["fault"] == "outage":
            lost |= set(event["times"])
    assert lost
    assert not lost & rows.keys()
    for event in events:
        if event["fault"] == "none" and event["times"][0] not in lost:
            assert rows[event["times"][0]][event["channels"][0]] == ""


def test_all_faults_an_appliance_can_have(tmp_path: Path) -> None:
    """'all' leaves out what the meter does not measure."""
    path = tmp_path / "ac.csv"
    assert (
        main(["csv", *DAY, "--meter", "ac", "--faults", "all", "--out", str(path)]) == 0
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["dance"], "'dance'"),
        (["csv"], "--start"),
        (["csv", *DAY, "--household", "castle"], "day_worker, office, shift_worker"),
        (["csv", *DAY, "--meter", "gas"], "grid, pv, ac, water_heater"),
        (["csv", *DAY, "--faults", "sag,gremlin"], "sag, swell, low"),
        (["csv", *DAY, "--meter", "ac", "--faults", "sag"], "voltage: grid"),
        (["csv", "--start", "yesterday", "--end", "2026-01-02"], "2026-01-31"),
        (["csv", "--start", "2026-02-01", "--end", "2026-01-02"], "later"),
        (["csv", *DAY, "--step", "0"], "86400"),
        (["csv", *DAY, "--step", "many"], "'many'"),
        (["csv", *DAY, "--seed", "-1"], "'-1'"),
        (["csv", *DAY, "--out", "/nowhere/at/all.csv"], "Cannot write"),
        (["play", "--meter", "grid"], "METER=KEY"),
        (["play", "--meter", "grid=a", "--meter", "grid=b"], "twice"),
        (["play", "--meter", "gas=a"], "grid, pv, ac"),
        (["play", "--meter", "grid=a", "--url", "localhost"], "localhost"),
        (["play", "--meter", "grid=a", "--dialect", "morse"], "wattwise, facility"),
    ],
)
def test_mistakes_are_told_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2, and one line that names the choices."""
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1
    assert error.startswith("simulate: ")


@pytest.mark.usefixtures("socket_enabled")
def test_play_ends_cleanly(unused_tcp_port: int) -> None:
    """Ctrl-C ends the player, which says what it sent."""
    root = Path(__file__).parents[2]
    url = f"http://127.0.0.1:{unused_tcp_port}"
    command = [sys.executable, "-m", "wattwise_dev.simulator", "play"]
    with subprocess.Popen(  # noqa: S603
        [*command, "--url", url, "--meter", "pv=key", "--start", "2026-01-05"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("Playing family to")
        assert "cannot send" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 0
    assert rest.startswith("pv: 0 samples sent in ")
    assert "not sent" in rest
    assert "Traceback" not in rest


class _Terminal(StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_status_line() -> None:
    """On a terminal one line is written over, elsewhere nothing is written."""
    clock = iter([0.0, 0.1, 0.5]).__next__
    terminal, file = _Terminal(), StringIO()
    line = StatusLine(terminal, clock)
    for text in ("one", "too soon", "two"):
        line.show(text)
    line.clear()
    line.clear()
    assert terminal.getvalue() == "\r\x1b[Kone\r\x1b[Ktwo\r\x1b[K"
    quiet = StatusLine(file)
    quiet.show("one")
    quiet.clear()
    assert file.getvalue() == ""
