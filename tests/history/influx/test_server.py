"""Writing to and asking a real InfluxDB 1, with and without users."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
import logging
from threading import Event
import time

import pytest

from custom_components.wattwise.history.influx import server as module
from custom_components.wattwise.history.influx.errors import (
    CredentialsError,
    ForbiddenError,
    InvalidAddressError,
    NoDatabaseError,
    NotInfluxError,
    RejectedError,
    ServerError,
    TlsError,
    UnreachableError,
)
from custom_components.wattwise.history.influx.server import InfluxServer
from custom_components.wattwise.history.influx.settings import InfluxVersion
from custom_components.wattwise.history.influx.transport import Transport
from tests.http_devices.server import _certificate
from wattwise_dev.home_assistant import free_port
from wattwise_dev.influxdb.influx_server import InfluxServer as RealServer

from .conftest import settings_for, start
from .http_server import Answer, HttpServer, Request

NOW_MS = 1_790_000_000_000


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """Return a real InfluxDB 1 that knows users."""
    server = start(RealServer, tmp_path_factory.mktemp("guarded"), users=True)
    server.run("CREATE DATABASE energy")
    server.run("CREATE USER writer WITH PASSWORD 'wörd:\\'x\\''")
    server.run("GRANT WRITE ON energy TO writer")
    server.run("CREATE USER both WITH PASSWORD 'both'")
    server.run("GRANT ALL ON energy TO both")
    server.run("CREATE USER nobody WITH PASSWORD 'nobody'")
    yield server
    server.kill()


def test_a_long_answer_comes_in_pieces(
    server: InfluxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is missing or twice at their borders."""
    monkeypatch.setattr(module, "CHUNK_ROWS", 100)
    server.write([f"m v={number} {NOW_MS + number}" for number in range(1_234)])
    pieces = list(server.query('SELECT "v" FROM "m"'))
    assert [len(piece.values) for piece in pieces] == [100] * 12 + [34]
    rows = [row for piece in pieces for row in piece.values]
    assert rows == [[NOW_MS + number, number] for number in range(1_234)]


