"""What is said of a file's rows before they are loaded is what becomes of them."""

from datetime import timedelta
from pathlib import Path
import threading
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.loads import rehearsal
from custom_components.wattwise.history.readings import raw_readings
from custom_components.wattwise.metering.profile import EnergyKind
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .meter_actions import call, meter_device, write_csv


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter that has a counter."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    return await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.COUNTER)
    )


@pytest.fixture
def folder(wattwise: HomeAssistant, home: MockConfigEntry) -> Path:
    """Return the folder into which people put their files."""
    folder = Path(wattwise.config.path("wattwise"))
    folder.mkdir()
    return folder


def request(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return how the file of these tests is to be read."""
    return {
        "device_id": meter_device(hass, entry),
        "file": "wattwise/counter.csv",
        "channel": "energy_import",
        "time_column": "time",
        "value_column": "kWh",
        "unit": "kWh",
        "kind": "counter",
    }


def reasons(answer: dict[str, Any]) -> dict[str, Any]:
    """Return how many rows were refused, with the first ones, by reason."""
    return {
        item["reason"]: (item["count"], item["lines"])
        for item in answer["refused_by_reason"]
    }


async def test_contradictions_are_counted_before(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """Rows of the future, doubled times, falling counters: the same before and after."""
    now = dt_util.now().replace(minute=0, second=0, microsecond=0)
    start = now - timedelta(days=20)
    rows: list[list[Any]] = [["time", "kWh"]]
    rows += [[(start + timedelta(hours=n)).isoformat(), 100 + n] for n in range(300)]
    rows[50][1] = 3.0
    rows += [[rows[80][0], 180.5], [rows[90][0], rows[90][1]]]
    rows += [[(now + timedelta(hours=n)).isoformat(), 900] for n in (2, 3, 4)]
    write_csv(folder / "counter.csv", rows)
    asked = request(wattwise, home)
    preview = await call(wattwise, "import_history", dry_run=True, **asked)
    assert reasons(preview) == {
        "future_time": (3, [304, 305, 306]),
        "conflicting_value": (1, [302]),
        "counter_fell": (1, [51]),
    }
    # The row that falls is proved wrong by those after it.
    assert preview["expected"] == {
        "rows": 305,
        "accepted": 299,
        "duplicate": 1,
        # It is not known from elsewhere: the file has this row twice.
        "doubled": 1,
        "held": 0,
        "compared_with_history": True,
        "joints": [],
    }
    assert only_meter(home).coordinator.latest == {}
    loaded = await call(wattwise, "import_history", **asked)
    assert reasons(loaded) == reasons(preview)
    for key in ("accepted", "duplicate", "doubled", "held"):
        assert loaded[key] == preview["expected"][key]


async def test_what_is_known_contradicts_too(
    wattwise: HomeAssistant, home: MockConfigEntry, folder: Path
) -> None:
    """Rows are compared with what is known: the same, another value, out of place."""
    start = dt_util.utcnow().replace(minute=0, second=0, microsecond=0)
    start -= timedelta(days=9)
    rows: list[list[Any]] = [
        [(start + timedelta(hours=n)).isoformat(), 100 + n] for n in range(100)
    ]
    write_csv(folder / "counter.csv", [["time", "kWh"], *rows[:60]])
    asked = request(wattwise, home)
    await call(wattwise, "import_history", **asked)
    rows[10][1] = 7
    write_csv(folder / "counter.csv", [["time", "kWh"], *rows])
    preview = await call(wattwise, "import_history", dry_run=True, **asked)
    assert preview["expected"]["duplicate"] == 59
    assert preview["expected"]["doubled"] == 0
    assert preview["expected"]["accepted"] == 40
    assert reasons(preview) == {"conflicting_value": (1, [12])}
    loaded = await call(wattwise, "import_history", **asked)
    assert (loaded["duplicate"], loaded["accepted"]) == (59, 40)
    assert reasons(loaded) == reasons(preview)


async def test_of_long_files_the_first_rows_are_judged(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer says how many rows were looked at, and whether beside what is known."""
    monkeypatch.setattr(rehearsal, "MOST_READINGS", 5_000)
    rows = [[1_700_000_000 + 60 * n, 100 + n / 1000] for n in range(12_000)]
    write_csv(folder / "counter.csv", [["time", "kWh"], *rows])
    asked = request(wattwise, home)
    preview = await call(wattwise, "import_history", dry_run=True, **asked)
    assert preview["rows"] == 12_000
    assert preview["expected"]["rows"] == preview["expected"]["accepted"] == 5_000
    await call(wattwise, "import_history", **asked)
    preview = await call(wattwise, "import_history", dry_run=True, **asked)
    assert not preview["expected"]["compared_with_history"]


async def test_what_is_known_is_asked_in_parts(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Others ask in between: no question reads more than a page and its last hour."""
    monkeypatch.setattr(raw_readings, "_PAGE", 100)
    rows = [[1_700_000_000 + 60 * n, 100 + n / 1000] for n in range(2_000)]
    write_csv(folder / "counter.csv", [["time", "kWh"], *rows])
    asked = request(wattwise, home)
    await call(wattwise, "import_history", **asked)
    read: list[int] = []
    asking = threading.local()
    ask, between = History.ask, raw_readings.RawReadings.between

    async def one_more(self: History, question: Any) -> Any:
        def answer(queries: Any) -> Any:
            asking.count = 0
            try:
                return question(queries)
            finally:
                read.append(asking.count)
                del asking.count

        return await ask(self, answer)

    def counted(*args: Any) -> Any:
        found = between(*args)
        # The rehearsal, in other threads, looks into a history of its own.
        if hasattr(asking, "count"):
            asking.count += len(found)
        return found

    monkeypatch.setattr(History, "ask", one_more)
    monkeypatch.setattr(raw_readings.RawReadings, "between", counted)
    preview = await call(wattwise, "import_history", dry_run=True, **asked)
    assert preview["expected"]["duplicate"] == 2_000
    assert preview["expected"]["compared_with_history"]
    assert sum(read) >= 2_000
    assert max(read) <= 160
