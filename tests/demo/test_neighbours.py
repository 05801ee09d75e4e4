"""Further households of the demo home."""

from datetime import UTC, datetime
from pathlib import Path
import sys

import pytest

from wattwise_dev.demo.__main__ import _arguments
from wattwise_dev.demo.devices.wiring import Wiring
from wattwise_dev.demo.memory import KnownHome, KnownNeighbour, load_home, save_home
from wattwise_dev.demo.neighbours import MOST_HOMES

BEGAN = datetime(2026, 3, 10, 12, 6, tzinfo=UTC)
WIRING = Wiring(1, 2, "02abcdef0123", None)


def test_there_is_one_home_unless_more_are_wanted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many as there are plans for; more are refused."""
    monkeypatch.setattr(sys, "argv", ["scripts/demo"])
    assert _arguments().homes == 1
    monkeypatch.setattr(sys, "argv", ["scripts/demo", "--homes", "3"])
    assert _arguments().homes == 3
    monkeypatch.setattr(sys, "argv", ["scripts/demo", "--homes", str(MOST_HOMES + 1)])
    with pytest.raises(SystemExit):
        _arguments()
    assert "--homes" in capsys.readouterr().err


def test_they_are_remembered(tmp_path: Path) -> None:
    """Their counters go on where they were; a home of before has none."""
    alone = KnownHome("entry", BEGAN, WIRING, {}, {})
    save_home(tmp_path, alone)
    assert load_home(tmp_path) == alone
    neighbour = KnownNeighbour("other", "office", 12, BEGAN, "key")
    several = KnownHome("entry", BEGAN, WIRING, {}, {}, {"Flat": neighbour})
    save_home(tmp_path, several)
    assert load_home(tmp_path) == several
    assert (tmp_path / "demo_home.json").stat().st_mode & 0o077 == 0
