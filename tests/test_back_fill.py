"""The past of meters made of sensors, from statistics in a real recorder."""

import asyncio
from datetime import UTC, datetime, timedelta
import logging
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_recorder_block_till_done,
)

from custom_components.wattwise.back_filling import back_fill
from custom_components.wattwise.back_filling.back_fill_progress import (
    ChannelProgress,
    async_back_fill_records,
)
from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.meter import meter_profile
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.components.persistent_notification import (
    async_dismiss,
    async_register_callback,
)
from homeassistant.components.recorder import Recorder
from homeassistant.components.recorder.statistics import async_change_statistics_unit
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .homes import async_add_household, entity_meter, only_meter, push_meter
from .statistics_of_sensors import (
    HOUR,
    add_sensor,
    async_keep_statistics,
    hours_of,
    this_hour,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def _no_pauses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Let the months follow each other at once, without a log of each statement."""
    monkeypatch.setattr(back_fill, "_PAUSE_S", 0.0)
    caplog.set_level(logging.WARNING, "sqlalchemy.engine")
    caplog.set_level(logging.WARNING, "homeassistant.components.recorder")


@pytest.fixture
async def berlin(recorder_mock: Recorder, wattwise: HomeAssistant) -> HomeAssistant:
    """Return a Home Assistant in Berlin that keeps statistics."""
    await wattwise.config.async_set_time_zone("Europe/Berlin")
    return wattwise


@pytest.fixture
def messages(berlin: HomeAssistant) -> list[str]:
    """Return what people were told, the newest last."""
    told: list[str] = []

    @callback
    def note(update: str, notes: dict[str, Any]) -> None:
        told.extend(n["message"] for n in notes.values() if update != "removed")

    async_register_callback(berlin, note)
    return told


async def add_meter(
    hass: HomeAssistant, entities: dict[str, str], **settings: Any
) -> MockConfigEntry:
    """Add a meter made of sensors and wait until its past was loaded."""
    registry = er.async_get(hass)
    lasting = {c: registry.entities[e].id for c, e in entities.items()}
    entry = await async_add_household(hass, entity_meter(lasting, **settings))
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def energy_of(
    entry: MockConfigEntry,
    start: datetime,
    end: datetime,
    period: Period = Period.DAY,
    channel: Channel = Channel.ENERGY_IMPORT,
) -> dict[datetime, float]:
    """Return a meter's energy [kWh] by the start of each period."""
    meter = only_meter(entry)
    buckets = await meter.history.buckets(
        meter.profile.meter_id,
        channel,
        int(start.timestamp() * 1000),
        int(end.timestamp() * 1000),
        period,
    )
    return {
        datetime.fromtimestamp(b.start_ms / 1000, UTC): round(b.energy_wh / 1000, 6)
        for b in buckets
    }


def rising(hours: list[datetime], offset: float = 0.0) -> list[tuple[datetime, float]]:
    """Return sums [kWh] whose hourly amounts all differ."""
    total, rows = offset, []
    for number, hour in enumerate(hours):
        total += 0.1 + number % 17 / 50
        rows.append((hour, total))
    return rows


def amounts_of(rows: list[tuple[datetime, float]]) -> dict[datetime, float]:
    """Return what each hour's sum is above that of the hour before."""
    before, amounts = 0.0, {}
    for hour, total in rows:
        amounts[hour], before = total - before, total
    return amounts


def by_local_day(amounts: dict[datetime, float]) -> dict[datetime, float]:
    """Return independent sums of the days of Berlin."""
    days: dict[datetime, float] = {}
    for hour, amount in amounts.items():
        midnight = hour.astimezone(BERLIN).replace(hour=0)
        start = midnight.astimezone(UTC)
        days[start] = days.get(start, 0.0) + amount
    return {day: round(amount, 6) for day, amount in days.items()}


async def call(hass: HomeAssistant, action: str, **data: Any) -> dict[str, Any]:
    """Call an action and return its response."""
    response = await hass.services.async_call(
        DOMAIN, action, data, blocking=True, return_response=True
    )
    assert response is not None
    return response


def not_used(of_channel: dict[str, Any]) -> dict[str, int]:
    """Return for what reasons how many hours were not used, by an action's answer."""
    return {item["reason"]: item["count"] for item in of_channel["not_used"]}


def device_of(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the device of the household's only meter."""
    return dr.async_get_device_id_by_identifier(
        hass,
        (DOMAIN, only_meter(entry).profile.meter_id),
        config_entry_id=entry.entry_id,
    )


async def test_a_year_over_both_switch_days(
    berlin: HomeAssistant, messages: list[str]
) -> None:
    """A year of hours arrives, each in its local day, also those of 23 and 25."""
    meter = add_sensor(berlin, "heat_pump_energy", "kWh", "9000.0", "energy")
    start = datetime(2023, 12, 1, tzinfo=BERLIN)
    end = datetime(2025, 1, 1, tzinfo=BERLIN)
    rows = rising(hours_of(start, end))
    await async_keep_statistics(berlin, meter, "kWh", sums=rows)

    entry = await add_meter(berlin, {"energy_import": meter})

    expected = by_local_day(amounts_of(rows))
    assert await energy_of(entry, start, end) == expected
    assert len(expected) == 397
    for day, length in (((2024, 3, 31), 23), ((2024, 10, 27), 25)):
        midnight = datetime(*day, tzinfo=BERLIN)
        hours = await energy_of(
            entry, midnight, midnight + timedelta(days=1), Period.HOUR
        )
        assert len(hours) == length
    # The register goes on with what the counter counts from now on.
    latest = only_meter(entry).coordinator.latest[Channel.ENERGY_IMPORT]
    assert latest.register_wh in (None, 9_000_000)
    assert "9,528 hours, from 2023-12-01 to 2024-12-31" in messages[-1]
    assert any("2024-07" in message for message in messages[:-1])
    assert "not used" not in messages[-1]


async def test_doing_it_again_changes_nothing(berlin: HomeAssistant) -> None:
    """The action gives the same result however often it runs."""
    meter = add_sensor(berlin, "heat_pump_energy", "kWh", "9000.0", "energy")
    hours = hours_of(this_hour() - timedelta(days=70), this_hour())
    await async_keep_statistics(berlin, meter, "kWh", sums=rising(hours))
    entry = await add_meter(berlin, {"energy_import": meter})
    days = await energy_of(entry, hours[0], hours[-1])

    first = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    again = await call(berlin, "back_fill", device_id=device_of(berlin, entry))

    assert first == again
    assert again["channels"]["energy_import"] == {
        "hours": 70 * 24,
        "new": 0,
        "first": hours[0].astimezone(BERLIN).isoformat(),
        "last": (hours[-1] + HOUR).astimezone(BERLIN).isoformat(),
        "not_used": [],
    }
    assert await energy_of(entry, hours[0], hours[-1]) == days
    assert not await only_meter(entry).history.refused("entities-Heat pump")


async def test_what_is_wrong_in_sums_is_left_out(
    berlin: HomeAssistant, messages: list[str]
) -> None:
    """A fall, a spike, a dip and a gap cost their hours, and nothing else."""
    meter = add_sensor(berlin, "heat_pump_energy", "kWh", "9000.0", "energy")
    start = datetime(2024, 1, 1, tzinfo=UTC)
    hours = hours_of(start, start + timedelta(days=6))
    rows = [(hour, 100 + 0.5 * i) for i, hour in enumerate(hours)]
    fallen = set(hours[24:])
    rows = [(h, s - 40 if h in fallen else s) for h, s in rows]  # For good.
    rows = [(h, s + 5_000 if h == hours[50] else s) for h, s in rows]  # For an hour.
    rows = [(h, s - 5 if h == hours[70] else s) for h, s in rows]  # The same.
    rows = [row for row in rows if not hours[90] <= row[0] < hours[100]]
    await async_keep_statistics(berlin, meter, "kWh", sums=rows)

    entry = await add_meter(berlin, {"energy_import": meter})

    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    known = result["channels"]["energy_import"]
    # What the sum began with is no energy of its first hour.
    assert not_used(known) == {"counter_jumped": 2, "counter_fell": 2}
    got = await energy_of(entry, start, hours[-1] + HOUR, Period.HOUR)
    total = sum(got.values())
    assert total == pytest.approx(0.5 * (len(hours) - 2), abs=1e-6)
    assert max(got.values()) == 0.5
    assert "rose by more than the meter can measure" in messages[-1]
    # Nothing is known of when it flowed in the gap, only how much.
    meter_id = only_meter(entry).profile.meter_id
    (day,) = await only_meter(entry).history.buckets(
        meter_id,
        Channel.ENERGY_IMPORT,
        int(hours[90].timestamp() * 1000),
        int(hours[90].timestamp() * 1000) + 3_600_000,
        3_600,
    )
    assert day.covered_ms == 0
    assert day.energy_wh == pytest.approx(500)


async def test_days_in_another_unit_are_left_out(berlin: HomeAssistant) -> None:
    """Days on which Wh were taken for kWh do not count a thousand times."""
    meter = add_sensor(berlin, "heat_pump_energy", "kWh", "9000.0", "energy")
    start = datetime(2024, 3, 1, tzinfo=UTC)
    hours = hours_of(start, start + timedelta(days=10))
    total, rows = 0.0, []
    for i, hour in enumerate(hours):
        wrong = hour < start + timedelta(days=4)
        total += (0.02 if i % 24 < 6 else 0.4) * (1_000 if wrong else 1)
        rows.append((hour, total))
    await async_keep_statistics(berlin, meter, "kWh", sums=rows)

    entry = await add_meter(berlin, {"energy_import": meter})

    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    known = result["channels"]["energy_import"]
    assert known["not_used"] == [
        {
            "reason": "unknown_unit",
            "meaning": "96 hours not used: on these days almost every hour is far too"
            " much, as if Wh had been taken for kWh.",
            "count": 96,
        }
    ]
    got = await energy_of(entry, start, hours[-1] + HOUR, Period.HOUR)
    assert sum(got.values()) == pytest.approx(6 * (6 * 0.02 + 18 * 0.4))
    assert min(got) == start + timedelta(days=4)


@pytest.mark.parametrize(
    ("unit", "factor"), [("Wh", 1_000), ("MWh", 1e-3), ("GJ", 0.0036)]
)
async def test_statistics_in_other_units(
    berlin: HomeAssistant, unit: str, factor: float
) -> None:
    """The unit is that of the statistics, whatever the sensor shows now."""
    meter = add_sensor(berlin, "heat_pump_energy", "kWh", "9000.0", "energy")
    hours = hours_of(this_hour() - timedelta(days=3), this_hour())
    rows = rising(hours)
    in_unit = [(hour, total * factor) for hour, total in rows]
    await async_keep_statistics(berlin, meter, unit, sums=in_unit)

    entry = await add_meter(berlin, {"energy_import": meter})

    got = await energy_of(entry, hours[0], this_hour(), Period.HOUR)
    assert got == {h: pytest.approx(a, abs=1e-5) for h, a in amounts_of(rows).items()}


async def test_statistics_that_get_another_unit(berlin: HomeAssistant) -> None:
    """Statistics that Home Assistant converts from Wh to kWh say the same as before."""
    meter = add_sensor(berlin, "heat_pump_energy", "Wh", "9000000", "energy")
    hours = hours_of(this_hour() - timedelta(days=3), this_hour())
    rows = rising(hours)
    in_wh = [(hour, total * 1_000) for hour, total in rows]
    await async_keep_statistics(berlin, meter, "Wh", sums=in_wh)
    entry = await add_meter(berlin, {"energy_import": meter})
    before = await energy_of(entry, hours[0], this_hour(), Period.HOUR)

    await async_change_statistics_unit(
        berlin, meter, new_unit_of_measurement="kWh", old_unit_of_measurement="Wh"
    )
    await async_recorder_block_till_done(berlin)
    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))

    assert result["channels"]["energy_import"]["hours"] == len(hours)
    assert result["channels"]["energy_import"]["new"] == 0
    assert await energy_of(entry, hours[0], this_hour(), Period.HOUR) == before
    assert before == {h: pytest.approx(a) for h, a in amounts_of(rows).items()}


