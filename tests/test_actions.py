"""The history as actions return it, called as automations call them."""

from datetime import timedelta

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
