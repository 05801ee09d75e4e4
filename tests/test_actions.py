"""The history as actions return it, called as automations call them."""

from datetime import UTC, datetime, timedelta

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from .homes import async_add_household, only_meter, push_meter
from .meter_actions import call, meter_device

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def home(wattwise: HomeAssistant) -> MockConfigEntry:
    """Return a household with one meter."""
    await wattwise.config.async_set_time_zone("Europe/London")
    return await async_add_household(
        wattwise, push_meter(energy_kind=EnergyKind.INTERVAL)
    )


async def test_history_at_one_second(
    wattwise: HomeAssistant, home: MockConfigEntry
) -> None:
    """Resolutions from a second on; a period that ends before it begins is refused."""
    meter = only_meter(home)
    start = dt_util.utcnow().replace(microsecond=0) - timedelta(minutes=5)
    start_ms = int(start.timestamp() * 1000)
    readings = [
        Reading(Channel.POWER, start_ms + 2_000 * i, 100.0 * i) for i in range(5)
    ]
    await meter.history.append(meter.profile, readings)
    device_id = meter_device(wattwise, home)
    history = await call(
        wattwise,
        "get_history",
        device_id=device_id,
        start=start,
        end=start + timedelta(seconds=8),
        resolution=1,
    )
    values = history["channels"]["power"]["values"]
    assert [v["mean"] for v in values] == [0, 0, 100, 100, 200, 200, 300, 300]
    for change, key in (
        ({"end": start - timedelta(days=1)}, "invalid_period"),
        ({"start": "2013-01-01 00:00:00"}, "too_many_points"),
    ):
        with pytest.raises(ServiceValidationError) as error:
            await call(
                wattwise,
                "get_history",
                **{"device_id": device_id, "start": start, "resolution": 1} | change,
            )
        assert error.value.translation_key == key
    for resolution in (0, 3_601, "fortnight"):
        with pytest.raises(probatio.Invalid):
            await call(
                wattwise,
                "get_history",
                device_id=device_id,
                start=start,
                resolution=resolution,
            )


@pytest.mark.parametrize("action", ["get_history", "get_gaps"])
async def test_times_are_those_of_the_home(
    wattwise: HomeAssistant, home: MockConfigEntry, action: str
) -> None:
    """Naive times are local, and answers bear the offset of the local clock."""
    await wattwise.config.async_set_time_zone("America/New_York")
    meter = only_meter(home)
    # The clocks go back on the second of November, at 6:00 UTC.
    first = datetime(2025, 11, 2, 4, tzinfo=UTC)
    readings = [
        Reading(Channel.POWER, int((first + i * MINUTE).timestamp() * 1000), 60.0)
        for i in (*range(60), *range(180, 240))
    ]
    await meter.history.append(meter.profile, readings)

    answer = await call(
        wattwise,
        action,
        device_id=meter_device(wattwise, home),
        start="2025-11-02 00:00:00",
        end="2025-11-02 03:00:00",
    )

    if action == "get_history":
        spans = answer["channels"]["power"]["values"]
        assert [(v["start"], v["end"]) for v in spans] == [
            ("2025-11-02T00:00:00-04:00", "2025-11-02T01:00:00-04:00"),
            ("2025-11-02T01:00:00-04:00", "2025-11-02T01:00:00-05:00"),
            ("2025-11-02T02:00:00-05:00", "2025-11-02T03:00:00-05:00"),
        ]
    else:
        gap = answer["gaps"][0]
        assert gap["start"] == "2025-11-02T01:04:00-04:00"
        assert gap["end"] == "2025-11-02T02:00:00-05:00"
        assert gap["hours"] == pytest.approx(1 + 56 / 60, abs=1e-3)
