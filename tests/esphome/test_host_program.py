"""What is said when a meter's program cannot be built or does not run."""

from pathlib import Path
import shutil

import pytest

from wattwise_dev.esphome import host_program as module
from wattwise_dev.esphome.host_program import (
    CompilerMissingError,
    HostProgramError,
    RunningMeter,
    host_program,
)
from wattwise_dev.home_assistant import free_port


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that ESPHome is installed, and build into a folder of the test."""
    (tmp_path / "installed-from").write_text("esphome==2026.10.0\n")
    monkeypatch.setattr(module, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(module, "esphome_command", lambda: tmp_path / "bin" / "esphome")
    monkeypatch.setattr(module, "BUILDS", tmp_path / "builds")
    return tmp_path


def test_no_compiler(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do."""
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(CompilerMissingError, match=r"scripts/setup --system"):
        host_program()


def test_a_build_is_used_again(installed: Path) -> None:
    """Until the meter, the names of its sensors or ESPHome is another."""

    def folder(*what: str) -> str:
        command = installed / "bin" / "esphome"
        return module._fingerprint(command, module._PUSHING_METER, *what)

    pzem = folder("pzem004t_v3", "")
    assert folder("pzem004t_v3", "") == pzem
    assert folder("sdm230", "") != pzem
    assert folder("pzem004t_v3", "New ") != pzem
    program = module.BUILDS / pzem / "program"
    program.parent.mkdir(parents=True)
    program.touch()
    assert host_program("pzem004t_v3") == program

    (installed / "installed-from").write_text("esphome==2026.11.0\n")
    assert folder("pzem004t_v3", "") != pzem


@pytest.mark.parametrize("name", ["false", "cat"])
def test_a_program_that_does_not_listen(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    socket_enabled: None,
) -> None:
    """Whether it ends or only does nothing, its port is named and nothing is left."""
    monkeypatch.setattr(module, "_START_SECONDS", 0.3)
    program = shutil.which(name)
    assert program
    port = free_port()
    meter = RunningMeter(Path(program), tmp_path, Path("/dev/null"), port)
    with pytest.raises(HostProgramError, match=str(port)):
        meter.start()
    assert meter.stop() is not None