async def test_power_becomes_energy_where_there_is_no_counter(
    berlin: HomeAssistant,
) -> None:
    """Hourly means are held for their hour, and no longer."""
    power = add_sensor(berlin, "oven_power", "W", "0", "power")
    voltage = add_sensor(berlin, "oven_voltage", "V", "230", "voltage")
    hours = hours_of(this_hour() - timedelta(days=10), this_hour())
    gap = hours[100:105]
    means = [(h, 400.0 + i % 10) for i, h in enumerate(hours) if h not in gap]
    await async_keep_statistics(berlin, power, "W", means=means)
    wrong = {hours[7]: 2_300.0}
    await async_keep_statistics(
        berlin, voltage, "V", means=[(h, wrong.get(h, 231.0)) for h in hours]
    )

    entry = await add_meter(
        berlin,
        {"power": power, "voltage_l1": voltage},
        energy_kind=EnergyKind.POWER,
        name="Oven",
    )

    got = await energy_of(entry, hours[0], this_hour(), Period.HOUR)
    assert got == {h: pytest.approx(mean / 1000) for h, mean in means}
    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    assert result["channels"]["power"]["hours"] == len(means)
    assert not_used(result["channels"]["voltage_l1"]) == {"out_of_range": 1}
    meter = only_meter(entry)
    (bucket,) = await meter.history.buckets(
        meter.profile.meter_id,
        Channel.VOLTAGE_L1,
        int(hours[5].timestamp() * 1000),
        int(hours[5].timestamp() * 1000) + 3_600_000,
        3_600,
    )
    assert (bucket.mean, bucket.covered_ms) == (231.0, 3_600_000)


