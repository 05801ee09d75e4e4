"""Energy from files in the Energy dashboard, seen through a real recorder."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from sqlalchemy.exc import SQLAlchemyError

from custom_components.wattwise import published_statistics
from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.history import recorder_statistics
from custom_components.wattwise.history.published import (
    published as noted_as_published,
)
from custom_components.wattwise.history.recorder_statistics import (
    StatisticsUnavailableError,
    async_ask_recorder,
    async_clear,
    async_write_sums,
    external_names,
)
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from custom_components.wattwise.published_statistics import (
    async_publish,
    statistic_id,
)
from homeassistant.components.recorder import Recorder, tasks as recorder_tasks
from homeassistant.components.recorder.models import StatisticMeanType
from homeassistant.components.recorder.statistics import get_metadata
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .homes import async_add_household, entity_meter, only_meter, push_meter
from .statistics_of_sensors import (
    HOUR,
    add_sensor,
    async_keep_statistics,
    hours_of,
    this_hour,
)

OWN_ENTITY = "sensor.grid_energy_import"

pytestmark = pytest.mark.usefixtures("recorder_mock")


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Log no statement of the recorder."""
    caplog.set_level(logging.WARNING, "sqlalchemy.engine")
    caplog.set_level(logging.WARNING, "homeassistant.components.recorder")


@pytest.fixture
async def home(recorder_mock: Recorder, wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household in Berlin with a meter that has begun to count."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    await meter.history.append(
        meter.profile, [Reading(Channel.ENERGY_IMPORT, now_ms, 100.0)]
    )
    await wattwise.async_block_till_done(wait_background_tasks=True)
    return entry


async def load(
    entry: MockConfigEntry,
    amounts: dict[datetime, float],
    channel: Channel = Channel.ENERGY_IMPORT,
) -> None:
    """Load amounts [kWh] of hours into the past, as files do."""
    meter = only_meter(entry)
    readings = [
        Reading(channel, int((h + HOUR).timestamp() * 1000), kwh * 1_000)
        for h, kwh in amounts.items()
    ]
    hourly = replace(meter.profile, energy_kind=EnergyKind.INTERVAL, interval_s=3_600)
    receipt = await meter.history.append(hourly, readings, live=False)
    assert receipt.accepted == len(readings)


