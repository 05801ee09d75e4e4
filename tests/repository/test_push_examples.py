"""The examples of docs/push-api.md do what the page says."""

from collections.abc import Callable, Iterator
import json
from json import dumps
import re
import shlex
import sys
import time
from types import ModuleType
from typing import Any, Final
import urllib.error
import urllib.request

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.wattwise.metering.quantity import Channel
from homeassistant.core import HomeAssistant

from ..homes import KEY, async_add_household, only_meter, push_meter
from .markdown import Example, examples
from .tree import DOCS

PAGE: Final = DOCS / "push-api.md"
_STATUS: Final = re.compile(r"status (\d{3})")
# What is different each time.
_VOLATILE: Final = {"last_reading", "server_time", "server_time_ms", "time"}


def of_language(language: str) -> list[Example]:
    """Return the page's examples in a language."""
    return [example for example in examples(PAGE) if example.language == language]


def exchanges() -> Iterator[tuple[str, int, Any]]:
    """Yield each command, and the status and the body the page says it is answered."""
    command = ""
    for example in examples(PAGE):
        if example.language == "sh":
            command = example.code
        elif example.language == "json":
            match = _STATUS.search(example.introduction)
            assert match, example.introduction
            yield command, int(match[1]), json.loads(example.code)


async def run_curl(
    client: TestClient[Any, Any], command: str, variables: dict[str, str]
) -> tuple[int, Any]:
    """Send what a curl command would send."""
    words = shlex.split(command.replace("\\\n", " "))
    words = [re.sub(r"\$(\w+)", lambda m: variables[m[1]], word) for word in words]
    assert words.pop(0) == "curl"
    method, headers, data, url = "GET", {}, None, ""
    while words:
        match words.pop(0):
            case "-X":
                method = words.pop(0)
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                data = words.pop(0)
            case word:
                url = word
    response = await client.request(method, url, data=data, headers=headers)
    return response.status, await response.json()


def assert_as_told(told: Any, real: Any, path: str = "") -> None:
    """Compare an answer with the one on the page, which may leave out values."""
    if isinstance(told, dict):
        for key, value in told.items():
            if key in _VOLATILE:
                assert type(value) is type(real[key]), path
            else:
                assert_as_told(value, real[key], f"{path}.{key}")
    elif isinstance(told, list):
        assert len(told) == len(real), path
        for index, (expected, found) in enumerate(zip(told, real, strict=True)):
            assert_as_told(expected, found, f"{path}.{index}")
    else:
        assert told == real, path


@pytest.fixture
async def client(
    wattwise: HomeAssistant, hass_client_no_auth: ClientSessionGenerator
) -> TestClient[Any, Any]:
    """Return a device's HTTP client."""
    return await hass_client_no_auth()


async def test_curl(
    wattwise: HomeAssistant, client: TestClient[Any, Any], hass_access_token: str
) -> None:
    """Each command gets the answer that stands below it."""
    backlog = ""
    seen = []
    for index, (command, status, told) in enumerate(exchanges()):
        key = f"{KEY}-{index}"
        entry = await async_add_household(wattwise, push_meter(key), name="Home")
        variables = {"HA": "", "KEY": key, "TOKEN": hass_access_token}
        if '"rssi"' in command:
            backlog = command
        if "-X POST" not in command:
            # What these show was sent before.
            await run_curl(client, backlog, variables)
            await only_meter(entry).coordinator.async_refresh()
        real_status, real = await run_curl(client, command, variables)
        assert real_status == status, command
        assert_as_told(told, real)
        if "-X POST" in command:
            assert real == told
        seen.append(status)
        assert await wattwise.config_entries.async_remove(entry.entry_id)
    assert sorted(set(seen)) == [200, 202, 400]
    assert len(seen) == len(of_language("sh"))