async def test_power_of_a_counting_meter_is_no_energy(berlin: HomeAssistant) -> None:
    """Where the meter counts, its energy comes from what was counted."""
    power = add_sensor(berlin, "oven_power", "W", "0", "power")
    energy = add_sensor(berlin, "oven_energy", "kWh", "100", "energy")
    hours = hours_of(this_hour() - timedelta(days=5), this_hour())
    counted = rising(hours[48:])
    await async_keep_statistics(berlin, power, "W", means=[(h, 900.0) for h in hours])
    await async_keep_statistics(berlin, energy, "kWh", sums=counted)

    entry = await add_meter(berlin, {"power": power, "energy_import": energy})

    got = await energy_of(entry, hours[0], this_hour(), Period.HOUR)
    assert got == {h: pytest.approx(a) for h, a in amounts_of(counted).items()}


async def test_own_readings_are_not_touched(berlin: HomeAssistant) -> None:
    """The past ends where the meter began to read, and what it read stays."""
    energy = add_sensor(berlin, "oven_energy", "kWh", "70.7", "energy")
    since = this_hour() - timedelta(days=3)
    hours = hours_of(since - timedelta(days=3), this_hour())
    reference = er.async_get(berlin).entities[energy].id
    entry = await async_add_household(
        berlin, entity_meter({"energy_import": reference})
    )
    await berlin.async_block_till_done(wait_background_tasks=True)
    meter = only_meter(entry)
    own = [
        Reading(
            Channel.ENERGY_IMPORT,
            int((since + timedelta(minutes=20 + 60 * i)).timestamp() * 1000),
            50_000.0 + 300 * i,
        )
        for i in range(70)
    ]
    await meter.history.append(meter.profile, own)
    # As after an update from a version that loaded no past.
    await back_fill.async_forget_back_fill(berlin, [meter.profile.meter_id])
    before = await energy_of(entry, since, this_hour(), Period.HOUR)
    await async_keep_statistics(
        berlin, energy, "kWh", sums=[(h, 1.0 * i) for i, h in enumerate(hours)]
    )

    await berlin.config_entries.async_reload(entry.entry_id)
    await berlin.async_block_till_done(wait_background_tasks=True)

    assert await energy_of(entry, since, this_hour(), Period.HOUR) == before
    past = await energy_of(entry, hours[0], since, Period.HOUR)
    assert past == dict.fromkeys(hours[:72], 1.0) | {hours[0]: 0.0}
    assert not await only_meter(entry).history.refused(meter.profile.meter_id)


