"""The quality of the supply as a home sees it: the action and the sensors."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .homes import async_add_household, only_meter, push_meter
from .test_actions import call
from .test_meters import pass_time, report

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 28, 12, 0, tzinfo=ZONE)
MIDNIGHT = NOW.replace(hour=0)


async def home_with(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, volts: Any, days: int = 7
) -> tuple[MockConfigEntry, str]:
    """Return a home whose phase had `volts(time)` each minute, and its meter's device."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(hass, push_meter(interval=60))
    meter = only_meter(entry)
    begin = (MIDNIGHT - timedelta(days=days)).astimezone(UTC)
    minutes = int((NOW - begin).total_seconds() // 60)
    times = [begin + timedelta(minutes=minute) for minute in range(minutes)]
    readings = [
        Reading(Channel.VOLTAGE_L1, int(time.timestamp() * 1000), value)
        for time in times
        if (value := volts(time)) is not None
    ]
    await meter.history.append(meter.profile, readings, live=False)
    await report(hass, entry, voltage_l1=230.0)
    await pass_time(hass, freezer, 6)
    (device,) = (
        device
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if device.name == "Grid"
    )
    return entry, device.id


async def test_a_good_week(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A week as usual keeps the standard, the long day of the clock's change too."""
    _, device = await home_with(wattwise, freezer, lambda t: 228.0 + t.minute % 7)
    answer = await call(wattwise, "get_power_quality", **{ATTR_DEVICE_ID: device})
    assert answer["start"] == "2026-10-21T00:00:00+02:00"
    assert answer["end"] == "2026-10-28T00:00:00+01:00"
    phase = answer["phases"]["voltage_l1"]
    assert phase["verdict"] == "kept"
    assert phase["ten_minute_means"] == 7 * 144 + 6
    assert phase["known"] == 100.0
    assert phase["within_10"] == phase["within_10_15"] == 100.0
    assert 228.0 < phase["lowest"] <= phase["mean"] <= phase["highest"] < 234.0
    assert phase["events"] == {}
    assert phase["gravest"] == []
    state = wattwise.states.get("sensor.grid_voltage_within_10_in_7_days")
    assert state
    assert float(state.state) == 100.0
    assert state.attributes["verdict"] == "kept"


async def test_a_bad_week(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Sunny noons far too high and a night's dip are counted, and listed."""

    def volts(time: datetime) -> float:
        local = time.astimezone(ZONE)
        if local.day == 26 and local.hour == 3 and local.minute in {15, 16, 17}:
            return 150.0
        return 255.5 if local.hour in {12, 13} else 236.0

    _, device = await home_with(wattwise, freezer, volts)
    answer = await call(wattwise, "get_power_quality", **{ATTR_DEVICE_ID: device})
    phase = answer["phases"]["voltage_l1"]
    assert phase["verdict"] == "broken"
    assert phase["within_10"] == pytest.approx(100 * 22 / 24, abs=0.2)
    assert phase["events"] == {"dip": 1, "swell": 7}
    (dip,) = (event for event in phase["gravest"] if event["kind"] == "dip")
    assert dip["start"] == "2026-10-26T03:15:00+01:00"
    assert (dip["voltage"], dip["seconds"]) == (150.0, 180.0)
    assert dip["share_of_nominal"] == pytest.approx(65.2)
    state = wattwise.states.get("sensor.grid_voltage_within_10_in_7_days")
    assert state
    assert state.attributes["verdict"] == "broken"


async def test_a_week_that_was_hardly_measured(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter that was silent for half of the week cannot tell that all was well."""
    _, device = await home_with(
        wattwise, freezer, lambda t: 230.0 if t.day % 2 else None
    )
    answer = await call(wattwise, "get_power_quality", **{ATTR_DEVICE_ID: device})
    phase = answer["phases"]["voltage_l1"]
    assert phase["verdict"] == "unknown"
    assert phase["within_10"] == 100.0
    assert 40 < phase["known"] < 80


async def test_any_period(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A single day can be asked for; a period that is none, or of years, cannot."""
    _, device = await home_with(wattwise, freezer, lambda t: 230.0, days=2)
    answer = await call(
        wattwise,
        "get_power_quality",
        **{
            ATTR_DEVICE_ID: device,
            "start": "2026-10-26 00:00",
            "end": "2026-10-27 00:00",
        },
    )
    assert answer["phases"]["voltage_l1"]["ten_minute_means"] == 144
    for start in ("2026-10-28 00:00", "2021-10-28 00:00"):
        with pytest.raises(ServiceValidationError) as error:
            await call(
                wattwise,
                "get_power_quality",
                **{ATTR_DEVICE_ID: device, "start": start, "end": "2026-10-27 00:00"},
            )
        assert error.value.translation_key == "invalid_period"


async def test_a_meter_without_voltage(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A meter that measures no voltage says so."""
    entry = await async_add_household(wattwise, push_meter())
    await report(wattwise, entry, power=100.0)
    await pass_time(wattwise, freezer, 6)
    entity = er.async_get(wattwise).async_get("sensor.grid_power")
    assert entity
    with pytest.raises(ServiceValidationError) as error:
        await call(wattwise, "get_power_quality", **{ATTR_DEVICE_ID: entity.device_id})
    assert error.value.translation_key == "no_voltage"


async def test_before_the_first_ten_minutes(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A voltage that was heard of just now has no quality yet."""
    _, device = await home_with(wattwise, freezer, lambda _: None)
    answer = await call(wattwise, "get_power_quality", **{ATTR_DEVICE_ID: device})
    assert answer["phases"]["voltage_l1"] == {
        "verdict": "unknown",
        "events_known_since": None,
        "events": {},
        "gravest": [],
    }
