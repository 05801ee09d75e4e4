"""Taking a loaded file back, in the options and by the action."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.wattwise import load_undo, published_statistics
from custom_components.wattwise.flows import progress_task
from custom_components.wattwise.history.damage.set_aside import SetAside
from custom_components.wattwise.history.loads import taking_back
from custom_components.wattwise.history.loads.taking_back import begin_taking_back
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.published import Published, note_published
from custom_components.wattwise.history.readings.pruned import Pruned, add_pruned
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .household_flows import open_options, submit_options
from .meter_actions import call, meter_device, write_csv
from .test_file_steps import after_progress, choose, told
from .translated_flows import translated_flows

__all__ = ["translated_flows"]

ROWS = 200


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for a frontend, and take many steps."""
    monkeypatch.setattr(progress_task, "_SHORTEST_SECONDS", 0.02)
    monkeypatch.setattr(taking_back, "_READINGS", 20)
    monkeypatch.setattr(load_undo, "_PAUSE_S", 0.001)


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter that sends amounts each quarter of an hour."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    return await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL)
    )


@pytest.fixture
async def loaded(wattwise: HomeAssistant, home: MockConfigEntry) -> dict[str, Any]:
    """Load a file after the meter told something itself; return the answer."""
    start = dt_util.now().replace(minute=0, second=0, microsecond=0)
    start -= timedelta(hours=ROWS + 50)
    meter = only_meter(home)
    own_ms = int((start + timedelta(hours=ROWS + 40)).timestamp() * 1000)
    own = Reading(Channel.ENERGY_IMPORT, own_ms, 7.0)
    await meter.history.append(meter.profile, [own])
    return await load(wattwise, home, "wrong.csv", start, [900] * ROWS)


async def load(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    name: str,
    start: datetime,
    amounts: list[float],
) -> dict[str, Any]:
    """Load a file of hourly amounts [Wh]; return the answer."""
    folder = Path(hass.config.path("wattwise"))
    folder.mkdir(exist_ok=True)
    rows = [
        [(start + timedelta(hours=n)).isoformat(), amount]
        for n, amount in enumerate(amounts)
    ]
    write_csv(folder / name, [["time", "Wh"], *rows])
    return await call(
        hass,
        "import_history",
        device_id=meter_device(hass, entry),
        file=f"wattwise/{name}",
        channel="energy_import",
        time_column="time",
        value_column="Wh",
        unit="Wh",
    )


async def shown(hass: HomeAssistant) -> float:
    """Return all energy that the Energy dashboard shows [Wh], when all is written."""
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_wait_recording_done(hass)
    sums = await get_instance(hass).async_add_executor_job(
        statistics_during_period,
        hass,
        dt_util.utcnow() - timedelta(days=40),
        None,
        None,
        "day",
        {"energy": "Wh"},
        {"change"},
    )
    return sum(day["change"] or 0 for days in sums.values() for day in days)


async def energy(entry: MockConfigEntry) -> float:
    """Return all energy the meter's history knows of [Wh]."""
    meter = only_meter(entry)
    now_ms = int(dt_util.utcnow().timestamp() * 1000)
    days = await meter.history.buckets(
        meter.profile.meter_id,
        Channel.ENERGY_IMPORT,
        now_ms - 40 * 86_400_000,
        now_ms,
        Period.DAY,
    )
    return sum(day.energy_wh for day in days)


async def open_check(
    hass: HomeAssistant, entry: MockConfigEntry, import_id: int
) -> ConfigFlowResult:
    """Choose a file from the list of the options."""
    result = await open_options(hass, entry, "loaded_files")
    assert result["step_id"] == "loaded_files"
    assert result["data_schema"] is not None
    return await submit_options(hass, result, load=str(import_id))


