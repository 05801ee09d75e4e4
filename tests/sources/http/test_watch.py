"""Watching how the values of an unknown device change."""

import pytest

from custom_components.wattwise.dialects.contract.circuit import Formula
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.http import watch as http_watch
from custom_components.wattwise.sources.http.probe import async_probe
from custom_components.wattwise.sources.http.watch import WATCH_POLLS, async_watch
from homeassistant.core import HomeAssistant
from tests.flow_devices import HomeMade
from tests.http_devices.server import Fault

pytestmark = pytest.mark.usefixtures("socket_enabled")

PATH = "/values.json"


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let values change quickly."""
    monkeypatch.setattr(http_watch, "WATCH_PAUSE_SECONDS", 0.2)


async def test_counter(hass: HomeAssistant) -> None:
    """The counter and the voltage are guessed; the counter ends it."""
    async with HomeMade() as device:
        device.rises = {"c": 1e-5}
        first = await async_probe(hass, device.endpoint, path=PATH)
        found = await async_watch(hass, first, device.endpoint, PATH)
        assert found.guesses == {
            Channel.ENERGY_IMPORT: Formula.of("c", "kWh"),
            Channel.VOLTAGE_L1: Formula.of("d", "V"),
        }
        assert found.fields["c"].value > first.fields["c"].value
        assert len(device.asked) == 3


async def test_device_that_goes_away(hass: HomeAssistant) -> None:
    """What was told before is kept, and nothing is guessed."""
    async with HomeMade() as device:
        first = await async_probe(hass, device.endpoint, path=PATH)
        device.fault = Fault.BROKEN
        found = await async_watch(hass, first, device.endpoint, PATH)
        assert found.fields == first.fields
        assert found.guesses == {}
        assert len(device.asked) == 1 + WATCH_POLLS
