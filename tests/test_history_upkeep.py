"""The history is looked after while a household is loaded."""

from datetime import timedelta
import sqlite3
import time

import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.wattwise import history_upkeep
from custom_components.wattwise.const import (
    CONF_KEEP_READINGS_DAYS,
    CONF_KEEP_SLOTS_MONTHS,
)
from custom_components.wattwise.history import history as history_module
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.calendar import HOUR_MS, Period
from custom_components.wattwise.history_upkeep import UPKEEP_INTERVAL
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from .homes import KEY, async_add_household, push_meter

DAY_MS = 24 * HOUR_MS
METER_ID = f"meter-{KEY}"


async def fill(history: History, meter_id: str, days: int) -> None:
    """Store a reading every ten minutes, and one hour like all others."""
    now_ms = int(time.time() * 1000)
    readings = [
        Reading(Channel.VOLTAGE_L1, at, 230.0)
        for at in range(now_ms - days * DAY_MS, now_ms, 600_000)
    ]
    await history.add_meter(meter_id, meter_id)
    await history.append(MeterProfile(meter_id, interval_s=600), readings)


async def pass_time(hass: HomeAssistant) -> None:
    """Let the upkeep do one pass."""
    async_fire_time_changed(
        hass, dt_util.utcnow() + UPKEEP_INTERVAL + timedelta(seconds=1)
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def oldest_days(history: History, meter_id: str) -> float:
    """Return how old the second oldest readings are: the very first stay as an edge."""
    now_ms = int(time.time() * 1000)
    times = [
        reading.time_ms
        async for page in history.raw(meter_id, Channel.VOLTAGE_L1, 0, now_ms)
        for reading in page
    ]
    edge_ms = times[0] + 2 * HOUR_MS
    return (now_ms - next(at for at in times if at > edge_ms)) / DAY_MS


async def count(history: History, query: str) -> int:
    """Return what a query counts."""
    row = await history.ask(lambda q: q.connection.execute(query).fetchone())
    return int(row[0])


async def test_one_pass_does_what_is_due(wattwise: HomeAssistant) -> None:
    """Hours are rolled up and packed, and each household's old readings are pruned."""
    hass = wattwise
    entry = await async_add_household(hass, push_meter())
    history: History = entry.runtime_data.history
    await fill(history, METER_ID, 80)
    await fill(history, "removed", 80)
    await pass_time(hass)
    assert await count(history, "SELECT count(*) FROM reading") < 40
    assert await count(history, "SELECT count(*) FROM stale_hour") <= 2
    assert 59 < await oldest_days(history, METER_ID) < 61.1
    assert 59 < await oldest_days(history, "removed") < 61.1
    days = await history.buckets(
        METER_ID, Channel.VOLTAGE_L1, 0, int(time.time() * 1000), Period.DAY
    )
    assert len(days) in (80, 81)
    assert sum(day.count for day in days) == 80 * 144

    hass.config_entries.async_update_entry(
        entry, options={**entry.options, CONF_KEEP_READINGS_DAYS: 10}
    )
    await hass.async_block_till_done()
    history = entry.runtime_data.history
    await pass_time(hass)
    assert 9 < await oldest_days(history, METER_ID) < 11.1
    assert 59 < await oldest_days(history, "removed") < 61.1


async def test_what_was_kept_for_ever_stays_with_a_removed_meter(
    wattwise: HomeAssistant,
) -> None:
    """Nobody knows whose it was: it is kept as long as any household wants."""
    hass = wattwise
    entry = await async_add_household(
        hass,
        push_meter(),
        options={CONF_KEEP_READINGS_DAYS: 0, CONF_KEEP_SLOTS_MONTHS: 0},
    )
    history: History = entry.runtime_data.history
    await fill(history, "removed", 80)
    await pass_time(hass)
    assert await oldest_days(history, "removed") > 79


async def test_a_time_zone_that_was_refused_is_set_later(
    wattwise: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that was full when the clock was changed makes no difference for ever."""
    hass = wattwise
    entry = await async_add_household(hass, push_meter())
    history: History = entry.runtime_data.history
    day = history.day_start_ms()

    def refuse(*_: object) -> None:
        raise sqlite3.OperationalError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(history_module, "follow_time_zone", refuse)
        await hass.config.async_set_time_zone("Asia/Kathmandu")
        await hass.async_block_till_done()
        assert history.day_start_ms() == day
    await pass_time(hass)
    assert history.day_start_ms() != day


@pytest.mark.parametrize("days", [5 * 365, 30])
async def test_a_clock_that_is_ahead_drops_nothing(
    days: int, wattwise: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a start without a network, also by less than what is kept."""
    hass = wattwise
    entry = await async_add_household(hass, push_meter())
    history: History = entry.runtime_data.history
    await fill(history, METER_ID, 58)
    ahead_ms = int(time.time() * 1000) + days * DAY_MS
    monkeypatch.setattr(history_upkeep, "_now_ms", lambda: ahead_ms)
    await pass_time(hass)
    assert await oldest_days(history, METER_ID) > 57


async def test_a_deleted_meter_is_deleted_to_the_end(wattwise: HomeAssistant) -> None:
    """It is gone at once, and the upkeep removes its rows."""
    hass = wattwise
    entry = await async_add_household(hass, push_meter())
    history: History = entry.runtime_data.history
    await fill(history, "removed", 3)
    await history.delete_meters(["removed"])
    assert await history.latest("removed") == {}
    assert await count(history, "SELECT count(*) FROM reading") > 0
    await pass_time(hass)
    tables = ("reading", "packed_hour", "rollup_5min", "rollup", "stale_hour")
    for table in tables:
        assert await count(history, f"SELECT count(*) FROM {table}") == 0  # noqa: S608
    assert await count(history, "SELECT count(*) FROM channel WHERE first_ms") == 0


async def test_a_disk_that_refuses_is_no_end(
    wattwise: HomeAssistant,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What could not be done is said, and done the next time."""
    hass = wattwise
    entry = await async_add_household(hass, push_meter())
    history: History = entry.runtime_data.history
    await fill(history, METER_ID, 2)

    async def refuse() -> None:
        raise HistoryError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(history, "refresh_rollups", refuse)
        await pass_time(hass)
    assert "disk full" in caplog.text
    assert await count(history, "SELECT count(*) FROM packed_hour") == 0
    await pass_time(hass)
    assert await count(history, "SELECT count(*) FROM packed_hour") > 40