async def test_it_goes_on_after_a_restart(
    berlin: HomeAssistant, messages: list[str]
) -> None:
    """A household that is unloaded in the middle goes on where it stopped."""
    second_month = asyncio.Event()

    @callback
    def note(_update: str, notes: dict[str, Any]) -> None:
        if any("2024-04" in item["message"] for item in notes.values()):
            second_month.set()

    async_register_callback(berlin, note)
    energy = add_sensor(berlin, "oven_energy", "kWh", "100", "energy")
    start = datetime(2024, 2, 10, tzinfo=BERLIN)
    end = datetime(2024, 5, 10, tzinfo=BERLIN)
    rows = rising(hours_of(start, end))
    await async_keep_statistics(berlin, energy, "kWh", sums=rows)
    registry = er.async_get(berlin)
    entry = await async_add_household(
        berlin, entity_meter({"energy_import": registry.entities[energy].id})
    )
    await asyncio.wait_for(second_month.wait(), 20)
    assert await berlin.config_entries.async_unload(entry.entry_id)
    assert "loading" in messages[-1]

    told = len(messages)
    assert await berlin.config_entries.async_setup(entry.entry_id)
    await berlin.async_block_till_done(wait_background_tasks=True)

    assert await energy_of(entry, start, end) == by_local_day(amounts_of(rows))
    # The newest months come first, and are not loaded again.
    assert any("2024-02" in message for message in messages[told:])
    assert not any("2024-05" in message for message in messages[told:-1])
    assert f"{len(rows):,} hours, from 2024-02-10 to 2024-05-09" in messages[-1]
    told = len(messages)
    await berlin.config_entries.async_reload(entry.entry_id)
    await berlin.async_block_till_done(wait_background_tasks=True)
    assert len(messages) == told


