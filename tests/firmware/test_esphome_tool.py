"""Finding and running ESPHome."""

from pathlib import Path

import pytest

from wattwise_dev.esphome import tool

from .environment import copy_firmware, require_esphome


def test_where_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The message says how to install it."""
    monkeypatch.setattr(tool, "ENVIRONMENT", tmp_path)
    with pytest.raises(tool.EsphomeMissingError, match="scripts/setup --esphome"):
        tool.validate(tmp_path / "device.yaml", data=tmp_path / "data")


@pytest.mark.real
def test_a_substitution_wins(tmp_path: Path) -> None:
    """What is given with the command stands above the file."""
    require_esphome()
    firmware = copy_firmware(tmp_path)
    printed = tool.run(
        "config",
        (firmware / "devices" / "pulse_meter-esp32-http.yaml",),
        data=tmp_path / "data",
        substitutions={"friendly_name": "Attic"},
    )
    assert "friendly_name: Attic" in printed


@pytest.mark.real
def test_it_takes_too_long(tmp_path: Path) -> None:
    """It is ended, and the error says so."""
    require_esphome()
    with pytest.raises(tool.EsphomeFailedError, match="did not end within"):
        tool.run("version", (), data=tmp_path / "data", seconds=0.01)


@pytest.mark.real
def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """The error holds what ESPHome printed."""
    require_esphome()
    with pytest.raises(tool.EsphomeFailedError, match=r"nothing\.yaml"):
        tool.validate(tmp_path / "nothing.yaml", data=tmp_path / "data")