async def test_in_the_options(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """The list names the file; what will happen is said; then it is gone."""
    assert await energy(home) == pytest.approx(900 * ROWS + 7)
    result = await open_options(wattwise, home, "loaded_files")
    assert result["data_schema"] is not None
    (selector,) = result["data_schema"].schema.values()
    (option,) = selector.config["options"]
    assert option["value"] == str(loaded["import_id"])
    assert option["label"].startswith(
        "wrong.csv · Grid · Energy used or imported · loaded "
    )
    assert "· 200 readings from " in option["label"]
    result = await submit_options(wattwise, result, load=option["value"])
    assert result["step_id"] == "undo_check"
    assert "200 readings will be removed" in told(result)["consequences"]
    assert "InfluxDB" not in told(result)["consequences"]
    result = await choose(wattwise, result, "undo_load")
    assert result["type"] is FlowResultType.SHOW_PROGRESS
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "undo_done"
    assert told(result)["removed"] == "200"
    known = only_meter(home).coordinator.latest[Channel.ENERGY_IMPORT]
    assert known.register_wh == pytest.approx(7)
    assert await energy(home) == pytest.approx(7)
    latest = await only_meter(home).history.latest(only_meter(home).profile.meter_id)
    assert latest[Channel.ENERGY_IMPORT].register_wh == pytest.approx(7)
    result = await choose(wattwise, result, "loaded_files")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_loaded_files"


async def test_by_the_action(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """It lists what was loaded, tells what would happen, and does it once."""
    device = {"device_id": meter_device(wattwise, home)}
    (listed,) = (await call(wattwise, "get_imports", **device))["imports"]
    assert listed["import_id"] == loaded["import_id"]
    assert (listed["file"], listed["readings"]) == ("wrong.csv", ROWS)
    assert listed["loaded"].endswith(("+01:00", "+02:00"))
    asked = device | {"import_id": loaded["import_id"]}
    expected = await call(wattwise, "undo_import", dry_run=True, **asked)
    assert (expected["removable"], expected["kept"]) == (ROWS, 0)
    assert expected["removed"] == 0
    assert await energy(home) == pytest.approx(900 * ROWS + 7)
    answer = await call(wattwise, "undo_import", **asked)
    assert answer["removed"] == ROWS
    assert await energy(home) == pytest.approx(7)
    assert (await call(wattwise, "get_imports", **device))["imports"] == []
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "undo_import", **asked)
    assert error.value.translation_key == "import_not_found"


async def test_what_must_stay_is_said_before(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """Of pruned readings only sums are there: the dialog tells of which time."""
    meter = only_meter(home)
    first_ms = int(
        dt_util.parse_datetime(loaded["first"], raise_on_error=True).timestamp() * 1000
    )
    hour = 3_600_000

    def prune(transaction: Any, until_ms: int) -> None:
        (channel_id,) = transaction.connection.execute(
            "SELECT channel_id FROM channel WHERE name = 'energy_import'"
        ).fetchone()
        add_pruned(
            transaction.connection,
            channel_id,
            Pruned.READINGS,
            [(first_ms + hour, until_ms)],
        )
        transaction.ledger.forget()

    await meter.history.run(partial(prune, until_ms=first_ms + 50 * hour))
    result = await open_check(wattwise, home, loaded["import_id"])
    said = told(result)["consequences"]
    assert "150 readings will be removed" in said
    assert "50 readings from" in said
    assert "cannot be removed" in said
    wattwise.config_entries.options.async_abort(result["flow_id"])

    await meter.history.run(partial(prune, until_ms=first_ms + (ROWS + 1) * hour))
    result = await open_check(wattwise, home, loaded["import_id"])
    assert "None of its readings" in told(result)["consequences"]
    assert "undo_load" not in (result["menu_options"] or ())
    wattwise.config_entries.options.async_abort(result["flow_id"])


async def test_the_dialog_is_honest_about_influxdb(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """Points that were sent stay on the server, and the dialog says so."""
    await only_meter(home).history.run(
        lambda t: t.connection.execute("UPDATE meter SET exported_as = 'Grid'")
    )
    result = await open_check(wattwise, home, loaded["import_id"])
    assert (
        "What was sent to InfluxDB already stays there" in told(result)["consequences"]
    )
    wattwise.config_entries.options.async_abort(result["flow_id"])


async def test_a_restart_finishes_what_was_begun(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """What was stopped half way goes on by itself when its household is loaded."""
    meter = only_meter(home)
    step = partial(
        taking_back.take_back, load_id=loaded["import_id"], profile=meter.profile
    )
    await meter.history.run(partial(begin_taking_back, load_id=loaded["import_id"]))
    assert await meter.history.run(step) > 0
    assert await wattwise.config_entries.async_reload(home.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await energy(home) == pytest.approx(7)
    answer = await call(wattwise, "get_imports", device_id=meter_device(wattwise, home))
    assert answer["imports"] == []


async def test_ended_with_its_household(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A reload while the dialog is open stops it; the dialog says that it goes on."""
    monkeypatch.setattr(load_undo, "_PAUSE_S", 30)
    result = await open_check(wattwise, home, loaded["import_id"])
    result = await choose(wattwise, result, "undo_load")
    monkeypatch.setattr(load_undo, "_PAUSE_S", 0.001)
    assert await wattwise.config_entries.async_reload(home.entry_id)
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "undo_failed"
    wattwise.config_entries.options.async_abort(result["flow_id"])
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await energy(home) == pytest.approx(7)


async def test_the_energy_dashboard_follows(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
) -> None:
    """The statistic that showed the file's energy is gone with it."""
    device = {"device_id": meter_device(wattwise, home)}
    assert loaded["statistics"]
    assert await shown(wattwise) == pytest.approx(900 * ROWS + 7)
    await call(wattwise, "undo_import", import_id=loaded["import_id"], **device)
    assert await shown(wattwise) == pytest.approx(7)


async def test_the_energy_dashboard_follows_later(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody waits for a busy recorder; what it was not told in time the next start tells."""
    device = {"device_id": meter_device(wattwise, home)}
    told = asyncio.Event()

    async def is_busy(*_: Any, **__: Any) -> None:
        told.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(load_undo, "async_publish", is_busy)
        async with asyncio.timeout(10):
            answer = await call(
                wattwise, "undo_import", import_id=loaded["import_id"], **device
            )
            await told.wait()
    assert answer["removed"] == ROWS
    assert await energy(home) == pytest.approx(7)
    assert await wattwise.config_entries.async_reload(home.entry_id)
    assert await shown(wattwise) == pytest.approx(7)


async def test_taken_back_while_it_is_being_shown(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was read before the file left is not taken for all that there is to show."""
    meter, device = only_meter(home), {"device_id": meter_device(wattwise, home)}
    read = published_statistics._async_hours

    async def read_in_time(*args: Any) -> Any:
        found = await read(*args)
        if found:
            monkeypatch.setattr(published_statistics, "_async_hours", read)
            await call(wattwise, "undo_import", import_id=loaded["import_id"], **device)
        return found

    key = published_statistics.statistic_id(
        meter.name, meter.profile.meter_id, Channel.ENERGY_IMPORT
    )
    await meter.history.run(
        partial(note_published, statistic_id=key, state=Published.BEGUN)
    )
    monkeypatch.setattr(published_statistics, "_async_hours", read_in_time)
    await published_statistics.async_publish(wattwise, meter)
    assert await energy(home) == pytest.approx(7)
    assert await shown(wattwise) == pytest.approx(7)


async def test_what_was_cleared_does_not_come_back(
    recorder_mock: Recorder,
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
) -> None:
    """Who removed the statistics of files does not get them again by an undo."""
    device = {"device_id": meter_device(wattwise, home)}
    await call(wattwise, "clear_imported_statistics", **device)
    await call(wattwise, "undo_import", import_id=loaded["import_id"], **device)
    assert await shown(wattwise) == 0


async def test_two_in_one_dialog(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """After one file another can be taken back, and is."""
    start = dt_util.now().replace(minute=0, second=0, microsecond=0)
    second = await load(
        wattwise, home, "second.csv", start - timedelta(hours=600), [500] * 50
    )
    assert await energy(home) == pytest.approx(900 * ROWS + 500 * 50 + 7)
    result = await open_check(wattwise, home, loaded["import_id"])
    result = await choose(wattwise, result, "undo_load")
    result = await after_progress(wattwise, result)
    assert told(result)["removed"] == f"{ROWS}"
    result = await choose(wattwise, result, "loaded_files")
    result = await submit_options(wattwise, result, load=str(second["import_id"]))
    result = await choose(wattwise, result, "undo_load")
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "undo_done"
    assert (told(result)["file"], told(result)["removed"]) == ("second.csv", "50")
    assert await energy(home) == pytest.approx(7)


async def test_what_goes_wrong_is_no_success(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An error that nobody expected is told, and logged; then it can be tried again."""
    device = {"device_id": meter_device(wattwise, home)}

    def broken(*_: Any, **__: Any) -> int:
        raise ValueError("no such thing")

    with monkeypatch.context() as patched:
        patched.setattr(load_undo, "take_back", broken)
        with pytest.raises(HomeAssistantError) as error:
            await call(wattwise, "undo_import", import_id=loaded["import_id"], **device)
        assert error.value.translation_key == "undo_failed"
        assert "no such thing" in caplog.text
        result = await open_check(wattwise, home, loaded["import_id"])
        result = await choose(wattwise, result, "undo_load")
        result = await after_progress(wattwise, result)
    assert result["step_id"] == "undo_failed"
    assert told(result)["removed"] == "0"
    assert told(result)["error"].startswith("Something unexpected went wrong")
    assert await energy(home) == pytest.approx(900 * ROWS + 7)
    result = await choose(wattwise, result, "loaded_files")
    result = await submit_options(wattwise, result, load=str(loaded["import_id"]))
    result = await choose(wattwise, result, "undo_load")
    result = await after_progress(wattwise, result)
    assert result["step_id"] == "undo_done"
    assert await energy(home) == pytest.approx(7)


async def test_the_forecast_learns_of_it(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    loaded: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is expected does not rest for a day on what was wrong."""
    known: list[float] = []
    forecast = home.runtime_data.forecast
    monkeypatch.setattr(
        type(forecast), "async_past_grew", lambda _: known.append(undo.removed)
    )
    (item,) = await load_undo.async_loads([only_meter(home)])
    undo = load_undo.async_start_undo(wattwise, home, only_meter(home), item)
    assert undo.task is not None
    await undo.task
    assert known == [ROWS]


async def test_files_with_the_same_rows_are_named(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """Rows that a later file had in common leave as well: it is to be loaded again."""
    first = dt_util.parse_datetime(loaded["first"], raise_on_error=True)
    more = await load(wattwise, home, "more.csv", first, [900] * (ROWS + 30))
    assert (more["duplicate"], more["accepted"]) == (ROWS, 30)
    await load(wattwise, home, "older.csv", first - timedelta(days=60), [900] * 30)
    asked = {"device_id": meter_device(wattwise, home)}
    asked |= {"import_id": loaded["import_id"], "dry_run": True}
    expected = await call(wattwise, "undo_import", **asked)
    assert expected["load_again"] == [
        {"import_id": more["import_id"], "file": "more.csv"}
    ]
    asked |= {"import_id": more["import_id"]}
    assert (await call(wattwise, "undo_import", **asked))["load_again"] == []
    result = await open_check(wattwise, home, loaded["import_id"])
    said = told(result)["consequences"]
    assert "more.csv" in said
    assert "load these files again" in said
    assert "older.csv" not in said
    wattwise.config_entries.options.async_abort(result["flow_id"])
    result = await open_check(wattwise, home, more["import_id"])
    assert "these files again" not in told(result)["consequences"]
    wattwise.config_entries.options.async_abort(result["flow_id"])


async def test_a_damaged_history_is_recovered_first(
    wattwise: HomeAssistant, home: MockConfigEntry, loaded: dict[str, Any]
) -> None:
    """What a damaged file may bring back is not taken back before."""
    meter = only_meter(home)
    waiting = SetAside("wattwise.db.damaged-20260101T000000Z", 0)
    await meter.history.run(lambda t: waiting.note(t.connection))
    result = await open_check(wattwise, home, loaded["import_id"])
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "recovery_awaited"
    asked = {
        "device_id": meter_device(wattwise, home),
        "import_id": loaded["import_id"],
    }
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "undo_import", **asked)
    assert error.value.translation_key == "recovery_awaited"
    await meter.history.run(lambda t: replace(waiting, done=True).note(t.connection))
    assert (await call(wattwise, "undo_import", **asked))["removed"] == ROWS


async def test_nothing_was_loaded_yet(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """Without any file there is nothing to choose from."""
    result = await open_options(wattwise, home, "loaded_files")
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "no_loaded_files"


async def test_of_a_file_alone_nothing_is_shown_any_more(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """A meter that told nothing itself shows nothing after its file was taken back."""
    folder = Path(wattwise.config.path("wattwise"))
    folder.mkdir()
    start = dt_util.now() - timedelta(hours=30)
    rows = [[(start + timedelta(hours=n)).isoformat(), 230] for n in range(20)]
    write_csv(folder / "volts.csv", [["time", "V"], *rows])
    device = {"device_id": meter_device(wattwise, home)}
    answer = await call(
        wattwise,
        "import_history",
        file="wattwise/volts.csv",
        channel="voltage_l1",
        time_column="time",
        value_column="V",
        unit="V",
        **device,
    )
    coordinator = only_meter(home).coordinator
    assert coordinator.latest.keys() == {Channel.VOLTAGE_L1}
    await call(wattwise, "undo_import", import_id=answer["import_id"], **device)
    assert coordinator.latest == {}
