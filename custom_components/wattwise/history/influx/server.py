"""One InfluxDB server, as its settings say how to speak to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
import json
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from .answers import error_of_statement
from .errors import (
    InfluxError,
    MissingMappingError,
    NoDatabaseError,
    NoDeleteError,
    ServerError,
    UnreachableError,
    WriteOnlyError,
)
from .influxql import delete
from .settings import InfluxSettings, InfluxVersion, server_address

if TYPE_CHECKING:
    from .transport import Transport

# Rows in one document of a long answer.
CHUNK_ROWS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of one series, in the order of the columns.

    Times, always the first column, are in milliseconds; numbers without a fraction
    come as int.
    """

    name: str
    tags: dict[str, str]
    columns: list[str]
    values: list[list[Any]]


class InfluxServer:
    """A server; all calls block. One thread may write while another one reads."""

    def __init__(self, settings: InfluxSettings) -> None:
        """Prepare to speak to the server; nothing is sent yet."""
        self.settings = settings
        self._transport: Transport | None = None
        self._opening = Lock()
        self._closed = False

    def close(self) -> None:
        """Close the connections, and let every request fail at once."""
        self._closed = True
        if self._transport:
            self._transport.close()

    def write(self, lines: Sequence[str]) -> None:
        """Write lines whose times are in milliseconds; raises InfluxError.

        Writing the same lines once more changes nothing.
        """
        if not lines:
            return
        body = "\n".join(lines).encode()
        if self.settings.version is InfluxVersion.V1:
            self._opened().write_v1(body, self._database())
        else:
            self._opened().write_v2(body, self.settings.database)

    def query(
        self, q: str, bound: Mapping[str, str] | None = None, *, changes: bool = False
    ) -> Iterator[Rows]:
        """Yield the answer to one statement of InfluxQL; raises InfluxError.

        `bound` are the values of the statement's parameters ($name). A long answer
        comes in pieces of CHUNK_ROWS, read from the connection as they are asked for.
        A statement that changes something must say so.
        """
        parameters = {
            **self._database(),
            "q": q,
            "epoch": "ms",
            "chunked": "true",
            "chunk_size": str(CHUNK_ROWS),
        }
        if bound:
            parameters["params"] = json.dumps(dict(bound))
        partial = False
        for document in self._opened().query(parameters, changes=changes):
            partial = False
            for result in _results(document):
                partial = partial or bool(result.get("partial"))
                if "error" in result:
                    raise self._error_of(result["error"])
                for series in result.get("series") or ():
                    yield _rows(series)
        if partial:
            raise ServerError("the answer ended before its end")

    def delete(
        self, measurement: str, where: str, bound: Mapping[str, str] | None = None
    ) -> None:
        """Delete the points of a measurement that fulfil a condition.

        Raises NoDeleteError where the server cannot do that, else InfluxError.
        """
        version = self.settings.version
        if version is InfluxVersion.V3:
            raise NoDeleteError("InfluxDB 3 Core cannot delete points")
        # 1 deletes in all policies of the database, and wants none named.
        policy = self._database().get("rp") if version is InfluxVersion.V2 else None
        statement = delete(measurement, where, policy)
        for _ in self.query(statement, bound, changes=True):
            pass

    def _opened(self) -> Transport:
        if self._closed:
            raise UnreachableError("the connection was closed")
        with self._opening:
            if self._transport is None:
                from .transport import Login, Transport  # noqa: PLC0415  (slow)

                settings = self.settings
                is_v1 = settings.version is InfluxVersion.V1
                self._transport = Transport(
                    server_address(settings.url),
                    Login(username=settings.username, password=settings.password)
                    if is_v1
                    else Login(token=settings.token),
                    verify_tls=settings.verify_tls,
                    org=settings.org,
                )
                if self._closed:
                    self._transport.close()
            return self._transport

    def _database(self) -> dict[str, str]:
        """Return the parameters that name the database and its retention policy."""
        database, _, policy = self.settings.database.partition("/")
        return {"db": database, "rp": policy} if policy else {"db": database}

    def _error_of(self, text: str) -> InfluxError:
        error = error_of_statement(text)
        if isinstance(error, NoDatabaseError) and (
            self.settings.version is InfluxVersion.V2
        ):
            # It knows buckets; databases are what is mapped to them.
            return MissingMappingError(text)
        return error


def _results(document: Any) -> list[dict[str, Any]]:
    if isinstance(document, dict):
        if isinstance(document.get("error"), str):
            return [document]
        results = document.get("results")
        if isinstance(results, list):
            return results
    raise WriteOnlyError("the answer is not one to InfluxQL")


def _rows(series: dict[str, Any]) -> Rows:
    return Rows(
        series.get("name", ""),
        series.get("tags") or {},
        series.get("columns") or [],
        series.get("values") or [],
    )
