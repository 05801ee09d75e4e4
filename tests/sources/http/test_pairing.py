"""Getting a token from a device with a button."""

import pytest

from custom_components.wattwise.dialects import all_dialects
from custom_components.wattwise.sources.device_errors import (
    DeviceUnreachableError,
    UnreadableAnswerError,
)
from custom_components.wattwise.sources.http.pairing import async_pair
from custom_components.wattwise.sources.http.probe import async_probe
from homeassistant.core import HomeAssistant
from tests.http_devices.homewizard import USER_PATH, HomeWizardP1V2
from tests.http_devices.server import Fault

pytestmark = pytest.mark.usefixtures("socket_enabled")

DIALECT = all_dialects()["homewizard_v2"]


async def test_button(hass: HomeAssistant) -> None:
    """A press before anybody asked does not count, one after it does."""
    async with HomeWizardP1V2() as device:
        device.press_button()
        assert await async_pair(hass, device.endpoint, DIALECT) is None
        assert await async_pair(hass, device.endpoint, DIALECT) is None
        device.press_button()
        paired = await async_pair(hass, device.endpoint, DIALECT)
        assert paired is not None
        assert paired.host == device.endpoint.host
        found = await async_probe(hass, paired, ("homewizard_v2",))
        assert found.identity.key == "aabbccddee01"
        assert found.endpoint == paired

        # Who has a token may ask for another, under the same name.
        await async_pair(hass, paired, DIALECT)
        device.press_button()
        again = await async_pair(hass, paired, DIALECT)
        assert again is not None
        assert again.token != paired.token
        assert len(device.users) == 1


async def test_faults(hass: HomeAssistant) -> None:
    """What goes wrong is told apart from a button that was not pressed."""
    async with HomeWizardP1V2() as device:
        for fault in (Fault.BROKEN, Fault.WEB_PAGE, Fault.EMPTY):
            device.fault = fault
            with pytest.raises(UnreadableAnswerError):
                await async_pair(hass, device.endpoint, DIALECT)
        assert device.asked == [USER_PATH] * 3
        endpoint = device.endpoint
    with pytest.raises(DeviceUnreachableError):
        await async_pair(hass, endpoint, DIALECT)
