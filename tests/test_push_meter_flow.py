"""Adding meters that push, and changing them."""

from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.wattwise.const import (
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_KEY_HASH,
    CONF_PARENT,
    CONF_ROLE,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_PUSH,
    SUBENTRY_TYPE_METER,
)
from custom_components.wattwise.household import DATA_PUSH_KEYS
from custom_components.wattwise.sources.push_keys import hash_key
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from .meter_flows import (
    add_push_meter,
    begin,
    default,
    field,
    household,
    meter_named,
    placeholders,
    reconfigure,
    submit,
    suggested,
)
from .translated_flows import translated_flows

__all__ = ["household", "translated_flows"]

URL = "/api/wattwise/data"


async def test_push_meter(
    hass: HomeAssistant,
    household: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    freezer: FrozenDateTimeFactory,
) -> None:
    """From the key to the first reading to the working meter."""
    hass.config.internal_url = "http://192.168.1.5:8123"
    client = await hass_client_no_auth()
    result = await begin(hass, household, "push")
    assert result["step_id"] == "push"
    assert suggested(result, CONF_ROLE) == "grid"
    assert default(result, CONF_INTERVAL) == 10
    assert field(result, CONF_PARENT) is None

    result = await submit(hass, result, name=" Main meter ", role="grid", interval=15)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "connect"
    shown = placeholders(result)
    key = shown["key"]
    assert len(key) == 32
    assert shown["url"] == f"http://192.168.1.5:8123{URL}"
    assert shown["header"] == "X-API-Key"
    assert key in shown["command"]
    assert shown["url"] in shown["command"]
    assert default(result, "finish_without_reading") is False

    result = await submit(hass, result, finish_without_reading=False)
    assert result["step_id"] == "connect"
    assert result["errors"] == {"base": "nothing_arrived"}
    assert placeholders(result)["key"] == key

    answer = await client.post(
        URL,
        json={"power": 412, "energy_import": 1234.567, "voltage_l1": 230.12},
        headers={"X-API-Key": key},
    )
    assert answer.status == 503
    freezer.tick(3)

    result = await submit(hass, result, finish_without_reading=False)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "energy"
    assert placeholders(result) == {
        "seconds": "3",
        "preview": (
            "Power: 412 W, Energy used or imported: 1,234.6 kWh, Voltage L1: 230.1 V"
        ),
    }
    assert default(result, CONF_ENERGY_KIND) == "counter"

    result = await submit(hass, result, energy_kind="counter")

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meter = meter_named(household, "Main meter")
    assert meter.subentry_type == SUBENTRY_TYPE_METER
    assert meter.unique_id is not None
    assert len(meter.unique_id) == 32
    assert dict(meter.data) == {
        CONF_SOURCE: SOURCE_PUSH,
        CONF_ROLE: "grid",
        CONF_KEY_HASH: hash_key(key),
        CONF_ENERGY_KIND: "counter",
        CONF_INTERVAL: 15,
    }
    assert not hass.data[DATA_PUSH_KEYS].is_awaited(key)
    answer = await client.post(
        URL, json={"energy_import": 1234.6}, headers={"X-API-Key": key}
    )
    assert answer.status == 202


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"power": 412, "voltage": 230}, "power"),
        ({"power": 412, "energy_import": 100.0}, "counter"),
        (
            {"energy_consumed": 0.012, "energy_produced": 0, "current_load": 3},
            "interval",
        ),
        (
            [
                {"time": 1_780_000_060, "energy_import": 2},
                {"time": 1_780_000_000, "energy_import": 5000},
            ],
            "interval",
        ),
    ],
)
async def test_energy_kind_is_guessed(
    hass: HomeAssistant,
    household: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
    body: Any,
    kind: str,
) -> None:
    """What arrived last tells how the meter counts."""
    client = await hass_client_no_auth()
    result = await submit(
        hass, await begin(hass, household, "push"), name="Meter", role="grid"
    )
    await client.post(
        URL, json=body, headers={"X-API-Key": placeholders(result)["key"]}
    )

    result = await submit(hass, result, finish_without_reading=False)

    assert result["step_id"] == "energy"
    assert default(result, CONF_ENERGY_KIND) == kind


