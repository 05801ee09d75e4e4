"""Before a server is used, it is asked what it is, and tried."""

from collections.abc import Iterator
from dataclasses import replace
import json
from pathlib import Path
from typing import Any, Final

import pytest

from custom_components.wattwise.history.influx import probe as module
from custom_components.wattwise.history.influx.errors import (
    ERROR_KEYS,
    CredentialsError,
    FileLimitError,
    ForbiddenError,
    FullDiskError,
    InfluxError,
    MissingMappingError,
    NoDatabaseError,
    NotInfluxError,
    RejectedError,
    ServerError,
    UnreachableError,
    WriteOnlyError,
)
from custom_components.wattwise.history.influx.probe import find_version, probe
from custom_components.wattwise.history.influx.settings import InfluxVersion
from wattwise_dev.home_assistant import free_port
from wattwise_dev.influxdb.influx_server import InfluxServer as RealServer
from wattwise_dev.influxdb.victoria_metrics import VictoriaMetrics

from .conftest import settings_for, start
from .http_server import Answer, HttpServer, Request
from .v2_shim import v2_shim

# v2.9.1 http/legacy/ping_handler.go; official images put a "v" before the number.
PING_2: Final = Answer(204, headers={"X-Influxdb-Version": "v2.7.12"})
# v3.9.6 influxdb3_server/src/http.rs, fn ping; influxdb3/tests/server/ping.rs.
PING_3: Final = Answer(
    200, '{"version":"3.9.6","revision":"0"}', {"X-Influxdb-Version": "3.9.6"}
)
WRITTEN: Final = Answer(204)


class Script:
    """A server that answers by path, and remembers trial points."""

    def __init__(self, ping: Answer, **answers: Answer) -> None:
        """Answer as told; "write" and "query" that are not told work."""
        self._ping = ping
        self._answers = answers
        self._values: list[float] = []

    def __call__(self, request: Request) -> Answer:
        """Answer a request."""
        if request.path == "/ping":
            return self._ping
        name = "write" if request.path.endswith("/write") else request.path[1:]
        if name in self._answers:
            return self._answers[name]
        if name == "write":
            value = request.body.split("value=")[1].split()[0]
            self._values.append(float(value))
            return WRITTEN
        rows = [[0, value] for value in self._values]
        series = [
            {"name": "wattwise_probe", "columns": ["time", "value"], "values": rows}
        ]
        return Answer(200, json.dumps({"results": [{"series": series}]}))


def statement_error(text: str) -> Answer:
    """Return what all versions answer when one statement fails."""
    body = {"results": [{"statement_id": 0, "error": text}]}
    return Answer(200, json.dumps(body) + "\n")


def try_script(script: Script, version: InfluxVersion) -> Any:
    """Return what trying a scripted server yields."""
    with HttpServer(script) as server:
        settings = settings_for(
            server.url, "energy", token="secret", org="home", version=version
        )
        return probe(settings)


def test_all_is_well(influx: RealServer, database: str) -> None:
    """The version is found, and the trial leaves nothing behind."""
    assert find_version(influx.url, verify_tls=True) is InfluxVersion.V1
    settings = settings_for(influx.url, database)
    wrong = replace(settings, version=InfluxVersion.V2)
    assert probe(wrong) == settings
    assert influx.run("SHOW SERIES", database) == []


