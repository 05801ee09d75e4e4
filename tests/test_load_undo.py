"""Taking a loaded file back, in the options and by the action."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.wattwise import load_undo
from custom_components.wattwise.flows import progress_task
from custom_components.wattwise.history.loads import taking_back
from custom_components.wattwise.history.loads.taking_back import begin_taking_back
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.readings.pruned import Pruned, add_pruned
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.components.recorder import Recorder, get_instance
from homeassistant.components.recorder.statistics import statistics_during_period
from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import ServiceValidationError
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
    folder = Path(wattwise.config.path("wattwise"))
    folder.mkdir(exist_ok=True)
    start = dt_util.now().replace(minute=0, second=0, microsecond=0)
    start -= timedelta(hours=ROWS + 50)
    meter = only_meter(home)
    own_ms = int((start + timedelta(hours=ROWS + 40)).timestamp() * 1000)
    own = Reading(Channel.ENERGY_IMPORT, own_ms, 7.0)
    await meter.history.append(meter.profile, [own])
    rows = [[(start + timedelta(hours=n)).isoformat(), 900] for n in range(ROWS)]
    write_csv(folder / "wrong.csv", [["time", "Wh"], *rows])
    return await call(
        wattwise,
        "import_history",
        device_id=meter_device(wattwise, home),
        file="wattwise/wrong.csv",
        channel="energy_import",
        time_column="time",
        value_column="Wh",
        unit="Wh",
    )


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
    assert option["label"].startswith("wrong.csv · Grid · loaded ")
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

    async def shown() -> float:
        await async_wait_recording_done(wattwise)
        sums = await get_instance(wattwise).async_add_executor_job(
            statistics_during_period,
            wattwise,
            dt_util.utcnow() - timedelta(days=40),
            None,
            None,
            "day",
            {"energy": "Wh"},
            {"change"},
        )
        return sum(day["change"] or 0 for days in sums.values() for day in days)

    assert await shown() == pytest.approx(900 * ROWS + 7)
    await call(wattwise, "undo_import", import_id=loaded["import_id"], **device)
    assert await shown() == pytest.approx(7)


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
