"""Asking for the password of a device that does not let us in any more."""

import asyncio
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_FINGERPRINT,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_MQTT,
)
from custom_components.wattwise.dialects.contract.circuit import Formula
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_settings import (
    DeviceSettings,
    HttpEndpoint,
)
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flow_devices import TwoRelays, leave
from .homes import http_meter
from .household_flows import suggested
from .http_devices.homewizard import HomeWizardP1V2
from .http_devices.passwords import bearer, digest
from .http_devices.server import LOOPBACK
from .meter_flows import begin, default, household, meter_named, submit as submit_meter
from .mqtt_broker import async_until
from .translated_flows import translated_flows

__all__ = ["household", "translated_flows"]

pytestmark = pytest.mark.usefixtures("socket_enabled")


async def add_relays(
    hass: HomeAssistant, household: MockConfigEntry, relays: TwoRelays
) -> None:
    """Add both circuits of a device as meters."""
    result = await begin(hass, household, "http")
    address = f"{LOOPBACK}:{relays.endpoint.port}"
    result = await submit_meter(hass, result, host=address)
    keys = default(result, "circuits")
    result = await submit_meter(hass, result, circuits=keys)
    result = await submit_meter(hass, result, name="House", role="grid", adjust=False)
    await submit_meter(hass, result, name="Boiler", role="appliance", adjust=False)


def requests(hass: HomeAssistant) -> list[ConfigFlowResult]:
    """Return the flows that ask for a password."""
    return hass.config_entries.flow.async_progress_by_handler(
        DOMAIN, match_context={"source": SOURCE_REAUTH}
    )


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **answers: Any
) -> ConfigFlowResult:
    """Answer a form."""
    return await hass.config_entries.flow.async_configure(result["flow_id"], answers)


