"""The export to InfluxDB as a household lives with it, on a real server."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
import time
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.wattwise import influx_export
from custom_components.wattwise.const import CONF_INFLUX, DOMAIN
from custom_components.wattwise.history.deletion import (
    Remains,
    delete_some,
    find_remains,
)
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.influx import sender
from custom_components.wattwise.meter import Meter
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from wattwise_dev.influxdb.influx_server import InfluxServer

from .homes import async_add_household, push_meter
from .influx_servers import DATABASE, USER, influx, settings_of
from .meter_actions import call, meter_device

__all__ = ["influx"]

pytestmark = pytest.mark.real


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a folder of its own, and with less patience."""
    monkeypatch.setattr(sender, "SEND_SECONDS", 0.05)
    monkeypatch.setattr(sender, "FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(sender, "LAST_RETRY_SECONDS", 0.2)
    monkeypatch.setattr(sender, "_COUNT_SECONDS", 0.0)


def _options(influx: InfluxServer) -> dict[str, Any]:
    return {CONF_INFLUX: settings_of(influx).as_data()}


async def _home(hass: HomeAssistant, influx: InfluxServer) -> MockConfigEntry:
    return await async_add_household(hass, push_meter(), options=_options(influx))


def _meter(entry: MockConfigEntry) -> Meter:
    (meter,) = entry.runtime_data.meters.values()
    return meter


async def _append(entry: MockConfigEntry, *values: float) -> list[int]:
    """Let the meter tell power values, ten seconds apart up to now."""
    meter = _meter(entry)
    start = int(time.time() * 1000) - 10_000 * len(values)
    times = [start + 10_000 * number for number in range(len(values))]
    receipt = await meter.history.append(
        meter.profile,
        [
            Reading(Channel.POWER, at, value)
            for at, value in zip(times, values, strict=True)
        ],
    )
    assert receipt.accepted == len(values)
    return times


def _stored(influx: InfluxServer) -> dict[int, float]:
    series = influx.run('SELECT "value" FROM "wattwise_reading"', DATABASE)
    return {row[0]: row[1] for row in series[0]["values"]} if series else {}


async def _until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  (nothing tells it)
            await asyncio.sleep(0.02)


def _state(hass: HomeAssistant, key: str) -> str | None:
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id("sensor", DOMAIN, f"household-Home_{key}")
    assert entity_id
    state = hass.states.get(entity_id)
    return state.state if state else None


async def test_readings_arrive(hass: HomeAssistant, influx: InfluxServer) -> None:
    """What the meter tells is in InfluxDB under its name, and the entities say so."""
    entry = await _home(hass, influx)
    times = await _append(entry, 100, 200, 300)
    await _until(lambda: len(_stored(influx)) == 3)
    assert _stored(influx) == dict(zip(times, (100, 200, 300), strict=True))
    tags = influx.run('SHOW SERIES FROM "wattwise_reading"', DATABASE)
    assert tags[0]["values"] == [["wattwise_reading,channel=power,meter=grid"]]
    await _until(lambda: _state(hass, "influx_status") == "working")
    await _until(lambda: _state(hass, "influx_waiting") == "0")


async def test_what_was_known_before_arrives_too(
    hass: HomeAssistant, influx: InfluxServer
) -> None:
    """The past of a meter is written when the export begins."""
    entry = await async_add_household(hass, push_meter())
    times = await _append(entry, 1, 2, 3, 4)
    hass.config_entries.async_update_entry(
        entry, options={**entry.options, **_options(influx)}
    )
    await _until(lambda: len(_stored(influx)) == 4)
    assert set(_stored(influx)) == set(times)


async def test_an_outage_costs_nothing(
    hass: HomeAssistant, influx: InfluxServer
) -> None:
    """Start-up does not wait for the server; what comes meanwhile waits, then arrives."""
    influx.kill()
    entry = await _home(hass, influx)
    times = await _append(entry, *range(50))
    await _until(lambda: _state(hass, "influx_status") == "influx_unreachable")
    await _until(lambda: _state(hass, "influx_waiting") == "50")
    # A restart of the household in the middle loses nothing either.
    await hass.config_entries.async_reload(entry.entry_id)
    influx.start()
    await _until(lambda: len(_stored(influx)) == 50)
    assert set(_stored(influx)) == set(times)
    await _until(lambda: _state(hass, "influx_status") == "working")
    assert not ir.async_get(hass).issues


async def test_an_end_does_not_wait_for_a_silent_server(
    hass: HomeAssistant, socket_enabled: None
) -> None:
    """A server that takes and never answers holds up no stop, and no reading is lost."""
    asked, over = asyncio.Event(), asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            asked.set()
        over.set()
        writer.close()

    async with await asyncio.start_server(take, "127.0.0.1") as silent:
        port = silent.sockets[0].getsockname()[1]
        settings = {
            "url": f"http://127.0.0.1:{port}",
            "database": DATABASE,
            "username": None,
            "password": None,
            "token": None,
            "org": None,
            "verify_tls": True,
            "version": "1",
        }
        entry = await async_add_household(
            hass, push_meter(), options={CONF_INFLUX: settings}
        )
        await _append(entry, *range(50))
        async with asyncio.timeout(20):
            await asked.wait()

        began = time.monotonic()
        await hass.async_stop(force=True)
        # The thread that waited for an answer gave up.
        await asyncio.wait_for(over.wait(), 5)
        assert time.monotonic() - began < 5

    history = History(Path(hass.config.path("wattwise.db")), "UTC")
    await history.open()
    (count,) = await history.ask(
        lambda q: q.connection.execute("SELECT count(*) FROM outbox_reading").fetchone()
    )
    await history.close()
    assert count == 50


async def test_a_changed_password_is_asked_for(
    hass: HomeAssistant, influx: InfluxServer
) -> None:
    """Credentials that stop working start the form for new ones."""
    entry = await _home(hass, influx)
    await _append(entry, 1)
    await _until(lambda: len(_stored(influx)) == 1)
    influx.run(f"SET PASSWORD FOR {USER} = 'another'")
    await _append(entry, 2)
    await _until(
        lambda: bool(list(entry.async_get_active_flows(hass, {SOURCE_REAUTH})))
    )
    assert _state(hass, "influx_status") == "influx_credentials"
    (flow,) = entry.async_get_active_flows(hass, {SOURCE_REAUTH})
    assert flow["step_id"] == "reauth_influx"
    configure = hass.config_entries.flow.async_configure
    result = await configure(flow["flow_id"], {"username": USER, "password": "wrong"})
    assert result["errors"] == {"base": "influx_credentials"}
    result = await configure(flow["flow_id"], {"username": USER, "password": "another"})
    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done()
    await _until(lambda: len(_stored(influx)) == 2)


async def test_a_lost_database_is_told(
    hass: HomeAssistant, influx: InfluxServer, issue_registry: ir.IssueRegistry
) -> None:
    """A repair says that somebody dropped it, and goes once it is there again."""
    entry = await _home(hass, influx)
    influx.run(f"DROP DATABASE {DATABASE}")
    await _append(entry, 1)
    key = (DOMAIN, "influx_no_database_household-Home")
    await _until(lambda: key in issue_registry.issues)
    influx.run(f"CREATE DATABASE {DATABASE}")
    influx.run(f"GRANT ALL ON {DATABASE} TO {USER}")
    await _until(lambda: key not in issue_registry.issues)
    await _until(lambda: len(_stored(influx)) == 1)


async def test_a_refused_point_holds_up_nothing(
    hass: HomeAssistant,
    influx: InfluxServer,
    issue_registry: ir.IssueRegistry,
    hass_client: ClientSessionGenerator,
) -> None:
    """Somebody else's field of another kind: the point is set aside with the reason."""
    entry = await async_add_household(
        hass, push_meter(name="Annas flat"), options=_options(influx)
    )
    now = int(time.time() * 1000)
    influx.run(f"CREATE RETENTION POLICY long ON {DATABASE} DURATION INF REPLICATION 1")
    server = sender.InfluxServer(entry.runtime_data.export.settings)
    poison = (
        f'wattwise_reading,meter=annas_flat,channel=power value="text" {now - 60_000}'
    )
    await hass.async_add_executor_job(server.write, [poison])
    server.close()
    await _append(entry, 1, 2)
    await _until(lambda: _state(hass, "influx_rejected") == "2")
    assert (DOMAIN, "influx_rejected_household-Home") in issue_registry.issues
    assert await async_setup_component(hass, "diagnostics", {})
    diagnostics = await get_diagnostics_for_config_entry(hass, hass_client, entry)
    rejected = diagnostics["export"]["rejected"]
    assert rejected["reasons"] == {"field_type": 2}
    assert rejected["newest_ms"] >= now
    # Neither the points nor what the server said of them: both name the meter.
    for secret in ("Annas flat", "annas_flat", "wattwise_reading", USER, influx.url):
        assert secret not in str(diagnostics)
    assert _state(hass, "influx_status") == "working"
    # Once the cause is gone, everything is written again, and the repair is done.
    influx.run('DROP MEASUREMENT "wattwise_reading"', DATABASE)
    await hass.services.async_call(
        DOMAIN,
        "resend_to_influxdb",
        {"config_entry_id": entry.entry_id},
        blocking=True,
    )
    await _until(lambda: _state(hass, "influx_rejected") == "0")
    assert (DOMAIN, "influx_rejected_household-Home") not in issue_registry.issues
    await _until(lambda: len(_stored(influx)) == 2)


async def test_the_repair_of_refused_points_ends_with_the_export(
    hass: HomeAssistant, influx: InfluxServer, issue_registry: ir.IssueRegistry
) -> None:
    """Without the export there is nothing to be repaired any more."""
    entry = await _home(hass, influx)
    now = int(time.time() * 1000)
    server = sender.InfluxServer(entry.runtime_data.export.settings)
    poison = f'wattwise_reading,meter=grid,channel=power value="text" {now - 60_000}'
    await hass.async_add_executor_job(server.write, [poison])
    server.close()
    await _append(entry, 1, 2)
    key = (DOMAIN, "influx_rejected_household-Home")
    await _until(lambda: key in issue_registry.issues)
    options = {k: v for k, v in entry.options.items() if k != CONF_INFLUX}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done()
    assert key not in issue_registry.issues


async def test_the_past_is_not_forgotten_when_the_export_cannot_begin(
    hass: HomeAssistant, influx: InfluxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was known before arrives although the first attempt failed in the middle."""
    entry = await async_add_household(hass, push_meter())
    times = await _append(entry, 1, 2, 3, 4)

    def refuse(*_: object, **__: object) -> None:
        raise HistoryError("disk I/O error")

    with monkeypatch.context() as patched:
        patched.setattr(influx_export, "request_past", refuse)
        hass.config_entries.async_update_entry(
            entry, options={**entry.options, **_options(influx)}
        )
        await hass.async_block_till_done()
        assert entry.state is ConfigEntryState.SETUP_RETRY
    await hass.config_entries.async_reload(entry.entry_id)
    await _until(lambda: len(_stored(influx)) == 4)
    assert set(_stored(influx)) == set(times)


async def test_a_removed_household_leaves_no_outbox(
    hass: HomeAssistant, influx: InfluxServer
) -> None:
    """What waits of it goes with it, while another household keeps the history open."""
    influx.kill()
    entry = await _home(hass, influx)
    other = await async_add_household(hass, push_meter("other key"), name="Other")
    await _append(entry, 1, 2, 3)
    await hass.config_entries.async_remove(entry.entry_id)
    assert await _left_in_outbox(other.runtime_data.history) == 0


async def test_the_last_household_leaves_no_outbox(
    hass: HomeAssistant, influx: InfluxServer
) -> None:
    """It is removed while the history is closed; what is opened next finds nothing."""
    influx.kill()
    entry = await _home(hass, influx)
    await _append(entry, 1, 2, 3)
    await hass.config_entries.async_remove(entry.entry_id)
    other = await async_add_household(hass, push_meter("other key"), name="Other")
    assert await _left_in_outbox(other.runtime_data.history) == 0


async def _left_in_outbox(history: History) -> int:
    """Return how many rows wait for anybody once the upkeep was at it."""
    remains: Remains | None = await history.run(find_remains)
    while remains:
        remains = await history.run(partial(delete_some, remains=remains))
    (count,) = await history.ask(
        lambda q: q.connection.execute(
            "SELECT (SELECT count(*) FROM outbox_reading) + (SELECT count(*) FROM target)"
        ).fetchone()
    )
    return int(count)


async def test_everything_again(hass: HomeAssistant, influx: InfluxServer) -> None:
    """After the database was emptied, the action fills it from the history."""
    entry = await _home(hass, influx)
    times = await _append(entry, 1, 2, 3)
    await _until(lambda: len(_stored(influx)) == 3)
    influx.run('DROP MEASUREMENT "wattwise_reading"', DATABASE)
    assert _stored(influx) == {}
    await hass.services.async_call(
        DOMAIN,
        "resend_to_influxdb",
        {"config_entry_id": entry.entry_id},
        blocking=True,
    )
    await _until(lambda: len(_stored(influx)) == 3)
    assert set(_stored(influx)) == set(times)


async def test_the_end_of_the_export(hass: HomeAssistant, influx: InfluxServer) -> None:
    """Without the option nothing waits, no entity is left, and nothing is sent."""
    influx.kill()
    entry = await _home(hass, influx)
    await _append(entry, 1, 2, 3)
    options = {k: v for k, v in entry.options.items() if k != CONF_INFLUX}
    hass.config_entries.async_update_entry(entry, options=options)
    await hass.async_block_till_done()
    registry = er.async_get(hass)
    ids = [
        e.unique_id for e in er.async_entries_for_config_entry(registry, entry.entry_id)
    ]
    assert not [unique_id for unique_id in ids if "influx" in unique_id]
    assert await _left_in_outbox(entry.runtime_data.history) == 0


async def test_single_readings_come_back(
    hass: HomeAssistant, influx: InfluxServer
) -> None:
    """What is asked from InfluxDB is what the history knows too."""
    entry = await _home(hass, influx)
    await _append(entry, 100.5, 200, 300)
    await _until(lambda: len(_stored(influx)) == 3)
    request = {
        "device_id": meter_device(hass, entry),
        "channels": "power",
        "start": dt_util.utcnow() - timedelta(hours=1),
        "resolution": "raw",
    }
    own = await call(hass, "export_history", **request)
    theirs = await call(hass, "export_history", **request, from_influxdb=True)
    assert [row[1] for row in theirs["rows"]] == [100.5, 200, 300]
    assert theirs == own
    influx.kill()
    with pytest.raises(HomeAssistantError):
        await call(hass, "export_history", **request, from_influxdb=True)
    hass.config_entries.async_update_entry(entry, options={})
    await hass.async_block_till_done()
    with pytest.raises(ServiceValidationError, match="InfluxDB"):
        await call(hass, "export_history", **request, from_influxdb=True)
