"""Gaps as people see them: the action, the estimates, and the sensor."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er

from .homes import async_add_household, only_meter, push_meter
from .test_actions import call, meter_device
from .test_meters import pass_time

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
NOW = datetime(2026, 6, 17, 10, 5, tzinfo=UTC)
LAST_REPORT = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)


def utc_ms(moment: datetime) -> int:
    """Return a time as the history knows it."""
    return int(moment.timestamp() * 1000)


def counted(start: datetime, end: datetime) -> list[Reading]:
    """Return a counter and a voltage of every ten minutes, 600 W all the while."""
    readings, at = [], start
    while at <= end:
        shown = (at - start) / HOUR * 600
        readings += [
            Reading(Channel.ENERGY_IMPORT, utc_ms(at), shown),
            Reading(Channel.VOLTAGE_L1, utc_ms(at), 230.5),
        ]
        at += 10 * MINUTE
    return readings


@pytest.fixture
async def home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> MockConfigEntry:
    """Return a household whose meter was silent for five hours, ten days ago."""
    freezer.move_to(NOW)
    entry = await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.COUNTER, interval=600)
    )
    meter = only_meter(entry)
    now = LAST_REPORT
    begin, end = now - timedelta(days=10), now - timedelta(days=10) + 5 * HOUR
    readings = [
        reading
        for reading in counted(now - timedelta(days=20), now)
        if not utc_ms(begin) < reading.time_ms < utc_ms(end)
    ]
    await meter.history.append(meter.profile, readings)
    await wattwise.async_block_till_done()
    return entry


async def ask(hass: HomeAssistant, home: MockConfigEntry, **data: Any) -> Any:
    """Ask for gaps."""
    return await call(hass, "get_gaps", device_id=meter_device(hass, home), **data)


async def test_gaps_are_told(wattwise: HomeAssistant, home: MockConfigEntry) -> None:
    """The gap of the energy is known in sum, that of the voltage is not."""
    answer = await ask(wattwise, home)
    (gap,) = answer["gaps"]
    assert gap["kind"] == "energy_known_in_sum"
    assert gap["hours"] == answer["missing_hours"] == 5
    assert gap["energy"] == {"energy_import": pytest.approx(3)}
    length = datetime.fromisoformat(gap["end"]) - datetime.fromisoformat(gap["start"])
    assert length == 5 * HOUR
    (gap,) = (await ask(wattwise, home, channel="voltage_l1"))["gaps"]
    assert (gap["kind"], gap["energy"]) == ("nothing_known", {})
    assert gap["hours"] == 4.5
    assert (await ask(wattwise, home, shortest=301))["gaps"] == []
    recently = NOW - timedelta(days=2)
    assert (await ask(wattwise, home, start=recently))["gaps"] == []
    with pytest.raises(ServiceValidationError):
        await ask(wattwise, home, start=NOW + HOUR)


async def test_history_tells_what_is_estimated(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """Values of a gap are marked, and absent when nobody asked for estimates."""
    request = {
        "device_id": meter_device(wattwise, home),
        "start": LAST_REPORT - timedelta(days=11),
        "end": LAST_REPORT - timedelta(days=9),
        "channels": ["energy_import", "voltage_l1"],
    }
    plain = (await call(wattwise, "get_history", **request))["channels"]
    full = await call(wattwise, "get_history", estimate_gaps=True, **request)
    full = full["channels"]
    for channel in request["channels"]:
        assert not any("estimated" in value for value in plain[channel]["values"])
        marked = [v for v in full[channel]["values"] if v.get("estimated")]
        assert len(marked) == 5
        assert all(value["covered"] < 1 for value in marked)
    assert {round(v["energy"], 6) for v in full["energy_import"]["values"]} == {0.6}
    voltages = full["voltage_l1"]["values"]
    assert {round(value["mean"], 6) for value in voltages} == {230.5}
    assert len(plain["voltage_l1"]["values"]) == len(voltages) - 4
    known = [value for value in voltages if value["covered"]]
    assert {(v["p05"], v["p50"], v["p95"]) for v in known} == {(230.5, 230.5, 230.5)}
    assert {v["p50"] for v in voltages if not v["covered"]} == {None}
    assert "p50" not in full["energy_import"]["values"][0]
    for period in ("day", "month"):
        answer = await call(
            wattwise,
            "get_history",
            **{**request, "start": NOW - timedelta(days=70), "resolution": period},
            estimate_gaps=True,
        )
        values = answer["channels"]["energy_import"]["values"]
        assert sum(value.get("estimated", False) for value in values) in (1, 2)
    with pytest.raises(ServiceValidationError) as refused:
        await call(
            wattwise, "get_history", estimate_gaps=True, resolution=300, **request
        )
    assert refused.value.translation_key == "estimate_too_fine"


async def test_sensor_follows_the_gaps_hourly(
    wattwise: HomeAssistant, home: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """It shows the missing hours, and forgets them when a backlog brings them."""
    registry = er.async_get(wattwise)
    meter = only_meter(home)
    entity_id = registry.async_get_entity_id(
        "sensor", "wattwise", f"{meter.profile.meter_id}_missing_30_days"
    )
    assert entity_id is not None
    # It was added when the meter had told nothing yet.
    await wattwise.config_entries.async_reload(home.entry_id)
    await wattwise.async_block_till_done()
    state = wattwise.states.get(entity_id)
    assert state is not None
    assert (state.state, state.attributes["known_in_sum"]) == ("5.0", 5.0)
    meter = only_meter(home)
    backlog = counted(LAST_REPORT - timedelta(days=20), LAST_REPORT)
    await meter.history.append(meter.profile, backlog)
    await wattwise.async_block_till_done()
    state = wattwise.states.get(entity_id)
    assert state is not None
    assert state.state == "5.0"
    await pass_time(wattwise, freezer, 3_660)
    state = wattwise.states.get(entity_id)
    assert state is not None
    assert float(state.state) < 3
    assert state.attributes["known_in_sum"] == 0


async def test_sensor_knows_nothing_of_a_meter_that_never_reported(
    wattwise: HomeAssistant,
) -> None:
    """Before the first reading nothing is missed, and nothing is known."""
    entry = await async_add_household(wattwise, push_meter())
    meter = only_meter(entry)
    entity_id = er.async_get(wattwise).async_get_entity_id(
        "sensor", "wattwise", f"{meter.profile.meter_id}_missing_30_days"
    )
    assert entity_id is not None
    state = wattwise.states.get(entity_id)
    assert state is not None
    assert state.state == "unknown"
    now_ms = utc_ms(datetime.now(UTC))
    await meter.history.append(meter.profile, [Reading(Channel.POWER, now_ms, 412)])
    await wattwise.async_block_till_done()
    state = wattwise.states.get(entity_id)
    assert state is not None
    assert state.state == "0.0"