def load(example: Example, changes: dict[str, Any]) -> dict[str, Any]:
    """Run a program's definitions, with other settings than those on the page."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(example.code, str(PAGE), "exec"), names)  # noqa: S102
    assert changes.keys() <= names.keys()
    names.update(changes)
    return names


def address(client: TestClient[Any, Any], path: str) -> str:
    """Return an address of the Home Assistant of the test."""
    return str(client.make_url(path))


@pytest.mark.usefixtures("socket_enabled")
async def test_python_client(
    wattwise: HomeAssistant, client: TestClient[Any, Any]
) -> None:
    """It keeps readings while it is told to wait, and forgets them when they are safe."""
    entry = await async_add_household(wattwise, push_meter())
    program = load(
        of_language("python")[0],
        {"URL": address(client, "/api/wattwise/data"), "KEY": KEY},
    )
    now = time.time()
    waiting = program["waiting"]
    waiting += [{"time": now - s, "power": 100 + s} for s in (20, 10, 0)]

    await wattwise.config_entries.async_unload(entry.entry_id)
    assert await wattwise.async_add_executor_job(program["send"]) == 5
    assert len(waiting) == 3
    await wattwise.config_entries.async_setup(entry.entry_id)
    assert await wattwise.async_add_executor_job(program["send"]) == 0
    assert not waiting
    assert only_meter(entry).coordinator.latest[Channel.POWER].value == 100

    waiting.append("nonsense")
    waiting.append({"time": now - 1, **program["measure"]()})
    assert await wattwise.async_add_executor_job(program["send"]) == 0
    assert not waiting
    program["KEY"] = "wrong"
    waiting.append({"time": now, "power": 1})
    assert await wattwise.async_add_executor_job(program["send"]) == 30
    program["URL"] = "http://127.0.0.1:1/api/wattwise/data"
    assert await wattwise.async_add_executor_job(program["send"]) == 30
    assert len(waiting) == 1


class _Answer:
    """What MicroPython's requests return."""

    def __init__(self, status_code: int, body: bytes) -> None:
        self.status_code = status_code
        self._body = body

    def json(self) -> Any:
        """Return the decoded body."""
        return json.loads(self._body)

    def close(self) -> None:
        """Free the connection."""


def micropython_requests() -> ModuleType:
    """Return a module that offers what MicroPython's `requests` does."""

    def request(url: str, headers: dict[str, str], body: bytes | None) -> _Answer:
        try:
            # Only ever the server of the test.
            with urllib.request.urlopen(  # noqa: S310
                urllib.request.Request(url, body, headers),  # noqa: S310
                timeout=10,
            ) as response:
                return _Answer(response.status, response.read())
        except urllib.error.HTTPError as error:
            return _Answer(error.code, error.read())

    def get(url: str, headers: dict[str, str]) -> _Answer:
        return request(url, headers, None)

    def post(url: str, json: Any, headers: dict[str, str]) -> _Answer:
        body = dumps(json).encode()
        return request(url, headers | {"Content-Type": "application/json"}, body)

    module = ModuleType("requests")
    functions: dict[str, Callable[..., Any]] = {"get": get, "post": post}
    vars(module).update(functions)
    return module


@pytest.mark.usefixtures("socket_enabled")
async def test_micropython_client(
    wattwise: HomeAssistant,
    client: TestClient[Any, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It sets its clock by Home Assistant's and keeps what is not settled."""
    entry = await async_add_household(wattwise, push_meter())
    monkeypatch.setitem(sys.modules, "requests", micropython_requests())
    program = load(
        of_language("python")[1],
        {"BASE": address(client, "/api/wattwise"), "HEADERS": {"X-API-Key": KEY}},
    )
    assert abs(await wattwise.async_add_executor_job(program["clock_offset"])) < 5
    waiting = program["waiting"]
    now = int(time.time())
    waiting += [{"time": now - s, "power": s} for s in range(25, 0, -1)]
    assert await wattwise.async_add_executor_job(program["send"]) is True
    assert len(waiting) == 5
    await wattwise.config_entries.async_unload(entry.entry_id)
    assert await wattwise.async_add_executor_job(program["send"]) is False
    assert len(waiting) == 5
    await wattwise.config_entries.async_setup(entry.entry_id)
    assert await wattwise.async_add_executor_job(program["send"]) is True
    assert only_meter(entry).coordinator.latest[Channel.POWER].value == 1
    program["BASE"] = "http://127.0.0.1:1"
    waiting.append({"time": now, "power": 1})
    assert await wattwise.async_add_executor_job(program["send"]) is False