async def test_another_sensor_brings_what_is_missing(berlin: HomeAssistant) -> None:
    """A meter that gets another sensor loads the hours it did not know."""
    old = add_sensor(berlin, "old_energy", "kWh", "100", "energy")
    await asyncio.sleep(0.01)  # Two sensors never tell something at the same moment.
    new = add_sensor(berlin, "new_energy", "kWh", "7", "energy")
    hours = hours_of(this_hour() - timedelta(days=10), this_hour())
    of_old, of_new = rising(hours[120:]), rising(hours, 3.0)
    await async_keep_statistics(berlin, old, "kWh", sums=of_old)
    await async_keep_statistics(berlin, new, "kWh", sums=of_new)
    entry = await add_meter(berlin, {"energy_import": old})
    (subentry,) = entry.subentries.values()
    reference = er.async_get(berlin).entities[new].id

    berlin.config_entries.async_update_subentry(
        entry,
        subentry,
        data={**subentry.data, "entities": {"energy_import": reference}},
    )
    await berlin.async_block_till_done(wait_background_tasks=True)

    got = await energy_of(entry, hours[0], this_hour(), Period.HOUR)
    expected = amounts_of(of_new) | amounts_of(of_old)
    assert got == {h: pytest.approx(a) for h, a in expected.items()}
    assert not await only_meter(entry).history.refused("entities-Heat pump")


async def add_again(
    hass: HomeAssistant,
    entities: dict[str, str],
    own: list[Reading],
    energy_kind: EnergyKind = EnergyKind.COUNTER,
) -> MockConfigEntry:
    """Add a meter that read for a while, and was removed without its history."""
    registry = er.async_get(hass)
    lasting = {c: registry.entities[e].id for c, e in entities.items()}
    entry = await async_add_household(hass, push_meter())
    subentry = entity_meter(lasting, energy_kind=energy_kind)
    assert subentry.unique_id
    history = only_meter(entry).history
    await history.add_meter(subentry.unique_id, subentry.title)
    receipt = await history.append(meter_profile(entry, subentry), own)
    assert receipt.accepted == len(own)
    records = await async_back_fill_records(hass)
    for channel, sensor in lasting.items():
        records.of(subentry.unique_id)[Channel(channel)] = ChannelProgress(
            sensor, own[0].time_ms, "subentry of then", done=True
        )
    (push,) = entry.subentries
    hass.config_entries.async_add_subentry(entry, subentry)
    hass.config_entries.async_remove_subentry(entry, push)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def test_records_of_an_earlier_version(
    berlin: HomeAssistant, messages: list[str]
) -> None:
    """An update loads nothing anew, though it was not noted how a meter was added."""
    energy = add_sensor(berlin, "oven_energy", "kWh", "1000", "energy")
    rows = rising(hours_of(this_hour() - timedelta(days=3), this_hour()))
    await async_keep_statistics(berlin, energy, "kWh", sums=rows)
    entry = await add_meter(berlin, {"energy_import": energy})
    (subentry_id,) = entry.subentries
    records = await async_back_fill_records(berlin)
    progress = records.of(only_meter(entry).profile.meter_id)
    known = progress[Channel.ENERGY_IMPORT]
    assert known.done
    assert known.added_as == subentry_id
    known.added_as = None
    messages.clear()

    await berlin.config_entries.async_reload(entry.entry_id)
    await berlin.async_block_till_done(wait_background_tasks=True)

    assert progress[Channel.ENERGY_IMPORT] is known
    assert known.added_as == subentry_id
    assert known.first_own_ms is None
    assert not messages


