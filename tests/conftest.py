"""What tests of the integration inside Home Assistant share."""

import asyncio
from collections.abc import AsyncGenerator, Generator
import os
import shutil
from typing import Final

import pytest

# The test harness brings a package of the same name; ours must be found first.
import custom_components  # noqa: F401
from custom_components.wattwise import history_upkeep, load_undo
from custom_components.wattwise.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

# Event loops run timers that are due within this time [s]. Their own is a billionth,
# which is lost in seconds since 1970, the time of a clock that is held still: a timer
# that is due at that very moment would never run, and its loop never rest.
_CLOCK_RESOLUTION_S: Final = 1e-6

# In debug mode, event loops also note this many frames of whoever makes a coroutine.
asyncio.constants.DEBUG_STACK_DEPTH = 1
# Several workers share the cores, and threads of numpy that wait for each other spin:
# small matrices cost three times as much with them. Nobody has imported it yet.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


# The workers' own part reads the groups.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let several workers begin with what may take long; the rest fills the gaps.

    What a module's tests share is made once, by the one worker that runs all of them.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    items.sort(key=_allowed_seconds, reverse=True)
    for item in items:
        if _shares(item) and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


def _shares(item: pytest.Item) -> bool:
    """Return whether a test has something of ours that was not made for it alone."""
    return isinstance(item, pytest.Function) and any(
        fixture.scope != "function" and fixture.baseid.startswith("tests/")
        for fixtures in item._fixtureinfo.name2fixturedefs.values()
        for fixture in fixtures
    )


def _allowed_seconds(item: pytest.Item) -> float:
    """Return the time a test asks for, 0 where the usual is enough."""
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture(autouse=True)
def _custom_integrations(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load integrations of this repository."""
    if "recorder_mock" in request.fixturenames:
        # It cannot be set up once there is a Home Assistant.
        request.getfixturevalue("recorder_mock")
    if "hass" in request.fixturenames:
        request.getfixturevalue("enable_custom_integrations")


@pytest.fixture(autouse=True)
async def enable_event_loop_debug() -> None:
    """Let event loops check threads, callbacks and slowness, as the harness does.

    In debug mode, futures, tasks and handles also note the whole stack they were made
    in, which was half of what tests cost. They ask the loop whether to do so; its own
    checks do not.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.get_debug = lambda: False  # type: ignore[method-assign]
    loop._clock_resolution = _CLOCK_RESOLUTION_S  # type: ignore[attr-defined]


@pytest.fixture
def no_framework_complaints(
    caplog: pytest.LogCaptureFixture,
) -> Generator[None]:
    """Fail when Home Assistant reports that the integration uses it wrongly."""
    yield
    complaints = [
        record.getMessage()
        for when in ("setup", "call")
        for record in caplog.get_records(when)
        if "Detected that custom integration" in record.getMessage()
        or "Detected blocking call" in record.getMessage()
    ]
    assert complaints == []


@pytest.fixture
async def wattwise(
    hass: HomeAssistant,
    tmp_path: os.PathLike[str],
    no_framework_complaints: None,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[HomeAssistant]:
    """Return a Home Assistant with a folder of its own and WattWise set up in it."""
    # A clock that a test holds still ends no pause. How many steps with pauses the
    # upkeep takes depends on how busy the machine is.
    monkeypatch.setattr(history_upkeep, "_PAUSE_S", 0)
    monkeypatch.setattr(load_undo, "_PAUSE_S", 0)
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "http", {})
    assert await async_setup_component(hass, DOMAIN, {})
    yield hass
    for entry in hass.config_entries.async_loaded_entries(DOMAIN):
        await hass.config_entries.async_unload(entry.entry_id)


def require_program(name: str) -> str:
    """Return the path of a program some tests need.

    Without it the test is skipped, except where everything must be there.
    """
    path = shutil.which(name)
    if path is None:
        missing = f"{name} is not installed (scripts/setup --system installs it)"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return path
