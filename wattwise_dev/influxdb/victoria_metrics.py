"""VictoriaMetrics as a child process: it takes what InfluxDB takes, and returns none."""

from http.client import HTTPConnection
from pathlib import Path
from typing import Final, override

from .server_program import HOST, ServerProgram

PROGRAM: Final = "victoria-metrics"


class VictoriaMetrics(ServerProgram):
    """VictoriaMetrics on loopback only, which keeps all that it is given."""

    program = PROGRAM

    @override
    def arguments(self, folder: Path) -> list[str]:
        return [
            f"-httpListenAddr={HOST}:{self.port}",
            f"-storageDataPath={folder / 'victoria-metrics'}",
            # By default what is older than a month vanishes.
            "-retentionPeriod=100y",
        ]

    def export(self, match: str) -> str:
        """Return the samples of the series that match, as lines of JSON."""
        connection = HTTPConnection(HOST, self.port, timeout=30)
        try:
            for path in ("/internal/force_flush", f"/api/v1/export?match[]={match}"):
                connection.request("GET", path)
                text = connection.getresponse().read().decode()
        finally:
            connection.close()
        return text