@pytest.mark.parametrize("is_available", [True, False])
async def test_a_meter_added_again_learns_what_it_missed(
    berlin: HomeAssistant, is_available: bool
) -> None:
    """Between the old end and now each hour gets its energy, and nothing counts twice.

    Neither when the sensor tells something at once, nor when it does so only later.
    """
    energy = add_sensor(berlin, "oven_energy", "kWh", "1000", "energy")
    begin = this_hour() - timedelta(days=20)
    hours = hours_of(begin, this_hour())
    rows = rising(hours)
    offset = 1_000.0 - rows[-1][1]
    shown = {hour + HOUR: offset + total for hour, total in rows}
    await async_keep_statistics(
        berlin, energy, "kWh", sums=rows, states=list(shown.values())
    )
    # It read by itself from the eighth day to the twelfth.
    first, last = hours[8 * 24], hours[12 * 24]
    own = [
        Reading(Channel.ENERGY_IMPORT, int(h.timestamp() + 1) * 1_000, shown[h] * 1_000)
        for h in hours_of(first, last)
    ]
    told = berlin.states.get(energy)
    assert told
    if not is_available:
        berlin.states.async_set(energy, "unavailable")

    entry = await add_again(berlin, {"energy_import": energy}, own)

    berlin.states.async_set(energy, told.state, told.attributes)
    await berlin.async_block_till_done()
    await only_meter(entry).history.flush()
    expected = {h: pytest.approx(a, abs=1e-3) for h, a in amounts_of(rows).items()}
    got = await energy_of(entry, begin, this_hour(), Period.HOUR)
    assert got == expected
    assert sum(got.values()) == pytest.approx(rows[-1][1])
    meter = only_meter(entry)
    register_wh = meter.coordinator.latest[Channel.ENERGY_IMPORT].register_wh
    # What is filled in does not move it: that would be energy that flows now.
    seen_kwh = 1_000.0 if is_available else shown[last - HOUR]
    assert register_wh == pytest.approx(seen_kwh * 1_000)
    assert not await meter.history.refused(meter.profile.meter_id)
    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    assert result["channels"]["energy_import"]["new"] == 0
    assert await energy_of(entry, begin, this_hour(), Period.HOUR) == got
    latest = meter.coordinator.latest[Channel.ENERGY_IMPORT]
    assert latest.register_wh == register_wh


async def test_a_counter_that_was_replaced_meanwhile(berlin: HomeAssistant) -> None:
    """What the old and the new counter counted in the gap arrives, the step does not."""
    energy = add_sensor(berlin, "oven_energy", "kWh", "3", "energy")
    begin = this_hour() - timedelta(days=6)
    hours = hours_of(begin, this_hour())
    rows = [(hour, 0.5 * (number + 1)) for number, hour in enumerate(hours)]
    swapped = 4 * 24
    states = [
        500 + total if number < swapped else total - 0.5 * swapped
        for number, (_, total) in enumerate(rows)
    ]
    berlin.states.async_set(
        energy,
        str(states[-1]),
        {"unit_of_measurement": "kWh", "device_class": "energy"},
    )
    await async_keep_statistics(berlin, energy, "kWh", sums=rows, states=states)
    own = [
        Reading(
            Channel.ENERGY_IMPORT,
            int((hours[i] + HOUR).timestamp() * 1000),
            states[i] * 1_000,
        )
        for i in range(24, 48)
    ]

    entry = await add_again(berlin, {"energy_import": energy}, own)

    got = await energy_of(entry, begin, this_hour(), Period.HOUR)
    assert sum(got.values()) == pytest.approx(rows[-1][1], abs=0.51)
    assert max(got.values()) == pytest.approx(0.5)
    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    assert result["channels"]["energy_import"]["new"] == 0
    assert await energy_of(entry, begin, this_hour(), Period.HOUR) == got


