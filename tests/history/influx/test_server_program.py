"""Servers for tests and the demo are started, killed and started again."""

from pathlib import Path
import shutil

import pytest

from wattwise_dev.influxdb import server_program
from wattwise_dev.influxdb.influx_server import InfluxServer
from wattwise_dev.influxdb.server_program import (
    ServerFailedError,
    ServerMissingError,
    find_program,
)

from .conftest import start


def test_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to do."""
    monkeypatch.setattr(server_program, "UNPACKED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerMissingError, match=r"scripts/setup --influxdb"):
        InfluxServer(tmp_path)


def test_a_program_on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was installed by hand is used, unless scripts/setup unpacked one."""
    true = shutil.which("true")
    assert true
    (tmp_path / "influxd").symlink_to(true)
    monkeypatch.setattr(server_program, "UNPACKED", tmp_path / "nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_program("influxd") == str(tmp_path / "influxd")


def test_a_program_that_ends(tmp_path: Path) -> None:
    """What it said last is told."""
    influx = start(InfluxServer, tmp_path)
    influx.kill()
    (tmp_path / "meta" / "meta.db").write_bytes(b"not a database")
    with pytest.raises(ServerFailedError, match=r"influxd failed:\n.+"):
        influx.start()


def test_data_outlive_the_server(tmp_path: Path) -> None:
    """Killed and started again it has its port and its databases."""
    influx = start(InfluxServer, tmp_path, users=True)
    try:
        influx.run("CREATE DATABASE energy")
        url = influx.url
        influx.kill()
        influx.start()
        assert influx.url == url
        names = influx.run("SHOW DATABASES")[0]["values"]
        assert ["energy"] in names
        with pytest.raises(ServerFailedError, match="error parsing query"):
            influx.run("SHOW ME")
    finally:
        influx.kill()
