"""A damaged history within Home Assistant: what people see, and can do."""

from datetime import timedelta
from pathlib import Path
from typing import Any

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

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history_repairs import async_set_aside
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.shared_history import DATABASE_FILE
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter

REGISTER = "sensor.grid_energy_import"
SIZE = "sensor.home_size_of_the_history"


def _path(hass: HomeAssistant) -> Path:
    return Path(hass.config.path(DATABASE_FILE))


def _now_ms() -> int:
    return int(dt_util.utcnow().timestamp() * 1000)


async def _append(entry: MockConfigEntry, *counters: tuple[int, float]) -> None:
    meter = only_meter(entry)
    readings = [Reading(Channel.ENERGY_IMPORT, at, shown) for at, shown in counters]
    receipt = await meter.history.append(meter.profile, readings)
    assert receipt.accepted == len(counters)


async def _home_with_history(hass: HomeAssistant) -> tuple[MockConfigEntry, int]:
    """Return a household with some readings, and the time of the last [ms]."""
    entry = await async_add_household(hass, push_meter())
    start = _now_ms() - 2_000_000
    await _append(
        entry, *((start + n * 10_000, 1_000_000.0 + n * 5) for n in range(150))
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry, start + 149 * 10_000


async def _damage(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let the file's header be lost while Home Assistant is off."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    with _path(hass).open("r+b") as file:
        file.write(bytes(100))


def _issues(hass: HomeAssistant) -> list[ir.IssueEntry]:
    issues = ir.async_get(hass).issues.values()
    return [i for i in issues if i.translation_key == "history_damaged"]


async def _start_flow(
    hass: HomeAssistant, hass_client: ClientSessionGenerator
) -> tuple[Any, dict[str, Any]]:
    assert await async_setup_component(hass, "repairs", {})
    client = await hass_client()
    (issue,) = _issues(hass)
    response = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": issue.issue_id},
    )
    assert response.status == 200
    return client, await response.json()


async def test_a_damaged_history_is_repaired(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """The household starts, its counters go on, and a click brings the past back."""
    entry, last_ms = await _home_with_history(wattwise)
    register = wattwise.states.get(REGISTER)
    assert register
    await _damage(wattwise, entry)
    assert await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    after = wattwise.states.get(REGISTER)
    assert after
    assert after.state == register.state
    await _append(entry, (last_ms + 10_000, 1_000_750.0))

    client, step = await _start_flow(wattwise, hass_client)
    assert step["step_id"] == "confirm"
    placeholders = step["description_placeholders"]
    (file,) = await async_set_aside(only_meter(entry).history)
    assert Path(placeholders["file"]).name == file.file
    url = f"/api/repairs/issues/fix/{step['flow_id']}"
    step = await (await client.post(url, json={})).json()
    assert step["type"] == "progress"
    await wattwise.async_block_till_done(wait_background_tasks=True)
    step = await (await client.get(url)).json()
    assert step.get("step_id") == "recovered", step
    assert step["description_placeholders"]["readings"] == "150"
    step = await (await client.post(url, json={})).json()
    assert step["type"] == "create_entry"
    assert _issues(wattwise) == []
    history = only_meter(entry).history
    buckets = await history.buckets(
        only_meter(entry).profile.meter_id,
        Channel.ENERGY_IMPORT,
        last_ms - 3_600_000,
        last_ms + 600_000,
        300,
    )
    assert sum(bucket.energy_wh for bucket in buckets) == pytest.approx(750)


async def test_damage_while_at_work(wattwise: HomeAssistant) -> None:
    """The issue appears, and counters never fall."""
    entry, last_ms = await _home_with_history(wattwise)
    before = wattwise.states.get(REGISTER)
    assert before
    history = only_meter(entry).history
    await history.run_alone(
        lambda t: t.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    )
    with _path(wattwise).open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (_path(wattwise).stat().st_size - 4096))
    assert await history.check()
    at = last_ms
    for number in range(1, 4):
        at += 10_000
        try:
            await _append(entry, (at, 1_000_745.0 + number * 5))
        except HistoryError:
            continue
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert len(_issues(wattwise)) == 1
    register = wattwise.states.get(REGISTER)
    assert register
    assert float(register.state) >= float(before.state)


async def test_a_damaged_file_that_somebody_deleted(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """What is gone cannot be recovered, and is not talked of for ever."""
    entry, _ = await _home_with_history(wattwise)
    await _damage(wattwise, entry)
    assert await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    (file,) = await async_set_aside(only_meter(entry).history)
    _path(wattwise).with_name(file.file).unlink()
    client, step = await _start_flow(wattwise, hass_client)
    url = f"/api/repairs/issues/fix/{step['flow_id']}"
    step = await (await client.post(url, json={})).json()
    assert step["reason"] == "damaged_file_gone"
    assert _issues(wattwise) == []
    assert await async_set_aside(only_meter(entry).history) == []


async def test_the_state_of_the_history_is_shown(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """System information and diagnostics tell whether the file is whole."""
    assert await async_setup_component(wattwise, "system_health", {})
    assert await async_setup_component(wattwise, "diagnostics", {})
    entry, _ = await _home_with_history(wattwise)
    info = await get_system_health_info(wattwise, DOMAIN)
    assert info["history_check"] == "ok, not checked in full yet"
    await only_meter(entry).history.check()
    info = await get_system_health_info(wattwise, DOMAIN)
    assert info["history_check"].startswith("ok, checked on 20")
    await _damage(wattwise, entry)
    assert await wattwise.config_entries.async_setup(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    info = await get_system_health_info(wattwise, DOMAIN)
    assert info["history_check"].startswith("damaged, set aside: wattwise.db.damaged-")
    diagnostics = await get_diagnostics_for_config_entry(wattwise, hass_client, entry)
    (noted,) = diagnostics["history"]["set_aside"]
    assert noted["done"] is False


async def test_the_check_is_due(wattwise: HomeAssistant) -> None:
    """A history that was not looked through for a week is, some time after the start."""
    entry, _ = await _home_with_history(wattwise)
    history = only_meter(entry).history
    assert await history.last_check_ms() is None
    async_fire_time_changed(wattwise, dt_util.utcnow() + timedelta(minutes=11))
    await wattwise.async_block_till_done(wait_background_tasks=True)
    first = await history.last_check_ms()
    assert first is not None
    async_fire_time_changed(wattwise, dt_util.utcnow() + timedelta(days=2))
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await history.last_check_ms() == first


async def test_the_size_is_shown_once(wattwise: HomeAssistant) -> None:
    """All households share one history, whose size stands with the oldest of them."""
    entry, _ = await _home_with_history(wattwise)
    await async_add_household(wattwise, push_meter("b"), name="Cabin")
    registry = er.async_get(wattwise)
    sizes = [
        entity
        for entity in registry.entities.values()
        if entity.translation_key == "history_size"
    ]
    assert [entity.config_entry_id for entity in sizes] == [entry.entry_id]
    state = wattwise.states.get(SIZE)
    assert state
    assert float(state.state) > 0
    assert state.attributes["unit_of_measurement"] == "MB"


async def test_a_damaged_hour_is_told_once(
    wattwise: HomeAssistant, hass_client: ClientSessionGenerator
) -> None:
    """One unreadable hour is told with its meter, again after a restart, until known."""
    entry, last_ms = await _home_with_history(wattwise)
    history = only_meter(entry).history
    meter_id = only_meter(entry).profile.meter_id
    while await history.run(lambda t: t.ledger.raw.pack(last_ms + 9 * 3_600_000)):
        pass
    await history.run(
        lambda t: t.connection.execute("UPDATE packed_hour SET readings = x'0100'")
    )
    raw = history.raw(meter_id, Channel.ENERGY_IMPORT, 0, last_ms + 1)
    assert [reading.value async for page in raw for reading in page][-1] == 1_000_745.0
    await wattwise.async_block_till_done(wait_background_tasks=True)
    issues = ir.async_get(wattwise)
    assert issues.async_get_issue(DOMAIN, "damaged_hours")
    assert _issues(wattwise) == []

    # Home Assistant forgets issues when it restarts.
    ir.async_delete_issue(wattwise, DOMAIN, "damaged_hours")
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await async_setup_component(wattwise, "repairs", {})
    client = await hass_client()
    response = await client.post(
        "/api/repairs/issues/fix",
        json={"handler": DOMAIN, "issue_id": "damaged_hours"},
    )
    step = await response.json()
    assert step["step_id"] == "confirm"
    hours = step["description_placeholders"]["hours"].splitlines()
    assert step["description_placeholders"]["count"] == str(len(hours))
    assert hours[0].endswith("Grid")
    url = f"/api/repairs/issues/fix/{step['flow_id']}"
    step = await (await client.post(url, json={})).json()
    assert step["type"] == "create_entry"
    assert issues.async_get_issue(DOMAIN, "damaged_hours") is None
    assert await wattwise.config_entries.async_reload(entry.entry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert issues.async_get_issue(DOMAIN, "damaged_hours") is None
