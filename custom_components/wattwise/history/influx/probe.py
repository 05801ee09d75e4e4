"""Whether a server can be used: what it is, and whether it gives back what it takes."""

from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
import logging
import random
import time
from typing import TYPE_CHECKING, Final

from .errors import (
    InfluxError,
    MissingMappingError,
    NotInfluxError,
    RejectedError,
    WriteOnlyError,
)
from .influxql import select, time_literal, within
from .server import InfluxServer
from .settings import InfluxSettings, InfluxVersion, server_address

if TYPE_CHECKING:
    from .transport import Transport

_LOGGER: Final = logging.getLogger(__name__)

# Some servers can read what they took only a moment later.
_PATIENCE_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.25

# A measurement of its own, without tags: it adds one series, however often it is tried.
_PROBE: Final = "wattwise_probe"


def find_version(
    url: str,
    *,
    verify_tls: bool,
    token: str | None = None,
    username: str | None = None,
    password: str | None = None,
) -> InfluxVersion:
    """Ask the server which generation it is; raises InfluxError.

    InfluxDB 3 tells it only to whom it knows.
    """
    from .transport import Login, Transport  # noqa: PLC0415  (slow)

    login = Login(token, username, password)
    transport = Transport(server_address(url), login, verify_tls=verify_tls)
    try:
        version = _told_version(transport)
    finally:
        transport.close()
    # Images of InfluxDB 2 say "v2.7.1".
    try:
        return InfluxVersion(version.removeprefix("v").partition(".")[0])
    except ValueError:
        raise NotInfluxError(f"the server says it is version {version}") from None


def probe(settings: InfluxSettings) -> InfluxSettings:
    """Write a point and read it back; return the settings with the true version.

    Raises the InfluxError that says what is wrong. The point is removed again, where
    the server can do that.
    """
    version = find_version(
        settings.url,
        verify_tls=settings.verify_tls,
        token=settings.token,
        username=settings.username,
        password=settings.password,
    )
    settings = replace(settings, version=version)
    server = InfluxServer(settings)
    try:
        _write_and_read(server)
    finally:
        server.close()
    return settings


def _told_version(transport: Transport) -> str:
    status, headers = transport.ping()
    if version := headers.get("X-Influxdb-Version"):
        return version
    # A proxy may hide headers.
    with suppress(InfluxError):
        version = transport.health().get("version")
        if isinstance(version, str):
            return version
    if status == HTTPStatus.NO_CONTENT:
        # VictoriaMetrics answers as InfluxDB does, but says nothing.
        raise WriteOnlyError("the server does not say which version it is")
    raise NotInfluxError("the server does not say which version it is")


def _write_and_read(server: InfluxServer) -> None:
    time_ms, value = time.time_ns() // 1_000_000, random.random()  # noqa: S311
    server.write([f"{_PROBE} value={value!r} {time_ms}"])
    end = time.monotonic() + _PATIENCE_SECONDS
    while value not in _values(server, time_ms):
        if time.monotonic() > end:
            if server.settings.version is InfluxVersion.V2:
                raise MissingMappingError("the database shows another bucket")
            raise WriteOnlyError("what was written is not found")
        time.sleep(_PAUSE_SECONDS)
    try:
        server.delete(_PROBE, f"time = {time_literal(time_ms)}")
    except InfluxError as err:
        _LOGGER.debug("The trial point stays in the database: %s", err)


def _values(server: InfluxServer, time_ms: int) -> list[float]:
    """Return what the server knows of the time; raises InfluxError."""
    question = select(_PROBE, ["value"], within(time_ms, time_ms + 1))
    values = []
    try:
        for rows in server.query(question):
            if rows.name != _PROBE:
                # VictoriaMetrics has one answer to all questions.
                raise WriteOnlyError("the answer is not one to the question")
            values += [value for _, value in rows.values]
    except (NotInfluxError, RejectedError) as err:
        # It took the point, so the server and the database are right.
        raise WriteOnlyError(str(err)) from err
    return values