async def test_a_power_meter_added_again(berlin: HomeAssistant) -> None:
    """Where energy comes from power, the means of the gap are loaded, and no others."""
    power = add_sensor(berlin, "oven_power", "W", "800", "power")
    begin = this_hour() - timedelta(days=6)
    hours = hours_of(begin, this_hour())
    await async_keep_statistics(berlin, power, "W", means=[(h, 600.0) for h in hours])
    own = [
        Reading(Channel.POWER, int((hours[24] + i * HOUR / 60).timestamp() * 1000), 500)
        for i in range(24 * 60 + 1)
    ]

    entry = await add_again(berlin, {"power": power}, own, EnergyKind.POWER)

    got = await energy_of(entry, begin, this_hour(), Period.HOUR)
    own_hours = set(hours[24:48])
    assert got == {
        hour: pytest.approx(0.5 if hour in own_hours else 0.6)
        for hour in hours
        if hour != hours[48]  # In which it stopped: something is known of it.
    } | {hours[48]: pytest.approx(got[hours[48]])}


@pytest.mark.parametrize(
    ("unit", "kind", "problem"),
    [
        ("kkWh", {"sums": True}, "unknown_unit"),
        ("kWh", {"means": True}, "other_kind"),
        ("kWh", {}, "no_statistics"),
    ],
)
async def test_statistics_that_do_not_fit(
    berlin: HomeAssistant,
    messages: list[str],
    unit: str,
    kind: dict[str, bool],
    problem: str,
) -> None:
    """Statistics of another kind or unit load nothing, and the reason is told."""
    energy = add_sensor(berlin, "oven_energy", "kWh", "100", "energy")
    rows = rising(hours_of(this_hour() - timedelta(days=2), this_hour()))
    if kind:
        await async_keep_statistics(berlin, energy, unit, **dict.fromkeys(kind, rows))

    entry = await add_meter(berlin, {"energy_import": energy})

    result = await call(berlin, "back_fill", device_id=device_of(berlin, entry))
    told = result["channels"]["energy_import"]["problem"]
    assert told["reason"] == problem
    assert told["meaning"].endswith(".")
    assert result["channels"]["energy_import"]["hours"] == 0
    assert await energy_of(entry, rows[0][0], this_hour(), Period.HOUR) == {}


async def test_dismissed_means_dismissed(berlin: HomeAssistant) -> None:
    """Who dismisses the progress is not bothered until the end."""
    energy = add_sensor(berlin, "oven_energy", "kWh", "100", "energy")
    start = datetime(2024, 1, 10, tzinfo=UTC)
    rows = rising(hours_of(start, start + timedelta(days=65)))
    await async_keep_statistics(berlin, energy, "kWh", sums=rows)
    told: list[str] = []

    @callback
    def note(update: str, notes: dict[str, Any]) -> None:
        for key, item in notes.items():
            if update != "removed":
                told.append(item["message"])
                async_dismiss(berlin, key)

    async_register_callback(berlin, note)
    await add_meter(berlin, {"energy_import": energy})

    assert len(told) == 2
    assert "loading" in told[0]
    assert "1,560 hours" in told[1]


async def test_pushing_meters_have_no_statistics_to_load(
    berlin: HomeAssistant,
) -> None:
    """The action says so when a meter is not made of sensors."""
    entry = await async_add_household(berlin, push_meter())

    with pytest.raises(ServiceValidationError) as error:
        await call(berlin, "back_fill", device_id=device_of(berlin, entry))

    assert error.value.translation_key == "not_made_of_sensors"


async def test_without_recorder(wattwise: HomeAssistant) -> None:
    """Home Assistant may keep no statistics; meters work all the same."""
    async_mock_service(wattwise, "persistent_notification", "create")
    energy = add_sensor(wattwise, "oven_energy", "kWh", "100", "energy")
    entry = await add_meter(wattwise, {"energy_import": energy})

    assert entry.runtime_data
    with pytest.raises(Exception, match="recorder") as error:
        await call(wattwise, "back_fill", device_id=device_of(wattwise, entry))
    assert error.value.translation_key == "statistics_unavailable"


async def test_production_keeps_its_direction(berlin: HomeAssistant) -> None:
    """What panels produced is what they export, also from the power of the past."""
    power = add_sensor(berlin, "roof_power", "kW", "0", "power")
    hours = hours_of(this_hour() - timedelta(days=2), this_hour())
    await async_keep_statistics(berlin, power, "kW", means=[(h, 1.5) for h in hours])

    entry = await add_meter(
        berlin,
        {"power": power},
        role=MeterRole.PRODUCTION,
        energy_kind=EnergyKind.POWER,
    )

    got = await energy_of(
        entry, hours[0], this_hour(), Period.HOUR, Channel.ENERGY_EXPORT
    )
    assert got == dict.fromkeys(hours, 1.5)