def test_an_answer_may_be_left_half_read(
    server: InfluxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next question gets its own answer."""
    monkeypatch.setattr(module, "CHUNK_ROWS", 10)
    server.write([f"m v={number} {NOW_MS + number}" for number in range(1_000)])
    for _ in range(10):
        answer = server.query('SELECT "v" FROM "m"')
        assert next(answer).values[0] == [NOW_MS, 0]
        answer.close()
    (rows,) = server.query('SELECT count("v") FROM "m"')
    assert rows.values == [[0, 1_000]]


def test_parameters_are_values_whatever_they_hold(server: InfluxServer) -> None:
    """No name of a meter becomes part of a statement."""
    server.write([f"m,meter=grid v=1 {NOW_MS}"])
    question = 'SELECT "v" FROM "m" WHERE "meter" = $meter'
    assert list(server.query(question, {"meter": "' OR 1=1; DROP SERIES --"})) == []
    (rows,) = server.query(question, {"meter": "grid"})
    assert rows.values == [[NOW_MS, 1]]


def test_a_retention_policy_may_be_named(influx: RealServer, database: str) -> None:
    """Of both, "database/policy", only what is in the policy is seen and deleted."""
    influx.run(
        f'CREATE RETENTION POLICY "ten years" ON {database}'
        " DURATION 3650d REPLICATION 1"
    )
    server = InfluxServer(settings_for(influx.url, f"{database}/ten years"))
    server.write([f"m v=1 {NOW_MS}"])
    (rows,) = server.query('SELECT "v" FROM "m"')
    assert rows.values == [[NOW_MS, 1]]
    assert influx.run('SELECT * FROM "m"', database) == []
    server.delete("m", "time > 0")
    assert list(server.query('SELECT "v" FROM "m"')) == []


@pytest.mark.parametrize("name", ["nowhere", "nowhere/policy"])
def test_no_such_database(influx: RealServer, name: str) -> None:
    """Writing and asking both say it."""
    server = InfluxServer(settings_for(influx.url, name))
    with pytest.raises(NoDatabaseError, match="nowhere"):
        server.write(["m v=1 1"])
    with pytest.raises(NoDatabaseError, match="nowhere"):
        list(server.query('SELECT "v" FROM "m"'))


def test_no_such_policy(influx: RealServer, database: str) -> None:
    """It is part of the name that was given."""
    server = InfluxServer(settings_for(influx.url, f"{database}/nowhere"))
    with pytest.raises(NoDatabaseError, match="nowhere"):
        server.write(["m v=1 1"])
    with pytest.raises(NoDatabaseError, match="nowhere"):
        list(server.query('SELECT "v" FROM "m"'))


def test_users(guarded: RealServer) -> None:
    """Wrong credentials are not the same as too few rights."""
    settings = settings_for(guarded.url, "energy", username="both", password="both")
    server = InfluxServer(settings)
    server.write([f"m v=1 {NOW_MS}"])
    assert len(list(server.query('SELECT "v" FROM "m"'))) == 1
    for wrong in ({"username": None}, {"password": "b"}, {"username": "löschkönig"}):
        other = InfluxServer(replace(settings, **wrong))
        with pytest.raises(CredentialsError):
            other.write([f"m v=1 {NOW_MS}"])
        with pytest.raises(CredentialsError):
            list(other.query('SELECT "v" FROM "m"'))


def test_rights(guarded: RealServer) -> None:
    """Who may write need not be allowed to read; the password may hold anything."""
    writer = InfluxServer(
        settings_for(guarded.url, "energy", username="writer", password="wörd:'x'")
    )
    writer.write([f"m v=1 {NOW_MS}"])
    with pytest.raises(ForbiddenError):
        list(writer.query('SELECT "v" FROM "m"'))
    nobody = InfluxServer(
        settings_for(guarded.url, "energy", username="nobody", password="nobody")
    )
    with pytest.raises(ForbiddenError):
        nobody.write([f"m v=1 {NOW_MS}"])


def test_nobody_listens() -> None:
    """A port without a server."""
    server = InfluxServer(settings_for(f"http://127.0.0.1:{free_port()}", "energy"))
    with pytest.raises(UnreachableError):
        server.write(["m v=1 1"])


@pytest.mark.parametrize(
    "url", ["http://", "ftp://host", "http://h:99999", "http://a b"]
)
def test_no_address(url: str) -> None:
    """What is none is said to be none."""
    server = InfluxServer(settings_for(url, "energy"))
    with pytest.raises(UnreachableError) as caught:
        server.write(["m v=1 1"])
    assert url == "http://a b" or isinstance(caught.value, InvalidAddressError)


def test_after_closing(server: InfluxServer) -> None:
    """Nothing is sent any more, so that a long delivery ends soon."""
    server.write([f"m v=1 {NOW_MS}"])
    server.close()
    with pytest.raises(UnreachableError):
        server.write([f"m v=2 {NOW_MS}"])


def test_a_server_that_went_away_and_came_back(
    influx: RealServer, server: InfluxServer
) -> None:
    """The connections of before are not used again."""
    server.write([f"m v=1 {NOW_MS}"])
    influx.kill()
    with pytest.raises(UnreachableError):
        server.write([f"m v=2 {NOW_MS}"])
    influx.start()
    server.write([f"m v=3 {NOW_MS}"])
    (rows,) = server.query('SELECT "v" FROM "m"')
    assert rows.values == [[NOW_MS, 3]]


def test_a_slow_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is given up, and may be asked again later."""
    monkeypatch.setattr(
        "custom_components.wattwise.history.influx.transport.READ_SECONDS", 0.2
    )
    with HttpServer(lambda _: Answer(204, delay_s=1.0)) as slow:
        server = InfluxServer(settings_for(slow.url, "energy"))
        began = time.monotonic()
        with pytest.raises(ServerError):
            server.write(["m v=1 1"])
        assert time.monotonic() - began < 0.9


def test_an_answer_that_is_cut() -> None:
    """Is not taken for a short one, wherever it is cut."""
    whole = (
        '{"results":[{"series":[{"name":"m","columns":["time","v"],'
        '"values":[[1,1]],"partial":true}],"partial":true}]}\n'
    )
    for answer in (
        Answer(200, whole, cut=True),
        Answer(200, whole),
        Answer(200, whole + whole[:30]),
    ):
        with HttpServer(lambda _, answer=answer: answer) as cutting:
            server = InfluxServer(settings_for(cutting.url, "energy"))
            with pytest.raises((ServerError, UnreachableError, NotInfluxError)):
                list(server.query('SELECT "v" FROM "m"'))


def test_certificates() -> None:
    """One of the server's own making is accepted only if that was asked for."""
    with HttpServer(lambda _: Answer(204), tls=_certificate()) as secure:
        settings = settings_for(secure.url, "energy")
        with pytest.raises(TlsError):
            InfluxServer(settings).write(["m v=1 1"])
        InfluxServer(replace(settings, verify_tls=False)).write(["m v=1 1"])


def test_encryption_where_there_is_none(influx: RealServer) -> None:
    """It is not said to be the certificate's fault."""
    url = influx.url.replace("http", "https")
    with pytest.raises(NotInfluxError):
        InfluxServer(settings_for(url, "energy")).write(["m v=1 1"])


@pytest.mark.parametrize("encrypted", [False, True])
def test_closing_ends_a_request_that_is_not_answered(encrypted: bool) -> None:
    """Whoever waits for a server that never answers hears at once that it is over."""
    asked, leave = Event(), Event()

    def stay_silent(_request: Request) -> Answer:
        asked.set()
        leave.wait(30)
        return Answer(204)

    tls = _certificate() if encrypted else None
    with HttpServer(stay_silent, tls) as silent, ThreadPoolExecutor() as threads:
        server = InfluxServer(settings_for(silent.url, "energy", verify_tls=False))
        try:
            answer = threads.submit(server.write, ["m v=1 1"])
            assert asked.wait(20)
            began = time.monotonic()
            server.close()
            with pytest.raises(UnreachableError):
                answer.result()
            assert time.monotonic() - began < 2
            with pytest.raises(UnreachableError, match="closed"):
                server.write(["m v=1 1"])
        finally:
            leave.set()


def test_what_is_being_opened_is_ended_too(
    influx: RealServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A close while the first connection is made is not missed."""
    server = InfluxServer(settings_for(influx.url, "energy"))
    write = Transport.write_v1

    def close_and_write(
        transport: Transport, lines: bytes, database: Mapping[str, str]
    ) -> None:
        server.close()
        write(transport, lines, database)

    monkeypatch.setattr(Transport, "write_v1", close_and_write)
    with pytest.raises(UnreachableError):
        server.write(["m v=1 1"])


def test_a_redirect() -> None:
    """Is not followed: credentials are for the server that was named."""
    answer = Answer(301, headers={"Location": "https://elsewhere.invalid/"})
    with (
        HttpServer(lambda _: answer) as redirecting,
        pytest.raises(NotInfluxError, match="elsewhere"),
    ):
        InfluxServer(settings_for(redirecting.url, "energy")).write(["m v=1 1"])


def test_proxies_and_logs_of_others(
    server: InfluxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's proxies are not used, and nobody else's logs fall silent."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    logger = logging.getLogger("urllib3")
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    server.write([f"m v=1 {NOW_MS}"])
    assert logger.level == logging.DEBUG


def test_secrets_are_not_logged(
    guarded: RealServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither in the clear nor encoded, whatever is logged."""
    caplog.set_level(logging.DEBUG)
    settings = settings_for(guarded.url, "energy", username="both", password="wrong!")
    with pytest.raises(CredentialsError) as caught:
        InfluxServer(settings).write(["m v=1 1"])
    told = caplog.text + repr(caught.value) + repr(caught.value.__cause__)
    assert "wrong!" not in told
    assert "Ym90aDp3cm9uZyE" not in told


def test_a_token_that_cannot_be_one(influx: RealServer) -> None:
    """With a line break from the clipboard it is not sent at all."""
    settings = settings_for(
        influx.url, "energy", token="abc\ndef", version=InfluxVersion.V2
    )
    with pytest.raises(CredentialsError):
        InfluxServer(settings).write(["m v=1 1"])


def test_a_statement_it_does_not_understand(server: InfluxServer) -> None:
    """Says what is wrong with it."""
    with pytest.raises(RejectedError, match="error parsing query"):
        list(server.query("SELEKT"))


def test_nothing_to_write(server: InfluxServer) -> None:
    """Is not sent: some servers refuse it."""
    server.close()
    server.write([])
