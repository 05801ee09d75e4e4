"""Asking for the password of a device that does not let us in any more."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import CONF_SOURCE, DOMAIN, SOURCE_MQTT
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.const import CONF_PASSWORD, CONF_TOKEN, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flow_devices import TwoRelays, leave
from .household_flows import suggested
from .http_devices.passwords import digest
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
    hass: HomeAssistant, household: MockConfigEntry, subentry_id: str
) -> ConfigFlowResult:
    """Have a meter ask for its password."""
    return await hass.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_REAUTH, "entry_id": household.entry_id},
        data={**household.data, "subentry_id": subentry_id},
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
