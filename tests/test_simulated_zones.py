"""The zones of use by their names, shown by a simulated meter."""

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.const import ATTR_DEVICE_ID, STATE_OFF, STATE_ON
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .test_actions import call
from .test_meters import pass_time
from .test_simulated_meter import device_of, last, play, shown, simulated
from .translated_flows import translated_flows

__all__ = ["simulated", "translated_flows"]

ZONE = "sensor.pretender_usage_zone"
HIGH = "binary_sensor.pretender_high_use"


async def test_each_zone(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """Once it is known what is usual, each zone is there within its interval."""
    with pytest.raises(ServiceValidationError) as error:
        await play(wattwise, "zone_red", minutes=5)
    assert error.value.translation_key == "zone_unknown"
    device = device_of(wattwise, "sensor.pretender_power")
    question = {ATTR_DEVICE_ID: device, "condition": "normal"}
    await call(wattwise, "simulate", **question, past_days=35)
    await pass_time(wattwise, freezer, 65)
    await pass_time(wattwise, freezer, 125)
    high = {}
    for zone, minutes in (("green", 20), ("yellow", 20), ("red", 35), ("yellow", 20)):
        await play(wattwise, f"zone_{zone}", minutes=minutes)
        for _ in range(minutes):
            await pass_time(wattwise, freezer, 60)
        assert shown(wattwise, ZONE) == zone
        high[zone] = shown(wattwise, HIGH)
    assert high == {"green": STATE_OFF, "yellow": STATE_OFF, "red": STATE_ON}
    await play(wattwise, "zone_critical", minutes=3)
    await last(wattwise, freezer, 130)
    assert shown(wattwise, ZONE) == "critical"
    assert shown(wattwise, HIGH) == STATE_OFF
    await last(wattwise, freezer, 180)
    assert shown(wattwise, ZONE) != "critical"
