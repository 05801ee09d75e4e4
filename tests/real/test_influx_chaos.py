"""Readings on their way to InfluxDB while everything is killed again and again."""

from contextlib import closing
import json
from pathlib import Path
import queue
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from typing import Final

import pytest

from custom_components.wattwise.history.influx.server import (
    InfluxServer as InfluxClient,
)
from custom_components.wattwise.history.influx.settings import (
    InfluxSettings,
)
from wattwise_dev.influxdb.influx_server import InfluxServer

from ..influx_servers import DATABASE, prepared_server, settings_of
from .exporting_process import STEP_MS, value

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

READINGS: Final = 40_000
POISON: Final = 5
KILLS: Final = 6
_DAY_MS: Final = 86_400_000
_WEEK_MS: Final = 7 * _DAY_MS


class _Exporter:
    """The exporting process, started again from what was acknowledged."""

    def __init__(self, file: Path, settings: InfluxSettings, start_ms: int) -> None:
        self._file = file
        self._settings = settings
        self._start_ms = start_ms
        self._said: queue.Queue[str] = queue.Queue()
        self._process: subprocess.Popen[str] | None = None
        self.acknowledged = -1
        self.delivered = False

    def start(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603
            [
                sys.executable,
                "-m",
                "tests.real.exporting_process",
                str(self._file),
                json.dumps(self._settings.as_data()),
                str(self.acknowledged + 1),
                str(READINGS - 1),
                str(self._start_ms),
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        threading.Thread(target=self._listen, args=(self._process,)).start()

    def kill(self) -> None:
        """Kill the process; take in what it has said before."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.listen()

    def listen(self, seconds: float = 0.3) -> None:
        """Take in what the process says for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.delivered:
            try:
                what, *number = self._said.get(timeout=0.05).split()
            except queue.Empty:
                continue
            if what == "ack":
                self.acknowledged = int(number[0])
            self.delivered = what == "delivered"

    def _listen(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            self._said.put(line)


def test_every_acknowledged_reading_arrives_once(tmp_path: Path) -> None:
    """40,000 readings, six kills of each side: all there, each once, the sum exact.

    Five of them lie in a week in which somebody wrote text into the same field: the
    server refuses just those, and they are set aside with its reason.
    """
    rng = random.Random(4)
    # Shards of the server begin on Mondays, the weeks since 1970 on Thursdays.
    latest_ms = int(time.time() * 1000) - READINGS * STEP_MS
    monday_ms = (latest_ms + 3 * _DAY_MS) // _WEEK_MS * _WEEK_MS - 3 * _DAY_MS
    start_ms = monday_ms - POISON * STEP_MS
    folder = tmp_path / "influxdb"
    folder.mkdir()
    server = prepared_server(folder)
    settings = settings_of(server)
    with closing(InfluxClient(settings)) as client:
        client.write(
            [f'wattwise_reading,meter=x,channel=power value="x" {start_ms - 1_000}']
        )
    file = tmp_path / "wattwise.db"
    exporter = _Exporter(file, settings, start_ms)
    exporter.start()
    try:
        for _ in range(KILLS):
            exporter.listen(rng.uniform(1.0, 2.5))
            server.kill()
            exporter.listen(rng.uniform(0.0, 1.0))
            exporter.kill()
            if rng.random() < 0.5:
                exporter.start()
                exporter.listen(rng.uniform(0.5, 1.5))
                server.start()
            else:
                server.start()
                exporter.start()
        end = time.monotonic() + 120
        while not exporter.delivered and time.monotonic() < end:
            exporter.listen()
        assert exporter.delivered
        assert exporter.acknowledged == READINGS - 1
        _check(server, file, start_ms)
    finally:
        exporter.kill()
        server.kill()


def _check(server: InfluxServer, file: Path, start_ms: int) -> None:
    expected = {start_ms + n * STEP_MS: value(n) for n in range(READINGS)}
    with closing(sqlite3.connect(file)) as connection:
        rejected = connection.execute("SELECT line, reason FROM rejected").fetchall()
    refused = [int(line.rpartition(" ")[2]) for line, _ in rejected]
    assert sorted(set(refused)) == list(expected)[:POISON]
    assert all("conflict" in reason for _, reason in rejected)
    (series,) = server.run(
        'SELECT "value" FROM "wattwise_reading" WHERE "meter" = \'grid\'', DATABASE
    )
    stored = [tuple(row) for row in series["values"]]
    assert stored == list(expected.items())[POISON:]
    assert sum(number for _, number in stored) == sum(list(expected.values())[POISON:])
