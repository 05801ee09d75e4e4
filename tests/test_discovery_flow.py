"""Devices that are discovered: proposed once, and added to a household."""

from collections.abc import AsyncGenerator
from ipaddress import ip_address
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_ADDRESS,
    CONF_ENTITIES,
    CONF_PARENT,
    CONF_ROLE,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_ENTITIES,
    SOURCE_HTTP,
    SOURCE_MQTT,
)
from custom_components.wattwise.sources.http import probe as http_probe
from homeassistant.config_entries import (
    SOURCE_DHCP,
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    SOURCE_MQTT as DISCOVERED_BY_MQTT,
    SOURCE_ZEROCONF,
    ConfigFlowResult,
)
from homeassistant.const import (
    CONF_HOST,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_PORT,
    CONF_TOKEN,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.service_info.dhcp import DhcpServiceInfo
from homeassistant.helpers.service_info.mqtt import MqttServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo

from . import household_flows as flows
from .flow_devices import Socket, TwoRelays, leave
from .household_flows import HOUSEHOLD
from .http_devices.homewizard import HomeWizardP1V2
from .http_devices.passwords import basic, digest
from .http_devices.server import LOOPBACK, HttpDevice
from .meter_flows import begin, household, meter_named, submit as submit_meter
from .mqtt_broker import Publisher
from .sources.conftest import broker, connect, device, home
from .test_esphome_discovery import IDENTITY, Node
from .translated_flows import translated_flows

__all__ = ["broker", "connect", "device", "home", "household", "translated_flows"]

pytestmark = pytest.mark.usefixtures("socket_enabled")

TOPIC = "wattwise/discovery/a0b1c2d3e4f5"
ANNOUNCED = {"id": "A0:B1:C2:D3:E4:F5", "name": "Cellar", "topic": "cellar/meter"}
VALUES = {"power": 412, "energy_import": 1234.5}


@pytest.fixture
async def socket(wattwise: HomeAssistant) -> AsyncGenerator[Socket]:
    """Return a socket that is switched on."""
    async with Socket() as switched_on:
        yield switched_on
        await leave(wattwise)


def announcement(
    port: int | None,
    kind: str = "_hwenergy._tcp.local.",
    name: str = "energysocket-DDEE01",
    **properties: Any,
) -> ZeroconfServiceInfo:
    """Return what a device announces in the network."""
    return ZeroconfServiceInfo(
        ip_address=ip_address(LOOPBACK),
        ip_addresses=[ip_address(LOOPBACK)],
        port=port,
        hostname=f"{name}.local.",
        type=kind,
        name=f"{name}.{kind}",
        properties=properties,
    )


async def discover(
    hass: HomeAssistant, source: str, data: Any, **context: Any
) -> ConfigFlowResult:
    """Have Home Assistant discover something."""
    result = await hass.config_entries.flow.async_init(
        DOMAIN, context={"source": source, **context}, data=data
    )
    await hass.async_block_till_done(wait_background_tasks=False)
    return result


async def announce(
    hass: HomeAssistant, device: HttpDevice, **properties: Any
) -> ConfigFlowResult:
    """Have a socket announce itself in the network."""
    return await discover(
        hass,
        SOURCE_ZEROCONF,
        announcement(device.endpoint.port, **properties),
    )


async def announce_by_mqtt(
    hass: HomeAssistant, topic: str = TOPIC, payload: str | None = None
) -> ConfigFlowResult:
    """Have a device announce itself on the broker."""
    if payload is None:
        payload = (
            '{"id": "A0:B1:C2:D3:E4:F5", "name": "Cellar", "topic": "cellar/meter"}'
        )
    message = MqttServiceInfo(topic, payload, 0, True, f"{DOMAIN}/discovery/#", 0.0)
    return await discover(hass, DISCOVERED_BY_MQTT, message)


async def submit(
    hass: HomeAssistant, result: ConfigFlowResult, **answers: Any
) -> ConfigFlowResult:
    """Answer a form of a card."""
    result = await hass.config_entries.flow.async_configure(result["flow_id"], answers)
    return await flows.skip_profile(hass, result)


def cards(hass: HomeAssistant) -> list[str]:
    """Return the names on the cards that are shown."""
    return [
        flow["context"]["title_placeholders"]["name"]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    ]


def unique_ids(hass: HomeAssistant) -> list[str | None]:
    """Return what tells the cards that are shown from each other."""
    return [
        flow["context"].get("unique_id")
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    ]


async def test_first_meter_of_a_new_household(
    wattwise: HomeAssistant, socket: Socket
) -> None:
    """A card leads to a meter and, where there is none, to a household for it."""
    hass = wattwise
    result = await announce(hass, socket)
    assert cards(hass) == ["Energy socket"]
    assert result["step_id"] == "discovered"
    assert result["description_placeholders"] == {
        "device": "Energy socket",
        "values": "- Power: 412 W\n- Energy used or imported: 1,234.5 kWh\n"
        "- Voltage L1: 230.1 V",
    }
    assert result["data_schema"] is not None
    assert not result["data_schema"].schema

    result = await submit(hass, result)
    assert result["step_id"] == "found_meter"
    assert flows.suggested(result, CONF_NAME) == "Energy socket"
    assert flows.suggested(result, CONF_ROLE) == "grid"
    result = await submit(hass, result, name="Main", role="grid", adjust=False)
    assert result["step_id"] == "user"
    result = await submit(hass, result, **HOUSEHOLD)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    assert entry.title == "Maple Street"
    assert entry.unique_id != "aabbccddee01"
    (meter,) = entry.subentries.values()
    assert (meter.title, meter.unique_id) == ("Main", "aabbccddee01")
    assert meter.data[CONF_SOURCE] == SOURCE_HTTP
    await leave(hass)


async def test_meter_of_a_known_household(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """The user chooses the household; the flow ends with a word about it."""
    result = await announce(hass, socket)
    options = flows_field(result, "household").config["options"]
    assert options == [
        {"value": household.entry_id, "label": "Maple Street"},
        {"value": "new", "label": "new"},
    ]
    result = await submit(hass, result, household=household.entry_id)
    result = await submit(hass, result, name="Fridge", role="appliance", adjust=True)
    assert result["step_id"] == "mapping"
    answers = {str(key): key.default() for key in result["data_schema"].schema}
    result = await submit(
        hass, result, **answers | {"power_w · 412 W": "power:W:reversed"}
    )
    assert result["description_placeholders"]["values"].startswith("- Power: -412 W")
    result = await submit(hass, result, name="Fridge", role="appliance", adjust=False)

    assert result["type"] is FlowResultType.ABORT
    assert result["reason"] == "meter_added"
    assert result["description_placeholders"] == {
        "household": "Maple Street",
        "meters": "Fridge",
    }
    assert meter_named(household, "Fridge").unique_id == "aabbccddee01"

    # Neither is it proposed again, whatever its address is now.
    meter = meter_named(household, "Fridge")
    moved = {**meter.data, CONF_HOST: "127.0.0.9"}
    hass.config_entries.async_update_subentry(household, meter, data=moved)
    result = await announce(hass, socket)
    assert result["reason"] == "already_configured"
    assert meter.data[CONF_HOST] == LOOPBACK
    await leave(hass)


async def test_new_household_beside_others(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A second home begins with its meter; a name that is taken is refused."""
    result = await announce(hass, socket)
    result = await submit(hass, result, household="new")
    result = await submit(hass, result, name="Main", role="grid", adjust=False)
    result = await submit(hass, result, **HOUSEHOLD)
    assert result["errors"] == {CONF_NAME: "name_taken"}
    result = await submit(hass, result, **HOUSEHOLD | {CONF_NAME: "Lake Road"})

    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert [m.title for m in result["result"].subentries.values()] == ["Main"]
    assert not household.subentries
    await leave(hass)


async def test_ignored_device(wattwise: HomeAssistant, socket: Socket) -> None:
    """What was ignored is not proposed again, nor asked for anything."""
    await announce(wattwise, socket, serial="aabbccddee01")
    assert unique_ids(wattwise) == ["aabbccddee01"]
    await discover(
        wattwise,
        SOURCE_IGNORE,
        {"unique_id": "aabbccddee01", "title": "Energy socket"},
    )
    assert cards(wattwise) == []
    asked = len(socket.asked)

    result = await announce(wattwise, socket, serial="aabbccddee01")

    assert result["reason"] == "already_configured"
    assert len(socket.asked) == asked
    result = await announce(wattwise, socket)
    assert result["reason"] == "already_configured"


async def test_one_card_for_all_ways(
    home: HomeAssistant, socket: Socket, device: Publisher
) -> None:
    """A device that is discovered twice has one card."""
    socket.mac = "A0B1C2D3E4F5"
    device.publish("cellar/meter", VALUES, retain=True)
    first = await announce(home, socket)
    assert first["step_id"] == "discovered"

    second = await announce_by_mqtt(home)

    assert second["reason"] == "already_in_progress"
    assert cards(home) == ["Energy socket"]


async def test_card_is_withdrawn(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """Who adds a device by hand does not see its card any longer."""
    card = await announce(hass, socket)
    late = await submit(hass, card, household=household.entry_id)
    assert cards(hass) == ["Energy socket"]

    result = await begin(hass, household, "http")
    address = f"{LOOPBACK}:{socket.endpoint.port}"
    result = await submit_meter(hass, result, host=address)
    await submit_meter(hass, result, name="Fridge", role="appliance", adjust=False)

    assert cards(hass) == []
    assert late["step_id"] == "found_meter"
    await leave(hass)


async def test_added_elsewhere_while_the_card_is_shown(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A card that comes too late ends with the reason."""
    card = await announce(hass, socket)
    result = await submit(hass, card, household=household.entry_id)
    await submit(hass, result, name="Fridge", role="appliance", adjust=False)
    fridge = meter_named(household, "Fridge")
    await leave(hass)
    hass.config_entries.async_remove_subentry(household, fridge.subentry_id)
    card = await announce(hass, socket)
    hass.config_entries.async_add_subentry(household, fridge)

    result = await submit(hass, card, household=household.entry_id)

    assert result["reason"] == "already_a_meter"


async def test_added_elsewhere_meanwhile(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """Even then a device is no meter twice."""
    card = await announce(hass, socket)
    card = await submit(hass, card, household=household.entry_id)
    await submit(hass, card, name="Fridge", role="appliance", adjust=False)
    fridge = meter_named(household, "Fridge")
    await leave(hass)
    hass.config_entries.async_remove_subentry(household, fridge.subentry_id)
    card = await announce(hass, socket)
    card = await submit(hass, card, household=household.entry_id)
    hass.config_entries.async_add_subentry(household, fridge)

    result = await submit(hass, card, name="Twin", role="appliance", adjust=False)

    assert result["reason"] == "already_configured"


async def test_password(hass: HomeAssistant, household: MockConfigEntry) -> None:
    """A device with a password has its card; the circuits follow the password."""
    async with TwoRelays(digest("admin", "secret")) as relays:
        info = announcement(
            relays.endpoint.port,
            "_shelly._tcp.local.",
            "shellypro2pm-aabbccddee01",
            gen="2",
        )
        result = await discover(hass, SOURCE_ZEROCONF, info)
        assert result["step_id"] == "credentials"
        assert cards(hass) == ["Fuse box"]
        assert unique_ids(hass) == ["aabbccddee01"]
        assert set(result["data_schema"].schema) == {"username", "password"}
        again = await discover(hass, SOURCE_ZEROCONF, info)
        assert again["reason"] == "already_in_progress"
        result = await submit(hass, result, username="admin", password="wrong")
        assert result["errors"] == {"base": "invalid_auth"}
        result = await submit(hass, result, username="admin", password="secret")

        assert result["step_id"] == "discovered"
        assert cards(hass) == ["Fuse box"]
        values = result["description_placeholders"]["values"]
        assert values.startswith("- Fuse box 1: Power: 412 W")
        assert "\n- Fuse box 2: Power: 8 W" in values
        result = await submit(hass, result, household="new")
        assert result["step_id"] == "circuits"
        keys = [o["value"] for o in flows_field(result, "circuits").config["options"]]
        result = await submit(hass, result, circuits=keys)
        result = await submit(hass, result, name="House", role="grid", adjust=False)
        (house,) = flows_field(result, CONF_PARENT).config["options"]
        result = await submit(
            hass,
            result,
            name="Boiler",
            role="appliance",
            parent=house["value"],
            adjust=False,
        )
        result = await submit(hass, result, **HOUSEHOLD | {CONF_NAME: "Lake Road"})

        entry = result["result"]
        meters = {meter.title: meter for meter in entry.subentries.values()}
        assert set(meters) == {"House", "Boiler"}
        boiler = meters["Boiler"]
        assert boiler.data[CONF_PARENT] == meters["House"].subentry_id
        assert boiler.data[CONF_PASSWORD] == "secret"
        await leave(hass)


async def test_button(
    hass: HomeAssistant, household: MockConfigEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device is asked for its token only once its card is opened."""
    kind = "_homewizard._tcp.local."
    # The device announces the usual port of HTTPS, which is not free for tests.
    monkeypatch.setattr(http_probe, "_ANNOUNCED_PORT", {kind})
    async with HomeWizardP1V2() as device:
        info = announcement(device.endpoint.port, kind, "p1meter-DDEE01")
        result = await discover(hass, SOURCE_ZEROCONF, info)
        assert result["step_id"] == "press_button"
        assert cards(hass) == ["p1meter-DDEE01"]
        device.press_button()
        flow_id = result["flow_id"]
        result = await hass.config_entries.flow.async_configure(flow_id)
        assert not result["errors"]
        device.press_button()
        result = await submit(hass, result)

        assert result["step_id"] == "discovered"
        assert cards(hass) == ["P1 meter"]
        assert unique_ids(hass) == ["aabbccddee01"]
        result = await submit(hass, result, household=household.entry_id)
        await submit(hass, result, name="Main", role="grid", adjust=False)
        (token,) = device.users.values()
        assert meter_named(household, "Main").data[CONF_TOKEN] == token
        await leave(hass)


async def test_announced_port(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A device that answers at another port is followed there."""
    result = await announce(hass, socket)
    result = await submit(hass, result, household=household.entry_id)
    await submit(hass, result, name="Fridge", role="appliance", adjust=False)
    await leave(hass)
    meter = meter_named(household, "Fridge")
    assert meter.data[CONF_PORT] == socket.endpoint.port

    for port, kind, known in (
        (8080, "_hwenergy._tcp.local.", 8080),
        (443, "_homewizard._tcp.local.", 8080),
        (None, "_hwenergy._tcp.local.", 8080),
        (80, "_hwenergy._tcp.local.", None),
    ):
        info = announcement(port, kind, serial="aabbccddee01")
        result = await discover(hass, SOURCE_ZEROCONF, info)
        assert result["reason"] == "already_configured"
        assert meter_named(household, "Fridge").data.get(CONF_PORT) == known


async def test_password_of_an_unknown_device(wattwise: HomeAssistant) -> None:
    """A device that says nothing before its password is known by its announcement."""
    async with TwoRelays(digest("admin", "secret")) as relays:
        relays.open_paths = ()
        info = announcement(
            relays.endpoint.port, "_shelly._tcp.local.", "kitchen", gen="2"
        )
        result = await discover(wattwise, SOURCE_ZEROCONF, info)
        assert result["step_id"] == "credentials"
        assert unique_ids(wattwise) == ["kitchen"]
        again = await discover(wattwise, SOURCE_ZEROCONF, info)
        assert again["reason"] == "already_in_progress"

        result = await submit(wattwise, result, username="admin", password="secret")
        assert result["step_id"] == "discovered"
        assert unique_ids(wattwise) == ["aabbccddee01"]


async def test_what_makes_no_card(wattwise: HomeAssistant, socket: Socket) -> None:
    """Other devices, those that measure nothing, and those that do not answer."""
    port = socket.endpoint.port
    for info, reason in (
        (announcement(port, "_printer._tcp.local."), "not_a_meter"),
        (
            announcement(port, "_esphomelib._tcp.local.", project_name="wattwise.x"),
            "not_a_meter",
        ),
        (announcement(port, "_shelly._tcp.local.", gen="2"), "cannot_connect"),
    ):
        result = await discover(wattwise, SOURCE_ZEROCONF, info)
        assert result["type"] is FlowResultType.ABORT
        assert result["reason"] == reason
    # Its owner has switched the interface off: no password would help.
    socket.guard = basic("no", "body")
    result = await announce(wattwise, socket)
    assert result["reason"] == "cannot_connect"
    socket.guard = None
    socket.measures = False
    result = await announce(wattwise, socket)
    assert result["reason"] == "not_a_meter"
    await socket.switch_off()
    result = await announce(wattwise, socket)
    assert result["reason"] == "cannot_connect"
    assert cards(wattwise) == []


async def test_address_by_dhcp(
    hass: HomeAssistant, household: MockConfigEntry, socket: Socket
) -> None:
    """A router's word is enough for a meter to be followed."""
    result = await announce(hass, socket)
    result = await submit(hass, result, household=household.entry_id)
    await submit(hass, result, name="Fridge", role="appliance", adjust=False)
    await leave(hass)

    info = DhcpServiceInfo("127.0.0.2", "energysocket", "aabbccddee01")
    result = await discover(hass, SOURCE_DHCP, info)
    assert result["reason"] == "already_configured"
    assert meter_named(household, "Fridge").data[CONF_HOST] == "127.0.0.2"
    info = DhcpServiceInfo("127.0.0.2", "phone", "aabbccddee99")
    result = await discover(hass, SOURCE_DHCP, info)
    assert result["reason"] == "not_a_meter"


async def test_announced_on_the_broker(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """A meter over MQTT is added, and followed to other topics."""
    device.publish("cellar/meter", VALUES, retain=True)
    result = await announce_by_mqtt(home)
    assert result["step_id"] == "discovered"
    assert cards(home) == ["Cellar"]
    result = await submit(home, result, household=household.entry_id)
    result = await submit(home, result, name="Main", role="grid", adjust=False)
    assert result["reason"] == "meter_added"
    meter = meter_named(household, "Main")
    assert meter.data[CONF_SOURCE] == SOURCE_MQTT

    moved = '{"id": "A0:B1:C2:D3:E4:F5", "name": "Cellar", "topic": "attic/meter"}'
    result = await announce_by_mqtt(home, payload=moved)
    assert result["reason"] == "already_configured"
    address = meter_named(household, "Main").data[CONF_ADDRESS]
    assert address["topic"] == "attic/meter"
    for payload in ("", "{}", "?"):
        result = await announce_by_mqtt(home, payload=payload)
        assert result["reason"] == "not_a_meter"
    await leave(home)


async def test_announced_by_a_meter_that_is_asked(
    home: HomeAssistant, household: MockConfigEntry, socket: Socket, device: Publisher
) -> None:
    """Each circuit of a device keeps its way: only MQTT meters follow topics."""
    socket.mac = "A0B1C2D3E4F5"
    result = await announce(home, socket)
    result = await submit(home, result, household=household.entry_id)
    await submit(home, result, name="Fridge", role="appliance", adjust=False)
    device.publish("cellar/meter", VALUES, retain=True)

    result = await announce_by_mqtt(home)

    assert result["reason"] == "already_configured"
    assert meter_named(household, "Fridge").data[CONF_ADDRESS] == {}


async def test_announced_without_values(
    home: HomeAssistant,
    household: MockConfigEntry,
    device: Publisher,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A meter that sends every few minutes has its card at once."""
    patience = "custom_components.wattwise.sources.mqtt.listen._FIRST_VALUES_SECONDS"
    monkeypatch.setattr(patience, 0.5)
    result = await announce_by_mqtt(home)
    assert result["step_id"] == "silent_device"
    assert cards(home) == ["Cellar"]
    result = await submit(home, result)
    assert result["errors"] == {"base": "nothing_told_yet"}
    device.publish("cellar/meter", VALUES, retain=True)
    monkeypatch.setattr(patience, 20.0)
    result = await submit(home, result)

    assert result["step_id"] == "discovered"


async def test_announced_while_the_broker_is_away(wattwise: HomeAssistant) -> None:
    """Nothing can be said of a device that cannot be heard."""
    result = await announce_by_mqtt(wattwise)

    assert result["reason"] == "not_a_meter"


async def test_node_with_our_firmware(
    hass: HomeAssistant, household: MockConfigEntry
) -> None:
    """It is read through ESPHome's entities, which have to be there first."""
    info = announcement(
        6053,
        "_esphomelib._tcp.local.",
        "pump",
        mac=IDENTITY,
        friendly_name="Pump",
        project_name="wattwise.pzem",
    )
    result = await discover(hass, SOURCE_ZEROCONF, info)
    assert result["step_id"] == "esphome_first"
    assert result["description_placeholders"] == {"device": "Pump"}
    assert cards(hass) == ["Pump"]
    result = await submit(hass, result)
    assert result["errors"] == {"base": "not_in_esphome_yet"}
    node = Node(hass)
    result = await submit(hass, result)
    assert result["errors"] == {"base": "not_in_esphome_yet"}
    power = node.sensor("power", "W", "power")
    again = await discover(
        hass, SOURCE_INTEGRATION_DISCOVERY, {"device_id": node.device.id}
    )
    assert again["reason"] == "already_in_progress"
    result = await submit(hass, result)

    assert result["step_id"] == "discovered"
    assert result["description_placeholders"]["values"] == "- Power: 412 W"
    result = await submit(hass, result, household=household.entry_id)
    assert result["step_id"] == "channels"
    assert flows.suggested(result, CONF_NAME) == "Pump"
    assert flows.suggested(result, "power") == power.entity_id
    wrong = await submit(
        hass, result, name="", role="appliance", power=power.entity_id, **EMPTY
    )
    assert wrong["errors"] == {CONF_NAME: "name_needed"}
    result = await submit(
        hass, result, name="Pump", role="appliance", power=power.entity_id, **EMPTY
    )
    assert result["reason"] == "meter_added"
    meter = meter_named(household, "Pump")
    assert meter.data[CONF_SOURCE] == SOURCE_ENTITIES
    assert meter.data[CONF_ENTITIES] == {"power": power.id}

    for source, data in (
        (SOURCE_ZEROCONF, info),
        (SOURCE_INTEGRATION_DISCOVERY, {"device_id": node.device.id}),
    ):
        result = await discover(hass, source, data)
        assert result["reason"] == "already_configured"


EMPTY: dict[str, Any] = {"phases": {}, "more": {}}


async def test_node_with_hidden_sensors(wattwise: HomeAssistant) -> None:
    """What a node does not show by default is offered to be switched on."""
    hass = wattwise
    node = Node(hass)
    power = node.sensor("power", "W", None)
    node.sensor("voltage", "var", "voltage")
    node.sensor("current", "A", "current", None)
    energy = node.sensor(
        "energy",
        "kWh",
        "energy",
        disabled_by=er.RegistryEntryDisabler.INTEGRATION,
        capabilities={"state_class": "total_increasing"},
    )
    result = await discover(
        hass, SOURCE_INTEGRATION_DISCOVERY, {"device_id": node.device.id}
    )
    assert result["step_id"] == "discovered"
    assert result["description_placeholders"]["values"] == "- Power: 412 W"
    result = await submit(hass, result)
    assert result["step_id"] == "enable_sensors"
    assert result["description_placeholders"] == {"device": "Pump", "sensors": "energy"}
    result = await submit(hass, result, enable_sensors=True)
    assert result["step_id"] == "channels"
    assert flows.suggested(result, "energy_import") == energy.entity_id
    result = await submit(
        hass,
        result,
        name="Pump",
        role="appliance",
        power=power.entity_id,
        energy_import=energy.entity_id,
        **EMPTY,
    )
    result = await submit(hass, result, **HOUSEHOLD)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    (meter,) = result["result"].subentries.values()
    assert meter.data[CONF_ENTITIES] == {"power": power.id, "energy_import": energy.id}
    entity = er.async_get(hass).async_get(energy.entity_id)
    assert entity is not None
    assert entity.disabled_by is None


async def test_hidden_sensors_stay_hidden(wattwise: HomeAssistant) -> None:
    """Who does not want them switched on has a meter without them."""
    node = Node(wattwise)
    node.sensor("power", "W", "power")
    hidden = {"disabled_by": er.RegistryEntryDisabler.INTEGRATION}
    energy = node.sensor(
        "energy",
        "kWh",
        "energy",
        capabilities={"state_class": "total_increasing"},
        **hidden,
    )
    data = {"device_id": node.device.id}
    result = await discover(wattwise, SOURCE_INTEGRATION_DISCOVERY, data)
    result = await submit(wattwise, result)
    result = await submit(wattwise, result, enable_sensors=False)

    assert flows.suggested(result, "energy_import") is None
    entity = er.async_get(wattwise).async_get(energy.entity_id)
    assert entity is not None
    assert entity.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_devices_without_a_meter(wattwise: HomeAssistant) -> None:
    """Nodes that measure something else, and devices that are gone."""
    node = Node(wattwise)
    node.sensor("voltage", "V", "voltage")
    for device_id in (node.device.id, "gone"):
        result = await discover(
            wattwise, SOURCE_INTEGRATION_DISCOVERY, {"device_id": device_id}
        )
        assert result["reason"] == "not_a_meter"


async def test_meter_made_of_entities_is_not_proposed_by_others(
    home: HomeAssistant, household: MockConfigEntry, device: Publisher
) -> None:
    """A device is known by its address, also where its entities are the meter."""
    node = Node(home, "a0:b1:c2:d3:e4:f5")
    node.sensor("power", "W", "power")
    data = {"device_id": node.device.id}
    result = await discover(home, SOURCE_INTEGRATION_DISCOVERY, data)
    result = await submit(home, result, household=household.entry_id)
    power = flows.suggested(result, "power")
    result = await submit(
        home, result, name="Pump", role="appliance", power=power, **EMPTY
    )
    assert result["reason"] == "meter_added"

    device.publish("cellar/meter", VALUES, retain=True)
    result = await announce_by_mqtt(home)
    assert result["reason"] == "already_configured"


def flows_field(result: ConfigFlowResult, name: str) -> Any:
    """Return the selector of a field."""
    assert result["data_schema"] is not None
    return result["data_schema"].schema[name]