async def test_nothing_readable_arrived(
    hass: HomeAssistant,
    household: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A device that sends something else is told apart from one that is silent."""
    client = await hass_client_no_auth()
    result = await submit(
        hass, await begin(hass, household, "push"), name="Meter", role="grid"
    )
    headers = {"X-API-Key": placeholders(result)["key"]}
    await client.post(URL, json=[{"power": "much"}], headers=headers)

    result = await submit(hass, result, finish_without_reading=False)
    assert result["errors"] == {"base": "nothing_readable"}

    await client.post(URL, json=[{"power": 412}], headers=headers)
    result = await submit(hass, result, finish_without_reading=False)
    assert result["step_id"] == "energy"


async def test_push_meter_that_cannot_send_yet(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """The address is guessed, and the first reading may come later."""
    # With a certificate, Home Assistant cannot tell its own address.
    assert hass.config.api is not None
    hass.config.api.use_ssl = True
    result = await begin(hass, household, "push")
    result = await submit(hass, result, name="Sauna", role="appliance", interval=60)
    assert placeholders(result)["url"] == f"https://homeassistant.local:8123{URL}"

    result = await submit(hass, result, finish_without_reading=True)
    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "energy_unseen"
    assert default(result, CONF_ENERGY_KIND) == "counter"

    result = await submit(hass, result, energy_kind="power")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert meter_named(household, "Sauna").data[CONF_ENERGY_KIND] == "power"


async def test_abandoned_flow(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """The key of a flow that was given up is not listened for any more."""
    result = await submit(
        hass, await begin(hass, household, "push"), name="Meter", role="grid"
    )
    key = placeholders(result)["key"]
    assert hass.data[DATA_PUSH_KEYS].is_awaited(key)

    hass.config_entries.subentries.async_abort(result["flow_id"])

    assert not hass.data[DATA_PUSH_KEYS].is_awaited(key)
    assert not household.subentries


@pytest.mark.parametrize("interval", [0, 86_401])
async def test_impossible_interval(
    hass: HomeAssistant, household: MockConfigEntry, interval: int
) -> None:
    """A meter reports at least once a day, and at most once a second."""
    result = await begin(hass, household, "push")

    with pytest.raises(InvalidData):
        await submit(hass, result, name="Meter", role="grid", interval=interval)

    result = await submit(hass, result, name="Meter", role="grid", interval=86_400)
    assert result["step_id"] == "connect"


async def test_push_meter_without_the_integration(hass: HomeAssistant) -> None:
    """Nothing can be received while WattWise itself is not running."""
    entry = MockConfigEntry(domain=DOMAIN, title="Maple Street", data={})
    entry.add_to_hass(hass)

    result = await begin(hass, entry, "push")

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "history_unavailable"


async def test_change_push_meter(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """Everything but the key and the identity can be changed."""
    main, _ = await add_push_meter(hass, household)
    sauna, key = await add_push_meter(
        hass, household, name="Sauna", role="appliance", parent=main.subentry_id
    )
    assert sauna.data[CONF_PARENT] == main.subentry_id

    result = await reconfigure(hass, household, sauna)
    assert result["type"] is FlowResultType.MENU
    assert result["step_id"] == "reconfigure"
    assert result["menu_options"] == ["settings", "rotate_key"]
    result = await submit(hass, result, next_step_id="settings")
    assert result["step_id"] == "settings"
    assert suggested(result, CONF_NAME) == "Sauna"
    assert suggested(result, CONF_ROLE) == "appliance"
    assert suggested(result, CONF_PARENT) == main.subentry_id
    assert suggested(result, CONF_INTERVAL) == 10
    assert default(result, CONF_ENERGY_KIND) == "counter"

    result = await submit(
        hass, result, name="Spa", role="battery", interval=30, energy_kind="power"
    )

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    changed = meter_named(household, "Spa")
    assert changed.subentry_id == sauna.subentry_id
    assert changed.unique_id == sauna.unique_id
    assert dict(changed.data) == {
        CONF_SOURCE: SOURCE_PUSH,
        CONF_ROLE: "battery",
        CONF_KEY_HASH: hash_key(key),
        CONF_ENERGY_KIND: "power",
        CONF_INTERVAL: 30,
    }


async def test_rotate_key(
    hass: HomeAssistant,
    household: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """The old key is good until the new one is confirmed, and never after."""
    client = await hass_client_no_auth()
    meter, old = await add_push_meter(hass, household)

    async def push(key: str, energy: float) -> int:
        answer = await client.post(
            URL, json={"energy_import": energy}, headers={"X-API-Key": key}
        )
        return answer.status

    result = await reconfigure(hass, household, meter)
    given_up = await submit(hass, result, next_step_id="rotate_key")
    hass.config_entries.subentries.async_abort(given_up["flow_id"])
    assert await push(old, 1.0) == 202

    result = await reconfigure(hass, household, meter)
    result = await submit(hass, result, next_step_id="rotate_key")
    assert result["step_id"] == "rotate_key"
    new = placeholders(result)["key"]
    assert new not in (old, placeholders(given_up)["key"])
    assert await push(old, 1.1) == 202
    # Whoever enters it into the meter before confirming is no intruder.
    assert await push(new, 1.1) == 503

    with patch.object(hass.config_entries, "async_schedule_reload") as reload:
        result = await submit(hass, result)
        assert await push(old, 1.1) == 202
        assert await push(new, 1.1) == 503
    reload.assert_called_with(household.entry_id)
    await hass.config_entries.async_reload(household.entry_id)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "reconfigure_successful"
    assert await push(old, 1.2) == 401
    assert await push(new, 1.2) == 202


async def test_key_of_a_new_meter_before_its_household_is_reloaded(
    hass: HomeAssistant,
    household: MockConfigEntry,
    hass_client_no_auth: ClientSessionGenerator,
) -> None:
    """A meter that pushes at once is asked to wait, not turned away."""
    client = await hass_client_no_auth()

    async def push(key: str) -> int:
        answer = await client.post(
            URL, json={"energy_import": 1.0}, headers={"X-API-Key": key}
        )
        return answer.status

    with patch.object(hass.config_entries, "async_schedule_reload"):
        _, key = await add_push_meter(hass, household)
        assert not hass.data[DATA_PUSH_KEYS].is_awaited(key)
        assert await push(key) == 503
    await hass.config_entries.async_reload(household.entry_id)
    assert await push(key) == 202
