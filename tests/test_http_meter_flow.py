"""Adding devices by their address, and changing their meters."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_CHANNELS,
    CONF_CIRCUIT,
    CONF_DEVICE,
    CONF_DIALECT,
    CONF_ENERGY_KIND,
    CONF_INTERVAL,
    CONF_PARENT,
    CONF_ROLE,
    CONF_SOURCE,
    SOURCE_HTTP,
)
from custom_components.wattwise.dialects.contract.field import Decoded, Field
from custom_components.wattwise.flows.http_meter import parse_address
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.sources.device_settings import (
    DeviceSettings,
    HttpEndpoint,
)
from custom_components.wattwise.sources.field_assembly import FieldAssembly
from custom_components.wattwise.sources.http import watch as http_watch
from homeassistant.config_entries import ConfigSubentry, SubentryFlowResult
from homeassistant.const import (
    CONF_HOST,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_SSL,
    CONF_TOKEN,
    CONF_USERNAME,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType

from .flow_devices import HomeMade, Socket, TwoRelays, leave
from .http_devices.homewizard import HomeWizardP1V2
from .http_devices.passwords import basic, bearer, digest
from .http_devices.server import LOOPBACK, Fault, HttpDevice
from .meter_flows import (
    add_household,
    begin,
    default,
    field,
    household,
    meter_named,
    placeholders,
    reconfigure,
    submit,
    suggested,
    until_form,
)
from .mqtt_broker import async_until
from .translated_flows import translated_flows

__all__ = ["household", "translated_flows"]

pytestmark = pytest.mark.usefixtures("socket_enabled")


@pytest.fixture(autouse=True)
def _short_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not watch values for long: devices here are quick."""
    monkeypatch.setattr(http_watch, "WATCH_PAUSE_SECONDS", 0.5)


@pytest.fixture
async def socket(wattwise: HomeAssistant) -> AsyncGenerator[Socket]:
    """Return a socket that is switched on."""
    async with Socket() as device:
        yield device
        await leave(wattwise)


@pytest.fixture
async def relays(wattwise: HomeAssistant) -> AsyncGenerator[TwoRelays]:
    """Return two relays with a password."""
    async with TwoRelays(digest("admin", "secret")) as device:
        yield device
        await leave(wattwise)


def address_of(device: HttpDevice) -> str:
    """Return a device's address as people enter it."""
    return f"{LOOPBACK}:{device.endpoint.port}"


async def enter(
    hass: HomeAssistant, household: MockConfigEntry, device: HttpDevice, **more: Any
) -> SubentryFlowResult:
    """Open the flow for a new meter and enter a device's address."""
    result = await begin(hass, household, "http")
    assert result["step_id"] == "http"
    return await submit(hass, result, host=address_of(device), **more)