async def ask(
    hass: HomeAssistant, household: MockConfigEntry, subentry_id: str, **more: Any
) -> ConfigFlowResult:
    """Have a meter ask for its password."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_REAUTH, "entry_id": household.entry_id},
        data={**household.data, "subentry_id": subentry_id, **more},
    )


async def test_new_password(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """A password that was set in a device is asked for once, for all its meters."""
    async with TwoRelays() as relays:
        await add_relays(hass, household, relays)
        relays.guard = digest("admin", "secret")
        await hass.config_entries.async_reload(household.entry_id)
        await async_until(lambda: requests(hass))

        (flow,) = requests(hass)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"])
        assert result["step_id"] == "reauth_confirm"
        assert result["data_schema"] is not None
        assert set(result["data_schema"].schema) == {CONF_USERNAME, CONF_PASSWORD}
        result = await submit(hass, result, username="admin", password="wrong")
        assert result["errors"] == {"base": "invalid_auth"}
        assert suggested(result, CONF_USERNAME) == "admin"
        relays.mac = "AABBCCDDEE99"
        result = await submit(hass, result, username="admin", password="secret")
        assert result["errors"] == {"base": "another_device"}
        relays.mac = "AABBCCDDEE01"
        result = await submit(hass, result, username="admin", password="secret")

        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == "reauth_successful"
        for name in ("House", "Boiler"):
            data = meter_named(household, name).data
            assert data[CONF_PASSWORD] == "secret"
            assert CONF_TOKEN not in data
        relays.asked.clear()
        await async_until(lambda: relays.asked)
        assert not requests(hass)
        await leave(hass)


async def test_same_password(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """A device that was only confused is read again, with the password it had."""
    async with TwoRelays() as relays:
        await add_relays(hass, household, relays)
        relays.guard = digest("admin", "secret")
        await hass.config_entries.async_reload(household.entry_id)
        await async_until(lambda: requests(hass))
        (flow,) = requests(hass)
        await submit(hass, flow, username="admin", password="secret")
        relays.guard = digest("admin", "another")
        await async_until(lambda: requests(hass))

        relays.guard = digest("admin", "secret")
        (flow,) = requests(hass)
        result = await submit(hass, flow, username="admin")
        assert result["reason"] == "reauth_successful"
        relays.asked.clear()
        await async_until(lambda: relays.asked)
        assert not requests(hass)
        await leave(hass)


async def test_other_certificate(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """A device that shows another certificate learns nothing until the user agrees."""
    async with HomeWizardP1V2() as device:
        result = await begin(hass, household, "http")
        address = f"{LOOPBACK}:{device.endpoint.port}"
        result = await submit_meter(hass, result, host=address)
        device.press_button()
        result = await submit_meter(hass, result)
        await submit_meter(hass, result, name="House", role="grid", adjust=False)
        known = meter_named(household, "House").data[CONF_FINGERPRINT]
        assert not requests(hass)
        await leave(hass)
        await device.switch_off()
        await device.switch_on()
        device.asked.clear()
        await hass.config_entries.async_setup(household.entry_id)
        await async_until(lambda: requests(hass))
        await asyncio.sleep(0.2)
        assert device.asked == []

        (flow,) = requests(hass)
        result = await hass.config_entries.flow.async_configure(flow["flow_id"])
        assert result["step_id"] == "reauth_button"
        device.press_button()
        result = await submit(hass, result)
        assert result["reason"] == "reauth_successful"
        assert meter_named(household, "House").data[CONF_FINGERPRINT] != known
        device.asked.clear()
        await async_until(lambda: device.asked)
        await leave(hass)


async def test_certificate_beside_a_password(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """The form for the password says what else is wrong."""
    endpoint = HttpEndpoint(LOOPBACK, 9, "me", "old", uses_tls=True, fingerprint="00")
    formula = Formula.of("power_w", "W")
    settings = DeviceSettings("x", "generic_json", {}, "", {Channel.POWER: formula})
    meter = http_meter(endpoint, settings)
    assert await hass.config_entries.async_unload(household.entry_id)
    hass.config_entries.async_add_subentry(household, meter)
    result = await ask(hass, household, meter.subentry_id, other_certificate=True)
    assert result["step_id"] == "reauth_confirm"
    assert result["errors"] == {"base": "other_certificate"}


async def test_new_token(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """A device that forgot us, as after a reset, gives out another token."""
    async with HomeWizardP1V2() as device:
        result = await begin(hass, household, "http")
        address = f"{LOOPBACK}:{device.endpoint.port}"
        result = await submit_meter(hass, result, host=address)
        device.press_button()
        result = await submit_meter(hass, result)
        await submit_meter(hass, result, name="House", role="grid", adjust=False)
        old = meter_named(household, "House").data[CONF_TOKEN]
        device.guard = bearer("reset")
        await hass.config_entries.async_reload(household.entry_id)
        await async_until(lambda: requests(hass))

        (flow,) = requests(hass)
        assert flow["step_id"] == "reauth_button"
        device.press_button()
        result = await hass.config_entries.flow.async_configure(flow["flow_id"])
        assert result["step_id"] == "reauth_button"
        assert not result["errors"]
        result = await submit(hass, result)
        assert result["errors"] == {"base": "button_not_pressed"}
        device.press_button()
        result = await submit(hass, result)

        assert result["reason"] == "reauth_successful"
        assert meter_named(household, "House").data[CONF_TOKEN] != old
        device.asked.clear()
        await async_until(lambda: device.asked)
        assert not requests(hass)
        await leave(hass)


async def test_token_of_a_meter_that_is_gone(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """Nobody presses a button for a meter that is removed while the card is shown."""
    endpoint = HttpEndpoint(LOOPBACK, 9, token="old")
    power = Formula.of("power_w", "W")
    settings = DeviceSettings(
        "aabbccddee01", "homewizard_v2", {}, "", {Channel.POWER: power}
    )
    meter = http_meter(endpoint, settings)
    assert await hass.config_entries.async_unload(household.entry_id)
    hass.config_entries.async_add_subentry(household, meter)
    result = await ask(hass, household, meter.subentry_id)
    assert result["step_id"] == "reauth_button"
    hass.config_entries.async_remove_subentry(household, meter.subentry_id)
    result = await submit(hass, result)

    assert result["reason"] == "meter_removed"


async def test_household_that_does_not_run(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """It is started with the new password."""
    async with TwoRelays() as relays:
        await add_relays(hass, household, relays)
        meter = meter_named(household, "House")
        boiler = meter_named(household, "Boiler")
        by_mqtt = {**boiler.data, CONF_SOURCE: SOURCE_MQTT}
        hass.config_entries.async_update_subentry(household, boiler, data=by_mqtt)
        await hass.async_block_till_done(wait_background_tasks=False)
        assert await hass.config_entries.async_unload(household.entry_id)
        result = await ask(hass, household, meter.subentry_id)
        result = await submit(hass, result, username="admin", password="secret")
        assert result["reason"] == "reauth_successful"
        assert meter.data[CONF_PASSWORD] == "secret"
        assert CONF_PASSWORD not in boiler.data

        relays.asked.clear()
        await async_until(lambda: relays.asked)
        await leave(hass)


async def test_meter_that_is_gone(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """Nobody is asked for the password of a meter that was removed."""
    result = await ask(hass, household, "gone")

    assert result["reason"] == "meter_removed"