def test_all_is_well_on_the_other_route(influx: RealServer, database: str) -> None:
    """A server of version 2 is written to in its own way."""
    with HttpServer(v2_shim(influx.port, "v2.7.12")) as shim:
        settings = settings_for(
            shim.url,
            f"{database}/autogen",
            token="admin:admin",
            org="home",
            version=InfluxVersion.V2,
        )
        assert probe(settings) == settings
        paths = [request.path for request in shim.requests]
    assert paths == ["/ping", "/api/v2/write", "/query", "/query"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """Return a real InfluxDB 1 that knows users."""
    server = start(RealServer, tmp_path_factory.mktemp("guarded"), users=True)
    server.run("CREATE DATABASE energy")
    server.run("CREATE DATABASE other")
    for right in ("READ", "WRITE", "ALL"):
        server.run(f"CREATE USER \"{right}\" WITH PASSWORD 'secret'")
        server.run(f'GRANT {right} ON energy TO "{right}"')
    yield server
    server.kill()


@pytest.mark.parametrize(
    ("user", "password", "database", "error"),
    [
        ("ALL", "secret", "energy", None),
        ("ALL", "wrong", "energy", CredentialsError),
        (None, None, "energy", CredentialsError),
        ("ALL", "secret", "other", ForbiddenError),
        ("READ", "secret", "energy", ForbiddenError),
        ("WRITE", "secret", "energy", ForbiddenError),
    ],
)
def test_users(
    guarded: RealServer,
    user: str | None,
    password: str | None,
    database: str,
    error: type[InfluxError] | None,
) -> None:
    """Reading and writing must both be allowed."""
    settings = settings_for(guarded.url, database, username=user, password=password)
    if error is None:
        assert probe(settings) == settings
        return
    with pytest.raises(error):
        probe(settings)


def test_no_database(influx: RealServer) -> None:
    """It is not made: that is for who runs the server to decide."""
    with pytest.raises(NoDatabaseError):
        probe(settings_for(influx.url, "nowhere"))


def test_nobody_there() -> None:
    """Nothing listens."""
    with pytest.raises(UnreachableError):
        probe(settings_for(f"http://127.0.0.1:{free_port()}", "energy"))


def test_victoria_metrics(tmp_path: Path) -> None:
    """The real one is known at once, and the lines it would take come to nothing."""
    victoria = start(VictoriaMetrics, tmp_path)
    try:
        with pytest.raises(WriteOnlyError):
            find_version(victoria.url, verify_tls=True)
        with pytest.raises(WriteOnlyError):
            probe(settings_for(victoria.url, "energy"))
        assert victoria.export('{__name__!=""}') == ""
    finally:
        victoria.kill()


def test_victoria_metrics_behind_a_proxy_that_adds_a_version(tmp_path: Path) -> None:
    """Its one answer to all questions is not taken for that to ours."""
    victoria = start(VictoriaMetrics, tmp_path)
    try:
        with (
            HttpServer(v2_shim(victoria.port, "1.8.10")) as proxy,
            pytest.raises(WriteOnlyError),
        ):
            probe(settings_for(proxy.url, "energy"))
        with (
            HttpServer(
                Script(
                    PING_2,
                    # 1.145.0 answers any question so.
                    query=Answer(
                        200,
                        '{"results":[{"series":[{"name":"databases","columns":["name"],'
                        '"values":[["_internal"]]}]}]}',
                    ),
                )
            ) as fake,
            pytest.raises(WriteOnlyError),
        ):
            probe(settings_for(fake.url, "energy", token="t", org="o"))
    finally:
        victoria.kill()


@pytest.mark.parametrize(
    ("version", "generation"),
    [
        ("1.6.7~rc0", InfluxVersion.V1),
        ("1.8.10", InfluxVersion.V1),
        ("v1.12.1", InfluxVersion.V1),
        ("2.9.1", InfluxVersion.V2),
        ("v2.7.12", InfluxVersion.V2),
        ("3.10.1", InfluxVersion.V3),
    ],
)
def test_versions(version: str, generation: InfluxVersion) -> None:
    """As servers and their images say it."""
    answer = Answer(204, headers={"X-Influxdb-Version": version})
    with HttpServer(lambda _: answer) as server:
        assert find_version(server.url, verify_tls=True) is generation


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, "404 page not found"),
        Answer(200, "<html>A start page for all addresses</html>"),
        Answer(204, headers={"X-Influxdb-Version": "4.0.0"}),
        Answer(204, headers={"X-Influxdb-Version": "relay"}),
        Answer(301, headers={"Location": "https://elsewhere.invalid"}),
        Answer(400, "Client sent an HTTP request to an HTTPS server."),
    ],
)
def test_something_else(answer: Answer) -> None:
    """Whatever it is, it is not taken for an InfluxDB."""
    with (
        HttpServer(lambda _: answer) as server,
        pytest.raises((NotInfluxError, RejectedError)),
    ):
        find_version(server.url, verify_tls=True)


def test_a_proxy_that_hides_headers() -> None:
    """Versions 1.8 and 2 say what they are in another way too."""
    # v2.9.1 http/health.go.
    health = Answer(
        200,
        '{"name":"influxdb","message":"ready for queries and writes","status":"pass",'
        '"checks":[],"version":"v2.7.12","commit":"0"}',
    )
    with HttpServer(
        lambda request: health if request.path == "/health" else Answer(204)
    ) as server:
        assert find_version(server.url, verify_tls=True) is InfluxVersion.V2


def test_version_3_wants_a_token() -> None:
    """Without one it does not even say what it is."""
    # v3.9.6 influxdb3_server/src/http.rs, AuthenticationError.
    refusal = Answer(401, '{"error": "the request was not authenticated"}')

    def respond(request: Request) -> Answer:
        asked = request.headers.get("Authorization")
        return PING_3 if asked == "Token good" else refusal

    with HttpServer(respond) as server:
        for token in (None, "bad"):
            with pytest.raises(CredentialsError, match="not authenticated"):
                find_version(server.url, verify_tls=True, token=token)
        version = find_version(server.url, verify_tls=True, token="good")
    assert version is InfluxVersion.V3


