"""The command with which people check their own server."""

import pytest

from wattwise_dev.home_assistant import free_port
from wattwise_dev.influxdb import check
from wattwise_dev.influxdb.influx_server import InfluxServer

from ...influx_servers import DATABASE, PASSWORD, USER, influx

__all__ = ["influx"]


def test_a_good_server(
    influx: InfluxServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All checks pass, and nothing of them is left behind."""
    monkeypatch.setenv("INFLUX_PASSWORD", PASSWORD)
    database = f"--database={DATABASE}"
    assert check.main([f"--url={influx.url}", database, f"--username={USER}"]) == 0
    said = capsys.readouterr().out
    assert "InfluxDB 1 at" in said
    assert "0 failed" in said
    assert "FAILED" not in said
    assert PASSWORD not in said
    assert influx.run("SELECT * FROM /wattwise/", DATABASE) == []


def test_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    """It is said what is wrong."""
    url = f"http://127.0.0.1:{free_port()}"
    assert check.main([f"--url={url}", "--database=x"]) == 1
    assert "influx_unreachable" in capsys.readouterr().out