async def add_socket(
    hass: HomeAssistant, household: MockConfigEntry, device: HttpDevice
) -> ConfigSubentry:
    """Add the meter of a device with one circuit."""
    result = await enter(hass, household, device)
    result = await submit(hass, result, name="Fridge", role="appliance", adjust=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    return meter_named(household, "Fridge")


def readings_of(meter: ConfigSubentry, **fields: float) -> dict[Channel, float]:
    """Return what a meter makes of fields [base units]; points of keys are __."""
    assembly = FieldAssembly(DeviceSettings.from_data(meter.data).channels)
    told = [Field(key.replace("__", "."), value) for key, value in fields.items()]
    readings, _ = assembly.take(Decoded(told), 1_790_000_000_000)
    return {reading.channel: reading.value for reading in readings}


async def test_known_device(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """An address is enough; what the device tells is shown at once."""
    result = await enter(hass, household, socket)

    assert result["type"] is FlowResultType.FORM
    assert result["step_id"] == "found_meter"
    assert placeholders(result) == {
        "meter": "Energy socket",
        "values": "- Power: 412 W\n- Energy used or imported: 1,234.5 kWh\n"
        "- Energy produced or exported: 0.000 kWh\n- Voltage L1: 230.1 V",
    }
    assert suggested(result, CONF_NAME) == "Energy socket"
    assert suggested(result, CONF_ROLE) == "grid"
    assert default(result, "adjust") is False

    result = await submit(hass, result, name="Fridge", role="appliance", adjust=False)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meter = meter_named(household, "Fridge")
    assert meter.unique_id == "aabbccddee01"
    channels = meter.data[CONF_CHANNELS]
    assert set(channels) == {"power", "energy_import", "voltage_l1"}
    assert dict(meter.data) == {
        CONF_SOURCE: SOURCE_HTTP,
        CONF_ROLE: "appliance",
        CONF_DEVICE: "aabbccddee01",
        CONF_DIALECT: "homewizard",
        "address": {},
        CONF_CIRCUIT: "",
        CONF_CHANNELS: channels,
        CONF_HOST: LOOPBACK,
        "port": socket.endpoint.port,
        CONF_ENERGY_KIND: "counter",
        CONF_INTERVAL: 5.0,
    }
    fields = {"power_w": 5.0, "energy_import_kwh": 2.0, "voltage_v": 231.0}
    assert readings_of(meter, **fields) == {
        Channel.POWER: 5.0,
        Channel.ENERGY_IMPORT: 2000.0,
        Channel.VOLTAGE_L1: 231.0,
    }


async def test_the_wish_to_correct_outlives_an_error(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """Who chose to correct values and mistyped the name gets to correct them."""
    result = await enter(hass, household, socket)
    result = await submit(hass, result, name=" ", role="grid", adjust=True)
    assert result["errors"] == {CONF_NAME: "name_needed"}
    assert default(result, "adjust") is True


async def test_production_counts_as_export(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A socket behind a small inverter counts what is produced, and turns its power.

    Its counter of export is zero until then, and hidden of appliances.
    """
    result = await enter(hass, household, socket)
    await submit(hass, result, name="Balcony", role="production", adjust=False)

    meter = meter_named(household, "Balcony")
    assert readings_of(meter, energy_export_kwh=2.0) == {Channel.ENERGY_EXPORT: 2000.0}
    assert readings_of(meter, power_w=-300.0) == {Channel.POWER: 300.0}


async def test_production_given_up(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A socket that measures an appliance again counts what that uses."""
    result = await enter(hass, household, socket)
    await submit(hass, result, name="Balcony", role="production", adjust=False)
    for is_away in (False, True):
        meter = meter_named(household, "Balcony")
        if is_away:
            await leave(hass)
            await socket.switch_off()
        for role, power in (("appliance", -300.0), ("production", 300.0)):
            result = await reconfigure(hass, household, meter)
            result = await submit(hass, result, next_step_id="device_settings")
            # To look at what the values stand for changes nothing.
            result = await submit(
                hass, result, name="Balcony", role="production", adjust=True
            )
            answers = {str(k): k.default() for k in result["data_schema"].schema}
            result = await submit(hass, result, **answers)
            await submit(hass, result, name="Balcony", role=role, adjust=False)
            meter = meter_named(household, "Balcony")
            assert readings_of(meter, power_w=-300.0) == {Channel.POWER: power}
            imported = {Channel.ENERGY_IMPORT: 2000.0}
            assert readings_of(meter, energy_import_kwh=2.0) == imported


async def test_production_by_hand(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """What the user has made of the counter stays, whatever the role."""
    result = await enter(hass, household, socket)
    result = await submit(hass, result, name="Roof", role="grid", adjust=True)
    answers = {str(key): key.default() for key in result["data_schema"].schema}
    imported, exported = (
        next(key for key in answers if key.startswith(f"energy_{direction}_kwh"))
        for direction in ("import", "export")
    )
    answers |= {imported: "energy_export:kWh", exported: "unused"}
    result = await submit(hass, result, **answers)
    await submit(hass, result, name="Roof", role="production", adjust=False)
    meter = meter_named(household, "Roof")
    result = await reconfigure(hass, household, meter)
    result = await submit(hass, result, next_step_id="device_settings")
    await submit(hass, result, name="Roof", role="grid", adjust=False)

    meter = meter_named(household, "Roof")
    assert readings_of(meter, energy_import_kwh=2.0) == {Channel.ENERGY_EXPORT: 2000.0}


async def test_faults_recover(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """Each error says what to do, and the form goes on once it is done."""
    result = await begin(hass, household, "http")
    result = await submit(hass, result, host="my meter")
    assert result["errors"] == {CONF_HOST: "invalid_address"}
    assert suggested(result, CONF_HOST) == "my meter"

    await socket.switch_off()
    result = await submit(hass, result, host=address_of(socket))
    assert result["errors"] == {"base": "cannot_connect"}
    await socket.switch_on()

    async with HomeMade() as other:
        result = await submit(hass, result, host=address_of(other))
        assert result["errors"] == {"base": "unknown_device"}
        result = await submit(hass, result, host=address_of(other), path="nowhere")
        assert result["errors"] == {"base": "unreadable_answer"}

    socket.measures = False
    result = await submit(hass, result, host=address_of(socket))
    assert result["errors"] == {"base": "measures_nothing"}
    socket.measures = True

    result = await submit(hass, result, host=f"http://{address_of(socket)}/")
    assert result["step_id"] == "found_meter"
    result = await submit(hass, result, name=" ", role="grid", adjust=False)
    assert result["errors"] == {CONF_NAME: "name_needed"}
    result = await submit(hass, result, name="Main", role="grid", adjust=False)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_same_device_twice(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A device is a meter of one household, however often it is entered."""
    other = await add_household(hass, "Lake Road")
    late = await enter(hass, other, socket)
    await add_socket(hass, household, socket)

    result = await enter(hass, other, socket)
    assert result["errors"] == {"base": "already_a_meter"}
    late = await submit(hass, late, name="Fridge", role="appliance", adjust=False)
    assert late["type"] is FlowResultType.ABORT
    assert late["reason"] == "already_a_meter"
    assert not other.subentries


async def test_password_and_circuits(
    hass: HomeAssistant, household: MockConfigEntry, relays: TwoRelays
) -> None:
    """A device with a password and two circuits becomes two meters."""
    result = await enter(hass, household, relays)
    assert result["step_id"] == "credentials"
    assert suggested(result, CONF_USERNAME) == "admin"
    result = await submit(hass, result, username="admin", password="wrong")
    assert result["errors"] == {"base": "invalid_auth"}
    await relays.switch_off()
    result = await submit(hass, result, username="admin", password="secret")
    assert result["errors"] == {"base": "cannot_connect"}
    await relays.switch_on()
    result = await submit(hass, result, username="admin", password="secret")

    assert result["step_id"] == "circuits"
    options = field(result, "circuits").config["options"]
    assert [o["label"].partition(", V")[0] for o in options] == [
        "Fuse box 1: Power: 412 W, Energy used or imported: 1,234.5 kWh",
        "Fuse box 2: Power: 8 W, Energy used or imported: 12.300 kWh",
    ]
    keys = [option["value"] for option in options]
    assert default(result, "circuits") == keys
    result = await submit(hass, result, circuits=[])
    assert result["errors"] == {"circuits": "choose_a_circuit"}
    result = await submit(hass, result, circuits=keys)

    assert suggested(result, CONF_NAME) == "Fuse box 1"
    result = await submit(hass, result, name="House", role="grid", adjust=False)
    assert result["step_id"] == "found_meter"
    assert suggested(result, CONF_NAME) == "Fuse box 2"
    assert suggested(result, CONF_ROLE) == "appliance"
    result = await submit(hass, result, name="house", role="grid", adjust=False)
    assert result["errors"] == {CONF_NAME: "name_taken"}
    (house,) = field(result, CONF_PARENT).config["options"]
    result = await submit(
        hass,
        result,
        name="Boiler",
        role="appliance",
        parent=house["value"],
        adjust=False,
    )

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meters = [meter_named(household, name) for name in ("House", "Boiler")]
    assert meters[1].data[CONF_PARENT] == meters[0].subentry_id
    assert [m.unique_id for m in meters] == [f"aabbccddee01-{key}" for key in keys]
    for meter in meters:
        assert meter.data[CONF_PASSWORD] == "secret"

    result = await enter(hass, household, relays)
    result = await submit(hass, result, username="admin", password="secret")
    assert result["step_id"] == "http"
    assert result["errors"] == {"base": "already_a_meter"}


async def test_only_free_circuits(
    hass: HomeAssistant, household: MockConfigEntry, relays: TwoRelays
) -> None:
    """A circuit that was left out can be added later, without being asked for."""
    relays.guard = None
    result = await enter(hass, household, relays)
    first, second = field(result, "circuits").config["options"]
    result = await submit(hass, result, circuits=[second["value"]])
    await submit(hass, result, name="Boiler", role="appliance", adjust=False)

    result = await enter(hass, household, relays)
    assert result["step_id"] == "found_meter"
    assert suggested(result, CONF_NAME) == "Fuse box 1"
    await submit(hass, result, name="House", role="grid", adjust=False)
    assert meter_named(household, "House").unique_id == f"aabbccddee01-{first['value']}"


async def test_device_of_no_known_kind(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """The user says what the values stand for, and sees what comes out of it."""
    async with HomeMade(basic("me", "secret")) as device:
        device.rises = {"c": 0.0001}
        result = await enter(hass, household, device, path="values.json")
        assert result["step_id"] == "credentials"
        assert field(result, CONF_USERNAME)
        result = await submit(hass, result, username="me", password="secret")
        assert result["progress_action"] == "watch"
        result = await until_form(hass, result)
        assert result["step_id"] == "found_meter"
        assert placeholders(result)["values"] == (
            "nothing that WattWise could understand by itself"
        )
        assert default(result, "adjust") is True
        result = await submit(hass, result, name="Main", role="grid", adjust=False)
        assert result["errors"] == {"adjust": "field_of_power_or_energy_needed"}
        result = await submit(hass, result, name="Main", role="grid", adjust=True)

        assert result["step_id"] == "mapping"
        rows = [str(key) for key in result["data_schema"].schema]
        assert rows == ["a · 0.412", "b · 1.5", "c · 1234.5003", "d · 230"]
        # What stays as it is says nothing, but for a voltage.
        supposed = [default(result, row) for row in rows]
        assert supposed == ["unused", "unused", "energy_import:kWh", "voltage_l1:V"]
        labels = {
            option["value"]: option["label"]
            for option in field(result, "a · 0.412").config["options"]
        }
        assert labels["unused"] == "unused"
        assert labels["power:kW"] == "Power in kW"
        assert labels["power:kW:reversed"] == "Power in kW, reversed direction"
        assert labels["energy_import:kWh"] == "Energy used or imported in kWh"
        assert labels["power_factor:"] == "Power factor"

        unused = dict.fromkeys(rows, "unused")
        result = await submit(hass, result, **unused)
        assert result["errors"] == {"base": "power_or_energy_needed_here"}
        wrong = {rows[2]: "voltage_l1:V", rows[3]: "voltage_l1:V"}
        result = await submit(hass, result, **unused | wrong)
        assert result["errors"] == dict.fromkeys(rows[2:], "only_one_field")
        assert suggested(result, rows[3]) == "voltage_l1:V"
        right = {
            rows[0]: "power:kW:reversed",
            rows[1]: "power:kW",
            rows[2]: "energy_import:kWh",
            rows[3]: "voltage_l1:V",
        }
        result = await submit(hass, result, **right)

        assert result["step_id"] == "found_meter"
        assert suggested(result, CONF_NAME) == "Main"
        assert placeholders(result)["values"].startswith(
            "- Power: 1,088 W\n- Energy used"
        )
        assert default(result, "adjust") is False
        await submit(hass, result, name="Main", role="grid", adjust=False)
        await leave(hass)

    meter = meter_named(household, "Main")
    assert meter.data[CONF_ENERGY_KIND] == "counter"
    assert readings_of(meter, a=0.5, b=2.0, c=1.0, d=229.0) == {
        Channel.POWER: 1500.0,
        Channel.ENERGY_IMPORT: 1000.0,
        Channel.VOLTAGE_L1: 229.0,
    }


async def test_corrections(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A meter's direction is turned while it is added, its energy taken off later."""
    result = await enter(hass, household, socket)
    result = await submit(hass, result, name="Fridge", role="appliance", adjust=True)
    power = "power_w · 412 W"
    assert default(result, power) == "power:W"
    answers = {str(key): key.default() for key in result["data_schema"].schema}
    result = await submit(hass, result, **answers | {power: "power:W:reversed"})
    assert placeholders(result)["values"].startswith("- Power: -412 W")
    await submit(hass, result, name="Fridge", role="appliance", adjust=False)
    meter = meter_named(household, "Fridge")
    assert readings_of(meter, power_w=5.0) == {Channel.POWER: -5.0}

    socket.power = 80.0
    result = await reconfigure(hass, household, meter)
    assert result["menu_options"] == ["device_settings", "connection"]
    result = await submit(hass, result, next_step_id="device_settings")
    assert result["step_id"] == "known_meter"
    assert placeholders(result)["values"].startswith("- Power: -80 W")
    result = await submit(hass, result, name="Freezer", role="appliance", adjust=True)
    assert default(result, "power_w · 80 W") == "power:W:reversed"
    answers = {str(key): key.default() for key in result["data_schema"].schema}
    energy = next(key for key in answers if key.startswith("energy_import_kwh"))
    result = await submit(hass, result, **answers | {energy: "unused"})
    assert result["step_id"] == "known_meter"
    assert suggested(result, CONF_NAME) == "Freezer"
    result = await submit(hass, result, name="Freezer", role="appliance", adjust=False)

    assert result["reason"] == "reconfigure_successful"
    meter = meter_named(household, "Freezer")
    assert meter.unique_id == "aabbccddee01"
    assert meter.data[CONF_ENERGY_KIND] == "power"
    assert meter.data[CONF_INTERVAL] == 5.0
    assert readings_of(meter, power_w=5.0, energy_import_kwh=1.0) == {
        Channel.POWER: -5.0
    }


async def test_changing_a_meter_whose_device_is_away(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """Its fields are known from when it was added."""
    meter = await add_socket(hass, household, socket)
    await leave(hass)
    await socket.switch_off()

    result = await reconfigure(hass, household, meter)
    result = await submit(hass, result, next_step_id="device_settings")
    assert result["step_id"] == "silent_meter"
    result = await submit(hass, result, name="Fridge", role="appliance", adjust=True)
    assert default(result, "power_w · –") == "power:W"
    answers = {str(key): key.default() for key in result["data_schema"].schema}
    result = await submit(hass, result, **answers | {"power_w · –": "power:kW"})
    assert result["step_id"] == "silent_meter"
    await submit(hass, result, name="Fridge", role="appliance", adjust=False)

    meter = meter_named(household, "Fridge")
    assert readings_of(meter, power_w=2.0) == {Channel.POWER: 2000.0}
    assert meter.data[CONF_HOST] == LOOPBACK


async def test_new_address_and_password(
    hass: HomeAssistant, household: MockConfigEntry, relays: TwoRelays
) -> None:
    """All meters of a device move together, and only to the same device."""
    relays.guard = None
    result = await enter(hass, household, relays)
    keys = default(result, "circuits")
    result = await submit(hass, result, circuits=keys)
    result = await submit(hass, result, name="House", role="grid", adjust=False)
    await submit(hass, result, name="Boiler", role="appliance", adjust=False)
    await leave(hass)
    await relays.switch_off()

    result = await reconfigure(hass, household, meter_named(household, "Boiler"))
    result = await submit(hass, result, next_step_id="connection")
    assert suggested(result, CONF_HOST) == address_of(relays)
    result = await submit(hass, result, host="?")
    assert result["errors"] == {CONF_HOST: "invalid_address"}
    async with TwoRelays() as other:
        other.mac = "AABBCCDDEE99"
        result = await submit(hass, result, host=address_of(other))
        assert result["errors"] == {"base": "another_device"}
    async with TwoRelays(digest("admin", "secret")) as moved:
        result = await submit(hass, result, host=address_of(moved))
        assert result["errors"] == {"base": "invalid_auth"}
        result = await submit(
            hass, result, host=address_of(moved), username="admin", password="secret"
        )
        assert result["reason"] == "reconfigure_successful"
        for name in ("House", "Boiler"):
            data = meter_named(household, name).data
            assert data["port"] == moved.endpoint.port
            assert data[CONF_PASSWORD] == "secret"
        for name in ("House", "Boiler"):
            assert meter_named(household, name).data[CONF_USERNAME] == "admin"

        # What is left empty is kept, until it is said that there is none.
        boiler = meter_named(household, "Boiler")
        result = await reconfigure(hass, household, boiler)
        result = await submit(hass, result, next_step_id="connection")
        result = await submit(
            hass, result, host=address_of(moved), username="admin", no_password=False
        )
        assert result["reason"] == "reconfigure_successful"
        assert meter_named(household, "House").data[CONF_PASSWORD] == "secret"
        moved.guard = None
        result = await reconfigure(hass, household, boiler)
        result = await submit(hass, result, next_step_id="connection")
        result = await submit(
            hass, result, host=address_of(moved), username="admin", no_password=True
        )
        assert result["reason"] == "reconfigure_successful"
        for name in ("House", "Boiler"):
            data = meter_named(household, name).data
            assert not data.keys() & {CONF_USERNAME, CONF_PASSWORD}
        await leave(hass)


async def test_encrypted_device(
    hass: HomeAssistant, household: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address with https is asked encrypted, whatever the device usually does."""
    monkeypatch.setattr(Socket, "encrypted", True)
    async with Socket() as device:
        result = await begin(hass, household, "http")
        result = await submit(hass, result, host=f"http://{address_of(device)}")
        assert result["errors"] == {"base": "unknown_device"}
        result = await submit(hass, result, host=f"https://{address_of(device)}")
        await submit(hass, result, name="Fridge", role="appliance", adjust=False)
        fridge = meter_named(household, "Fridge")
        assert fridge.data[CONF_SSL] is True
        await async_until(lambda: device.asked.count("/api/v1/data") > 2)

        result = await reconfigure(hass, household, fridge)
        result = await submit(hass, result, next_step_id="connection")
        assert suggested(result, CONF_HOST) == f"https://{address_of(device)}"
        await leave(hass)


async def test_home_made_device_moves(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """A device that is known by nothing but its address may get another one."""
    async with HomeMade() as device:
        device.values = {"power_w": 5, "energy_kwh": 1}
        result = await enter(hass, household, device, path="/values.json")
        assert result["step_id"] == "found_meter"
        await submit(hass, result, name="Main", role="grid", adjust=False)
        await leave(hass)
    async with HomeMade() as device:
        device.values = {"power_w": 6, "energy_kwh": 1}
        meter = meter_named(household, "Main")
        result = await reconfigure(hass, household, meter)
        result = await submit(hass, result, next_step_id="connection")
        result = await submit(hass, result, host=address_of(device))
        assert result["reason"] == "reconfigure_successful"

        result = await reconfigure(hass, household, meter_named(household, "Main"))
        result = await submit(hass, result, next_step_id="device_settings")
        assert result["step_id"] == "known_meter"
        assert placeholders(result)["values"].startswith("- Power: 6 W")
        await leave(hass)


async def test_address_of_a_page(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """What stands in the browser does, be it that of the values or of any page."""
    result = await begin(hass, household, "http")
    page = f"http://{address_of(socket)}/index.html#values"
    result = await submit(hass, result, host=page)
    assert result["step_id"] == "found_meter"

    async with HomeMade() as device:
        result = await begin(hass, household, "http")
        page = f"http://{address_of(device)}/nowhere"
        result = await submit(hass, result, host=page)
        assert result["errors"] == {"base": "unreadable_answer"}
        page = f"http://{address_of(device)}/values.json"
        result = await submit(hass, result, host=page)
        result = await until_form(hass, result)
        assert result["step_id"] == "found_meter"


async def test_device_with_a_button(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """The device gives out its token once its button was pressed, and again later."""
    async with HomeWizardP1V2() as device:
        result = await enter(hass, household, device)
        assert result["step_id"] == "press_button"
        assert not result["errors"]
        result = await submit(hass, result)
        assert result["errors"] == {"base": "button_not_pressed"}
        device.fault = Fault.BROKEN
        result = await submit(hass, result)
        assert result["errors"] == {"base": "unreadable_answer"}
        device.fault = None
        device.press_button()
        result = await submit(hass, result)
        assert result["step_id"] == "found_meter"
        assert placeholders(result)["values"].startswith(
            "- Power: 412 W\n- Energy used"
        )
        await submit(hass, result, name="Main", role="grid", adjust=False)

        meter = meter_named(household, "Main")
        ((user, token),) = device.users.items()
        assert user.startswith("local/wattwise-")
        assert meter.data[CONF_TOKEN] == token

        result = await reconfigure(hass, household, meter)
        result = await submit(hass, result, next_step_id="connection")
        assert result["data_schema"] is not None
        assert set(result["data_schema"].schema) == {CONF_HOST}
        result = await submit(hass, result, host=address_of(device))
        assert result["reason"] == "reconfigure_successful"
        await leave(hass)

        device.guard = bearer("reset")
        result = await reconfigure(hass, household, meter)
        result = await submit(hass, result, next_step_id="connection")
        result = await submit(hass, result, host=address_of(device))
        assert result["step_id"] == "connection_button"
        device.press_button()
        device.mac = "AABBCCDDEE99"
        result = await submit(hass, result)
        assert result["errors"] == {"base": "another_device"}
        # It has given out the token already.
        device.mac = "AABBCCDDEE01"
        result = await submit(hass, result)
        assert result["reason"] == "reconfigure_successful"
        meter = meter_named(household, "Main")
        assert meter.data[CONF_TOKEN] == device.users[user] != token
        await leave(hass)


async def test_token_that_does_not_help(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """A device that refuses what it gave out is asked for another token."""
    async with HomeWizardP1V2() as device:
        result = await enter(hass, household, device)
        device.press_button()
        device.keeps_tokens = False
        result = await submit(hass, result)
        assert result["errors"] == {"base": "invalid_auth"}
        result = await submit(hass, result)
        assert result["errors"] == {"base": "button_not_pressed"}


async def test_answer_that_is_no_json(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A page for people says nothing to us."""
    socket.fault = Fault.WEB_PAGE
    result = await enter(hass, household, socket)

    assert result["errors"] == {"base": "unknown_device"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.168.1.20", (HttpEndpoint("192.168.1.20"), None)),
        (" meter.local ", (HttpEndpoint("meter.local"), None)),
        ("meter.local:8080", (HttpEndpoint("meter.local", 8080), None)),
        ("meter.local:80", (HttpEndpoint("meter.local"), None)),
        ("https://meter:443/", (HttpEndpoint("meter", uses_tls=True), None)),
        (
            "http://me:pass@10.0.0.2/api?x=1",
            (HttpEndpoint("10.0.0.2", None, "me", "pass"), "/api?x=1"),
        ),
        ("[fe80::1]:80", (HttpEndpoint("fe80::1"), None)),
        ("ftp://meter", None),
        ("http://", None),
        ("meter:port", None),
        ("", None),
    ],
)
def test_addresses(text: str, expected: tuple[HttpEndpoint, str | None] | None) -> None:
    """People enter what their browser or router shows."""
    assert parse_address(text) == expected
