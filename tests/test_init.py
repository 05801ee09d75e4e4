"""Set-up, reload, removal, and the files around."""

from datetime import timedelta
from pathlib import Path
import sqlite3
import subprocess
import sys
import time
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    get_system_health_info,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components import wattwise as integration
from custom_components.wattwise.backup import async_post_backup, async_pre_backup
from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.coordinator import MeterCoordinator
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.household import DATA_PUSH_KEYS
from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.shared_history import (
    DATABASE_FILE,
    async_get_history,
    async_kept_meters,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .homes import KEY, async_add_household, entity_meter, only_meter, push_meter


async def test_history_is_shared_and_closed_with_the_last_household(
    wattwise: HomeAssistant,
) -> None:
    """Two households use one file."""
    first = await async_add_household(wattwise, push_meter("a"), name="Home")
    second = await async_add_household(wattwise, push_meter("b"), name="Cabin")
    assert first.runtime_data.history is second.runtime_data.history
    await wattwise.config_entries.async_unload(first.entry_id)
    assert async_get_history(wattwise) is second.runtime_data.history
    await wattwise.config_entries.async_unload(second.entry_id)
    assert async_get_history(wattwise) is None
    assert Path(wattwise.config.path(DATABASE_FILE)).exists()


async def test_nothing_is_asked_of_a_history_that_is_closed(
    wattwise: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Home Assistant ends without a complaint, even if it was about to ask for sums."""
    entry = await async_add_household(wattwise, push_meter())
    coordinator = only_meter(entry).coordinator
    for _ in range(2):
        # The second time, it is put off for some seconds.
        await coordinator.async_request_refresh()
    wattwise.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await wattwise.async_block_till_done()
    async_fire_time_changed(wattwise, dt_util.utcnow() + timedelta(minutes=1))
    await wattwise.async_block_till_done()
    assert coordinator.last_update_success
    assert "the history is closed" not in caplog.text


async def test_removed_meter_keeps_its_history(wattwise: HomeAssistant) -> None:
    """History is kept until somebody chooses to delete it."""
    entry = await async_add_household(wattwise, push_meter(), push_meter("other"))
    meter = next(iter(entry.runtime_data.meters.values()))
    await meter.history.append(
        meter.profile, [Reading(Channel.POWER, 1_700_000_000_000, 5)]
    )
    assert await async_kept_meters(wattwise) == []
    wattwise.config_entries.async_remove_subentry(entry, meter.subentry.subentry_id)
    await wattwise.async_block_till_done()
    (kept,) = await async_kept_meters(wattwise)
    assert (kept.name, kept.last_ms) == ("Grid", 1_700_000_000_000)


async def test_file_of_a_newer_version(wattwise: HomeAssistant) -> None:
    """After a downgrade the household says why it does not start."""
    with sqlite3.connect(wattwise.config.path(DATABASE_FILE)) as file:
        file.execute("PRAGMA user_version = 999")
    entry = await _set_up(wattwise)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    assert entry.error_reason_translation_key == "newer_schema"


async def test_a_history_that_cannot_be_opened_is_tried_again(
    wattwise: HomeAssistant,
) -> None:
    """What is in the way may go; nothing of it is overwritten."""
    path = Path(wattwise.config.path(DATABASE_FILE))
    path.mkdir()
    entry = await _set_up(wattwise)
    assert entry.state is ConfigEntryState.SETUP_RETRY
    assert entry.error_reason_translation_key == "history_unavailable"
    path.rmdir()
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED


async def _set_up(hass: HomeAssistant) -> MockConfigEntry:
    """Set up a household that may fail to start."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        unique_id="household",
        data={
            "name": "Home",
            "country": "DE",
            "currency": "EUR",
            "nominal_voltage": 230.0,
            "phases": 1,
        },
        options={"tariff": "none"},
    )
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    return entry


async def test_history_that_cannot_be_written_is_told(wattwise: HomeAssistant) -> None:
    """A full or locked disk stands in the repairs, and goes when it is over."""
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    issues = ir.async_get(wattwise)
    await meter.history.run_alone(
        lambda t: t.connection.execute("PRAGMA max_page_count = 1")
    )
    readings = [
        Reading(Channel.POWER, 1_700_000_000_000 + 1_000 * i, 5.0) for i in range(9_000)
    ]
    with pytest.raises(HistoryError, match="full"):
        await meter.history.append(meter.profile, readings)
    assert issues.async_get_issue(DOMAIN, "history_full_disk")
    await meter.history.run_alone(
        lambda t: t.connection.execute("PRAGMA max_page_count = 1000000")
    )
    receipt = await meter.history.append(meter.profile, readings)
    assert receipt.accepted == len(readings)
    assert issues.async_get_issue(DOMAIN, "history_full_disk") is None


async def test_diagnostics_hold_no_secret(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """Neither keys nor their hashes nor names leave the home."""
    assert await async_setup_component(wattwise, "diagnostics", {})
    entry = await async_add_household(wattwise, push_meter(name="Annas flat"))
    meter = only_meter(entry)
    await meter.history.append(
        meter.profile, [Reading(Channel.POWER, 1_700_000_000_000, 999_999)]
    )
    await meter.coordinator.async_refresh()
    diagnostics = await get_diagnostics_for_config_entry(wattwise, hass_client, entry)
    text = str(diagnostics)
    assert KEY not in text
    assert meter.key_hash
    assert meter.key_hash not in text
    assert "Annas flat" not in text
    assert diagnostics["meters"][0]["refused"][0]["reason"] == "out_of_range"
    assert diagnostics["history"]["size_bytes"] > 0


async def test_system_health(wattwise: HomeAssistant) -> None:
    """The system information page shows how WattWise does."""
    assert await async_setup_component(wattwise, "system_health", {})
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    await meter.history.append(meter.profile, [])
    info = await get_system_health_info(wattwise, DOMAIN)
    assert info["households"] == 1
    assert info["meters"] == "1 / 1"
    assert info["database_size"].endswith(" MB")
    assert info["last_commit"]


async def test_backup_platform(wattwise: HomeAssistant) -> None:
    """Readings go on being taken while a backup runs, or with nothing loaded."""
    await async_pre_backup(wattwise)
    await async_post_backup(wattwise)
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    await async_pre_backup(wattwise)
    receipt = await meter.history.append(
        meter.profile, [Reading(Channel.POWER, 1_700_000_000_000, 5)]
    )
    assert receipt.accepted == 1
    await async_post_backup(wattwise)


async def test_a_reload_leaves_the_file_alone_while_it_is_copied(
    wattwise: HomeAssistant,
) -> None:
    """The main file stays as it is until the backup is done, whatever is reloaded."""
    entry = await async_add_household(wattwise, push_meter())
    path = only_meter(entry).history.path
    await async_pre_backup(wattwise)
    before = path.read_bytes()
    now_ms = int(time.time() * 1000)
    for number in range(2):
        meter = only_meter(entry)
        await meter.history.append(
            meter.profile, [Reading(Channel.POWER, now_ms + number, 5)]
        )
        await wattwise.config_entries.async_reload(entry.entry_id)
        assert path.read_bytes() == before
    await async_post_backup(wattwise)
    assert await wattwise.config_entries.async_unload(entry.entry_id)
    assert path.read_bytes() != before
    assert not path.with_name(f"{path.name}-wal").exists()


def test_importing_the_integration_loads_nothing_heavy() -> None:
    """Start-up on a small machine pays for no library it does not need."""
    code = (
        "import sys, custom_components.wattwise;"
        "print([m for m in ('numpy', 'pandas', 'scipy', 'sklearn', 'influxdb_client')"
        " if m in sys.modules])"
    )
    run = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[]"


async def test_last_readings_of_entities_are_kept_at_unload(
    wattwise: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """Entities are read no more before the history is closed, and none is lost."""
    watts = {"unit_of_measurement": "W"}
    wattwise.states.async_set("sensor.p", "5", watts)
    entry = await async_add_household(wattwise, entity_meter({"power": "sensor.p"}))
    household = entry.runtime_data
    wattwise.states.async_set("sensor.p", "6", watts)
    await wattwise.async_block_till_done()
    release = integration.async_release_history

    async def late_state(hass: HomeAssistant, user: str) -> None:
        assert household.stop_sources == []
        assert not household.history._batches._waiting
        hass.states.async_set("sensor.p", "7", watts)
        await release(hass, user)

    with patch.object(integration, "async_release_history", late_state):
        assert await wattwise.config_entries.async_unload(entry.entry_id)
    assert "after the history was closed" not in caplog.text
    with patch.object(Meter, "async_start_source", return_value=None):
        assert await wattwise.config_entries.async_setup(entry.entry_id)
    latest = only_meter(entry).coordinator.latest[Channel.POWER]
    assert latest.value == 6


async def test_changes_during_set_up_are_followed(wattwise: HomeAssistant) -> None:
    """A meter added while its household starts is put to work too."""
    entry = await async_add_household(wattwise)
    first_refresh = MeterCoordinator.async_config_entry_first_refresh
    added = False

    async def add_another(coordinator: MeterCoordinator) -> None:
        nonlocal added
        if not added:
            added = True
            wattwise.config_entries.async_add_subentry(entry, push_meter("late"))
        await first_refresh(coordinator)

    with patch.object(
        MeterCoordinator, "async_config_entry_first_refresh", add_another
    ):
        wattwise.config_entries.async_add_subentry(entry, push_meter())
        await wattwise.async_block_till_done()
    assert len(entry.runtime_data.meters) == 2


async def test_failure_after_the_platforms(
    wattwise: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    """What fails late leaves nothing behind that keeps the next attempt from working."""
    entry = await async_add_household(
        wattwise, push_meter(), entity_meter({"power": "sensor.p"})
    )
    assert await wattwise.config_entries.async_unload(entry.entry_id)
    start = Meter.async_start_source

    async def fail(meter: Meter) -> CALLBACK_TYPE | None:
        if meter.key_hash is None:
            raise RuntimeError
        return await start(meter)

    with patch.object(Meter, "async_start_source", fail):
        assert not await wattwise.config_entries.async_setup(entry.entry_id)
    assert entry.state is ConfigEntryState.SETUP_ERROR
    keys = wattwise.data[DATA_PUSH_KEYS]
    assert keys.is_paused(KEY)
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    assert entry.state is ConfigEntryState.LOADED
    assert keys.find(KEY)
    assert "has already been setup" not in caplog.text


async def test_diagnostics_of_a_household_that_is_not_at_work(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """Diagnostics are wanted most when something is wrong."""
    assert await async_setup_component(wattwise, "diagnostics", {})
    entry = await async_add_household(wattwise, push_meter())
    await entry.runtime_data.history.close()
    closed = await get_diagnostics_for_config_entry(wattwise, hass_client, entry)
    assert "size_bytes" not in closed["history"]
    assert len(closed["meters"]) == 1
    await wattwise.config_entries.async_unload(entry.entry_id)
    unloaded = await get_diagnostics_for_config_entry(wattwise, hass_client, entry)
    assert set(unloaded) == {"entry"}


async def test_repairs_go_with_what_they_are_about(wattwise: HomeAssistant) -> None:
    """Nobody is asked to repair what is gone."""
    issues = ir.async_get(wattwise)
    price_issue = "price_entity_unusable_household-Home"
    missing = {"power": "f" * 32}
    entry = await async_add_household(
        wattwise,
        entity_meter(missing, "One"),
        entity_meter(missing, "Two"),
        options={"tariff": "entity", "price_entity": "f" * 32},
    )
    assert issues.async_get_issue(DOMAIN, price_issue)
    wattwise.config_entries.async_update_entry(entry, options={"tariff": "none"})
    await wattwise.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, price_issue) is None

    assert issues.async_get_issue(DOMAIN, "source_entity_missing_entities-One")
    one = next(iter(entry.runtime_data.meters))
    wattwise.config_entries.async_remove_subentry(entry, one)
    await wattwise.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, "source_entity_missing_entities-One") is None
    assert issues.async_get_issue(DOMAIN, "source_entity_missing_entities-Two")

    wattwise.config_entries.async_update_entry(
        entry, options={"tariff": "entity", "price_entity": "f" * 32}
    )
    await wattwise.async_block_till_done()
    assert issues.async_get_issue(DOMAIN, price_issue)
    await wattwise.config_entries.async_remove(entry.entry_id)
    assert not [key for key in issues.issues if key[0] == DOMAIN]