async def published(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Publish what the household's meter has, and wait for the recorder."""
    await async_publish(hass, only_meter(entry))
    await async_recorder_block_till_done(hass)


async def restart(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Start the household anew, and wait for what it does in the background."""
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_recorder_block_till_done(hass)


def key_of(entry: MockConfigEntry, name: str = "Grid") -> str:
    """Return the id of the statistic of the household's meter of this name."""
    meter_id = only_meter(entry).profile.meter_id
    return statistic_id(name, meter_id, Channel.ENERGY_IMPORT)


async def seen(
    client: WebSocketGenerator,
    hass: HomeAssistant,
    *keys: str,
    period: str = "hour",
) -> dict[str, dict[datetime, float]]:
    """Return the energy [kWh] the Energy dashboard shows, by statistic and hour."""
    socket = await client(hass)
    await socket.send_json_auto_id(
        {
            "type": "recorder/statistics_during_period",
            "start_time": "2020-01-01T00:00:00+00:00",
            "statistic_ids": list(keys),
            "period": period,
            "types": ["change"],
            "units": {"energy": "kWh"},
        }
    )
    answer = await socket.receive_json()
    assert answer["success"]
    return {
        key: {
            datetime.fromtimestamp(row["start"] / 1000, UTC): round(row["change"], 6)
            for row in rows
        }
        for key, rows in answer["result"].items()
    }


def past(days: int, until: datetime | None = None) -> dict[datetime, float]:
    """Return amounts [kWh] of all hours of some days up to a time."""
    end = until or this_hour()
    hours = hours_of(end - timedelta(days=days), end)
    return {hour: 0.1 + i % 13 / 10 for i, hour in enumerate(hours)}


def approx(amounts: dict[datetime, float]) -> dict[datetime, Any]:
    """Return amounts to be compared with."""
    return {hour: pytest.approx(kwh, abs=1e-5) for hour, kwh in amounts.items()}


async def refuse(*_: object) -> None:
    """Clear nothing, as a recorder that is busy for long."""
    raise StatisticsUnavailableError("nothing was deleted in time")


async def test_imported_and_live_add_up(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """Before Home Assistant's own statistics begin there are those from files."""
    amounts = past(40)
    began = this_hour() - timedelta(days=3)
    own = {hour: kwh for hour, kwh in amounts.items() if hour >= began}
    total, sums = 0.0, []
    for hour, kwh in own.items():
        total += kwh
        sums.append((hour, total))
    await async_keep_statistics(wattwise, OWN_ENTITY, "kWh", sums=sums)
    await load(home, amounts)

    names = await async_publish(wattwise, only_meter(home))

    name = "Grid: energy imported, from files"
    assert names == {Channel.ENERGY_IMPORT: name}
    shown = await seen(hass_ws_client, wattwise, key_of(home), OWN_ENTITY)
    imported = shown[key_of(home)]
    assert imported == approx({h: k for h, k in amounts.items() if h < began})
    assert shown[OWN_ENTITY] == approx(own)
    assert not imported.keys() & shown[OWN_ENTITY].keys()
    together = sum(imported.values()) + sum(shown[OWN_ENTITY].values())
    assert together == pytest.approx(sum(amounts.values()))
    ((_, known),) = get_metadata(wattwise, statistic_ids={key_of(home)}).values()
    assert known["source"] == "wattwise"
    assert known["name"] == name
    assert known["has_sum"]
    assert known["mean_type"] is StatisticMeanType.NONE
    assert (known["unit_class"], known["unit_of_measurement"]) == ("energy", "kWh")


async def test_publishing_again_writes_nothing(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is there already is left as it is."""
    await load(home, past(5))
    await published(wattwise, home)
    before = await seen(hass_ws_client, wattwise, key_of(home))
    assert before

    written: list[Any] = []
    monkeypatch.setattr(
        "custom_components.wattwise.history.recorder_statistics"
        ".async_add_external_statistics",
        lambda *args: written.append(args),
    )
    await published(wattwise, home)

    assert not written
    assert await seen(hass_ws_client, wattwise, key_of(home)) == before


async def test_earlier_data_later(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """A file about an earlier time changes no hour that was there before."""
    newer, older = past(5), past(9, this_hour() - timedelta(days=20))
    await load(home, newer)
    await published(wattwise, home)
    await load(home, older)
    await published(wattwise, home)

    shown = await seen(hass_ws_client, wattwise, key_of(home))

    assert shown[key_of(home)] == approx(older | newer)


async def test_days_of_23_and_25_hours(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """Hours are UTC hours: days have as many as they have."""
    spring = datetime(2024, 3, 30, 23, tzinfo=UTC)
    autumn = datetime(2024, 10, 26, 22, tzinfo=UTC)
    amounts = dict.fromkeys(hours_of(spring, spring + 23 * HOUR), 0.2)
    amounts |= dict.fromkeys(hours_of(autumn, autumn + 25 * HOUR), 0.4)
    await load(home, amounts)
    await published(wattwise, home)

    hours = await seen(hass_ws_client, wattwise, key_of(home))
    days = await seen(hass_ws_client, wattwise, key_of(home), period="day")

    assert hours[key_of(home)] == approx(amounts)
    assert days[key_of(home)] == approx({spring: 23 * 0.2, autumn: 25 * 0.4})


async def test_hours_that_begin_at_half_past(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """Where local hours begin at half past in UTC, no energy is lost or doubled."""
    await wattwise.config.async_set_time_zone("Australia/Lord_Howe")
    await wattwise.async_block_till_done()
    # The clock goes back by half an hour at 15:00 UTC.
    start = datetime(2024, 4, 6, 3, tzinfo=UTC)
    amounts = dict.fromkeys(hours_of(start, start + 24 * HOUR), 0.3)
    await load(home, amounts)
    await published(wattwise, home)

    shown = await seen(hass_ws_client, wattwise, key_of(home))

    assert shown[key_of(home)] == approx(amounts)


async def test_what_home_assistant_knows_of_the_source_is_left_out(
    wattwise: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """A meter made of a sensor: files end where the sensor's statistics begin."""
    sensor = add_sensor(wattwise, "oven_energy", "kWh", "100", "energy")
    hours = hours_of(this_hour() - timedelta(days=4), this_hour())
    await async_keep_statistics(
        wattwise, sensor, "kWh", sums=[(h, 0.5 * i) for i, h in enumerate(hours)]
    )
    reference = er.async_get(wattwise).entities[sensor].id
    entry = await async_add_household(
        wattwise, entity_meter({"energy_import": reference})
    )
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await published(wattwise, entry)
    key = key_of(entry, "Heat pump")
    assert not await seen(hass_ws_client, wattwise, key)

    older = past(3, hours[0])
    await load(entry, older)
    await published(wattwise, entry)

    shown = await seen(hass_ws_client, wattwise, key, sensor)
    assert shown[key] == approx(older)
    assert not shown[key].keys() & shown[sensor].keys()


async def test_hours_that_home_assistant_comes_to_know_vanish(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """The next start takes back what would be shown twice."""
    amounts = past(6)
    await load(home, amounts)
    await published(wattwise, home)
    began = this_hour() - timedelta(days=2)
    own = [(hour, 1.0 * i) for i, hour in enumerate(hours_of(began, this_hour()))]
    await async_keep_statistics(wattwise, OWN_ENTITY, "kWh", sums=own)

    await restart(wattwise, home)

    shown = await seen(hass_ws_client, wattwise, key_of(home))
    expected = {hour: kwh if hour < began else 0.0 for hour, kwh in amounts.items()}
    assert shown[key_of(home)] == approx(expected)


async def test_an_unload_in_the_middle_loses_nothing(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was begun is written to its end, also if nobody waits for it."""
    amounts = past(6)
    await load(home, amounts)
    publishing = asyncio.create_task(async_publish(wattwise, only_meter(home)))

    async def write_and_unload(hass: HomeAssistant, *args: Any) -> None:
        publishing.cancel()
        await asyncio.sleep(0)
        await async_write_sums(hass, *args)

    monkeypatch.setattr(published_statistics, "async_write_sums", write_and_unload)
    with pytest.raises(asyncio.CancelledError):
        await publishing
    await wattwise.async_block_till_done(wait_background_tasks=True)

    shown = await seen(hass_ws_client, wattwise, key_of(home))
    assert shown[key_of(home)] == approx(amounts)


async def test_what_a_power_cut_left_half_is_completed(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next start writes what the last end kept from being written."""
    newer, older = past(5), past(9, this_hour() - timedelta(days=20))
    await load(home, newer)
    await published(wattwise, home)
    await load(home, older)

    async def write_a_part(
        hass: HomeAssistant, key: str, name: str, sums: dict[int, float]
    ) -> None:
        await async_write_sums(hass, key, name, dict([*sums.items()][:100]))
        raise StatisticsUnavailableError("the power went")

    with monkeypatch.context() as patched:
        patched.setattr(published_statistics, "async_write_sums", write_a_part)
        await async_publish(wattwise, only_meter(home))
    half = await seen(hass_ws_client, wattwise, key_of(home))
    assert half[key_of(home)] != approx(older | newer)

    await restart(wattwise, home)

    shown = await seen(hass_ws_client, wattwise, key_of(home))
    assert shown[key_of(home)] == approx(older | newer)


async def test_what_the_recorder_lost_is_written_again(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """A recorder that begins anew gets everything again, once, and under its old id."""
    amounts = past(6)
    await load(home, amounts)
    await published(wattwise, home)
    (subentry,) = home.subentries.values()
    await async_clear(wattwise, [key_of(home)])
    assert not await seen(hass_ws_client, wattwise, key_of(home))

    wattwise.config_entries.async_update_subentry(home, subentry, title="Main meter")
    await wattwise.async_block_till_done(wait_background_tasks=True)

    shown = await seen(hass_ws_client, wattwise, key_of(home))
    assert shown[key_of(home)] == approx(amounts)
    names = await async_ask_recorder(wattwise, lambda h: external_names(h, DOMAIN))
    assert names[key_of(home)] == "Main meter: energy imported, from files"


async def test_what_was_cleared_stays_away(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """A start brings nothing back that the user removed."""
    await load(home, past(2))
    await published(wattwise, home)
    await wattwise.services.async_call(
        DOMAIN, "clear_imported_statistics", blocking=True
    )

    await restart(wattwise, home)

    assert not await seen(hass_ws_client, wattwise, key_of(home))


async def test_what_could_not_be_cleared_is_cleared_later(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next start deletes what was to be deleted."""
    await load(home, past(2))
    await published(wattwise, home)
    key = key_of(home)

    with monkeypatch.context() as patched:
        patched.setattr(published_statistics, "async_clear", refuse)
        with pytest.raises(HomeAssistantError):
            await wattwise.services.async_call(
                DOMAIN, "clear_imported_statistics", blocking=True
            )
    assert await seen(hass_ws_client, wattwise, key)

    await restart(wattwise, home)

    assert not await seen(hass_ws_client, wattwise, key)
    assert not await only_meter(home).history.ask(noted_as_published)


async def test_a_file_after_a_removal_that_failed(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What a new file brings is shown, and no later start takes it away."""
    newer, older = past(2), past(3, this_hour() - timedelta(days=20))
    await load(home, newer)
    await published(wattwise, home)

    with monkeypatch.context() as patched:
        patched.setattr(published_statistics, "async_clear", refuse)
        with pytest.raises(HomeAssistantError):
            await wattwise.services.async_call(
                DOMAIN, "clear_imported_statistics", blocking=True
            )
    await load(home, older)
    await published(wattwise, home)
    for _ in range(2):
        shown = await seen(hass_ws_client, wattwise, key_of(home))
        assert shown[key_of(home)] == approx(older | newer)
        await restart(wattwise, home)


async def test_a_history_that_lost_something_takes_nothing_away(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """What Home Assistant shows may be all that a damaged file has left."""
    amounts = past(6)
    await load(home, amounts)
    await published(wattwise, home)
    for statement in (
        "DELETE FROM rollup",
        "DELETE FROM rollup_5min",
        "DELETE FROM reading",
        "DELETE FROM stale_hour",
    ):
        await only_meter(home).history.run(
            lambda t, statement=statement: t.connection.execute(statement)
        )

    await restart(wattwise, home)

    shown = await seen(hass_ws_client, wattwise, key_of(home))
    assert shown[key_of(home)] == approx(amounts)


@pytest.mark.parametrize(
    ("role", "channel", "name"),
    [
        (MeterRole.GRID, Channel.ENERGY_EXPORT, "Meter: energy exported, from files"),
        (MeterRole.GRID, Channel.ENERGY_IMPORT, "Meter: energy imported, from files"),
        (
            MeterRole.PRODUCTION,
            Channel.ENERGY_EXPORT,
            "Meter: energy produced, from files",
        ),
        (MeterRole.APPLIANCE, Channel.ENERGY_IMPORT, "Meter: energy used, from files"),
        (MeterRole.BATTERY, Channel.ENERGY_IMPORT, "Meter: energy charged, from files"),
        (
            MeterRole.BATTERY,
            Channel.ENERGY_EXPORT,
            "Meter: energy discharged, from files",
        ),
    ],
)
async def test_names_say_what_energy_does(
    wattwise: HomeAssistant, role: MeterRole, channel: Channel, name: str
) -> None:
    """A statistic is called by what flows where the meter sits; its id says whose."""
    entry = await async_add_household(wattwise, push_meter(name="Meter", role=role))
    await load(entry, past(1), channel)

    assert await async_publish(wattwise, only_meter(entry)) == {channel: name}

    names = await async_ask_recorder(wattwise, lambda h: external_names(h, DOMAIN))
    ((key, known),) = names.items()
    assert known == name
    assert key.startswith(f"wattwise:meter_{channel}_")


async def test_a_recorder_that_cannot_clear(
    wattwise: HomeAssistant, home: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The action says so instead of waiting for ever."""
    await load(home, past(1))
    await published(wattwise, home)

    def refuse(*_: object) -> None:
        raise SQLAlchemyError("disk I/O error")

    monkeypatch.setattr(recorder_statistics, "_CLEARED_WITHIN_S", 0.5)
    monkeypatch.setattr(recorder_tasks.statistics, "clear_statistics", refuse)
    with pytest.raises(HomeAssistantError):
        await wattwise.services.async_call(
            DOMAIN, "clear_imported_statistics", blocking=True
        )


async def test_the_hour_in_which_a_meter_began(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """The hour that is not over belongs to Home Assistant, and so do those to come."""
    await load(home, past(2))
    await async_wait_recording_done(wattwise)
    await published(wattwise, home)

    shown = await seen(hass_ws_client, wattwise, key_of(home))

    assert max(shown[key_of(home)]) < this_hour()


async def test_a_new_name_follows(
    wattwise: HomeAssistant, home: MockConfigEntry, hass_ws_client: WebSocketGenerator
) -> None:
    """A meter that is renamed is found under its new name, with the same hours."""
    await load(home, past(3))
    await published(wattwise, home)
    before = await seen(hass_ws_client, wattwise, key_of(home))
    (subentry,) = home.subentries.values()

    wattwise.config_entries.async_update_subentry(home, subentry, title="Main meter")
    await wattwise.async_block_till_done(wait_background_tasks=True)
    await async_recorder_block_till_done(wattwise)

    ((_, known),) = get_metadata(wattwise, statistic_ids={key_of(home)}).values()
    assert known["name"] == "Main meter: energy imported, from files"
    assert await seen(hass_ws_client, wattwise, key_of(home)) == before


@pytest.mark.parametrize("one", [True, False])
async def test_clearing(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    one: bool,
) -> None:
    """The action removes what files brought, and the next file brings it back."""
    amounts = past(3)
    await load(home, amounts)
    await published(wattwise, home)
    device_id = dr.async_get_device_id_by_identifier(
        wattwise,
        (DOMAIN, only_meter(home).profile.meter_id),
        config_entry_id=home.entry_id,
    )
    for expected in (["Grid: energy imported, from files"], []):
        result = await wattwise.services.async_call(
            DOMAIN,
            "clear_imported_statistics",
            {"device_id": device_id} if one else {},
            blocking=True,
            return_response=True,
        )
        assert result == {"cleared": expected}
        assert not await seen(hass_ws_client, wattwise, key_of(home))

    await published(wattwise, home)
    shown = await seen(hass_ws_client, wattwise, key_of(home))
    assert shown[key_of(home)] == approx(amounts)


@pytest.mark.parametrize("is_in_time", [True, False])
async def test_deleted_history_is_not_shown(
    wattwise: HomeAssistant,
    home: MockConfigEntry,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
    is_in_time: bool,
) -> None:
    """With a removed meter's history its statistics go, at once or with the next start."""
    await load(home, past(3))
    await published(wattwise, home)
    key = key_of(home)
    (subentry_id,) = home.subentries
    wattwise.config_entries.async_remove_subentry(home, subentry_id)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    assert await seen(hass_ws_client, wattwise, key)

    if not is_in_time:
        monkeypatch.setattr(published_statistics, "async_clear", refuse)
    flow = await wattwise.config_entries.options.async_init(home.entry_id)
    for answer in (
        {"next_step_id": "kept_history"},
        {"meters": ["meter-key-of-the-grid-meter"]},
        {},
    ):
        flow = await wattwise.config_entries.options.async_configure(
            flow["flow_id"], answer
        )
    assert flow["type"] is FlowResultType.ABORT
    assert flow["reason"] == "history_deleted"

    if not is_in_time:
        assert await seen(hass_ws_client, wattwise, key)
        monkeypatch.setattr(published_statistics, "async_clear", async_clear)
        await restart(wattwise, home)
    assert not await seen(hass_ws_client, wattwise, key)