@pytest.mark.parametrize(
    ("ping", "version"), [(PING_2, InfluxVersion.V2), (PING_3, InfluxVersion.V3)]
)
def test_newer_versions(ping: Answer, version: InfluxVersion) -> None:
    """All is well when what was written is read."""
    assert try_script(Script(ping), version).version is version


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        # v2.9.1 http/auth_middleware.go with kit/transport/http/error_handler.go.
        (
            Answer(401, '{"code":"unauthorized","message":"unauthorized access"}'),
            CredentialsError,
        ),
        # v2.9.1 http/write_handler.go, checkBucketWritePermissions.
        (
            Answer(
                403,
                '{"code":"forbidden","message":"insufficient permissions for write"}',
            ),
            ForbiddenError,
        ),
        # v2.9.1 http/write_handler.go and tenant/error.go.
        (
            Answer(404, '{"code":"not found","message":"bucket \\"x\\" not found"}'),
            NoDatabaseError,
        ),
        (
            Answer(
                404,
                '{"code":"not found","message":"organization name \\"x\\" not found"}',
            ),
            NoDatabaseError,
        ),
        # v2.9.1 http/write_handler.go, EInternal, with the error of the file system.
        (
            Answer(
                500,
                '{"code":"internal error","message":"unexpected error writing points'
                ' to database: write /wal/_00001.wal: no space left on device"}',
            ),
            FullDiskError,
        ),
        # 1.6.7 with its data on a small file system, seen.
        (
            Answer(
                500,
                '{"error":"engine: error writing WAL entry: write'
                ' /data/wal/e/autogen/3/_00001.wal: no space left on device"}',
            ),
            FullDiskError,
        ),
        # Proxies with a quota.
        (Answer(507, ""), FullDiskError),
        (Answer(503, '{"code":"unavailable","message":"starting"}'), ServerError),
        # v2.9.1 http/write_handler.go with models/points.go.
        (
            Answer(
                400,
                '{"code":"invalid","message":"unable to parse \'x\': missing fields"}',
            ),
            RejectedError,
        ),
        # v3.9.6 influxdb3_server/src/http.rs, ResourceAuthorizationError.
        (Answer(403, '{"error": "access denied"}'), ForbiddenError),
    ],
)
def test_what_can_be_wrong_with_writing(
    answer: Answer, error: type[InfluxError]
) -> None:
    """In the words of the versions."""
    with pytest.raises(error) as caught:
        try_script(Script(PING_2, write=answer), InfluxVersion.V2)
    assert type(caught.value) is error
    assert caught.value.key in ERROR_KEYS


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        # v2.9.1 v1/coordinator/statement_executor.go, getDefaultRP.
        (
            statement_error("default retention policy not set for: energy"),
            MissingMappingError,
        ),
        # v2.9.1 v1/coordinator/shard_mapper.go.
        (statement_error("retention policy not found: autogen"), MissingMappingError),
        # v2.9.1 influxql/query/executor.go.
        (statement_error("database not found: energy"), MissingMappingError),
        # v2.0.9 and v2.9.1 http/legacy/write_handler.go.
        (
            Answer(404, '{"code":"not found","message":"no dbrp mapping found"}'),
            MissingMappingError,
        ),
        # A token that may only write.
        (
            Answer(401, '{"code":"unauthorized","message":"unauthorized access"}'),
            CredentialsError,
        ),
        (statement_error("insufficient permissions"), ForbiddenError),
        # v2.9.1 http/router.go.
        (
            Answer(404, '{"code":"not found","message":"path not found"}'),
            WriteOnlyError,
        ),
        # VictoriaMetrics and others with the way to write only.
        (Answer(404, "404 page not found"), WriteOnlyError),
        (Answer(400, "unsupported path requested: /query"), WriteOnlyError),
        (Answer(200, "OK"), WriteOnlyError),
        (Answer(200, "[]"), WriteOnlyError),
        # v3.9.6 influxdb3_query_executor/src/tests.rs.
        (
            statement_error(
                "error while planning query: External error: Query would scan 432"
                " Parquet files, exceeding the file limit. InfluxDB 3 Core caps file"
                " access to prevent performance degradation and memory issues."
            ),
            FileLimitError,
        ),
        (Answer(500, '{"error":"panic"}'), ServerError),
    ],
)
def test_what_can_be_wrong_with_reading(
    answer: Answer, error: type[InfluxError]
) -> None:
    """In the words of InfluxDB 2 and 3, and of those that only take."""
    with pytest.raises(error) as caught:
        try_script(Script(PING_2, query=answer), InfluxVersion.V2)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("ping", "version", "error"),
    [
        (PING_2, InfluxVersion.V2, MissingMappingError),
        (PING_3, InfluxVersion.V3, WriteOnlyError),
    ],
)
def test_a_database_that_shows_something_else(
    ping: Answer,
    version: InfluxVersion,
    error: type[InfluxError],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was written must be found, if not at once; then the mapping is another's."""
    monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.3)
    empty = Answer(200, '{"results":[{"statement_id":0}]}')
    with pytest.raises(error):
        try_script(Script(ping, query=empty), version)


def test_keys_are_complete() -> None:
    """Each error has a key of the list, and so words."""

    def kinds(kind: type[InfluxError]) -> list[type[InfluxError]]:
        below = kind.__subclasses__()
        return below + [each for sub in below for each in kinds(sub)]

    assert {kind.key for kind in kinds(InfluxError)} == set(ERROR_KEYS)
    assert len(set(ERROR_KEYS)) == len(ERROR_KEYS)
