"""What is unusual, tried out with a simulated meter: all the way through."""

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.const import ATTR_DEVICE_ID, STATE_ON
from homeassistant.core import HomeAssistant

from .test_actions import call
from .test_meters import pass_time
from .test_simulated_meter import device_of, shown, simulated
from .translated_flows import translated_flows

__all__ = ["simulated", "translated_flows"]


async def test_a_heater_left_on(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory, simulated: MockConfigEntry
) -> None:
    """Who gives it a past and leaves the heater on sees the alert the same evening."""
    device = device_of(wattwise, "sensor.pretender_power")
    question = {ATTR_DEVICE_ID: device, "duration": {"hours": 6}}
    assert shown(wattwise, "sensor.try_out_anomaly_detection") == "waiting"
    await call(wattwise, "simulate", **question, condition="left_on", past_days=35)
    # The forecast reads the new past, and anomalies are learned after it.
    await pass_time(wattwise, freezer, 65)
    await pass_time(wattwise, freezer, 125)
    assert shown(wattwise, "sensor.try_out_anomaly_detection") == "ready"
    for _ in range(35):
        await pass_time(wattwise, freezer, 240)
    alerts = ("unusual_consumption", "left_on")
    assert STATE_ON in {shown(wattwise, f"binary_sensor.try_out_{a}") for a in alerts}
