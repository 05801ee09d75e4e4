"""By what devices of the registry are known, and which of them are meters."""

from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import DOMAIN
from custom_components.wattwise.flows.known_devices import (
    async_is_meter,
    async_is_registered_meter,
    async_keys_of_device,
)
from custom_components.wattwise.sources.device_settings import (
    DeviceSettings,
    HttpEndpoint,
)
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..homes import entity_meter, http_meter

MAC = "aabbccddeeff"


@pytest.mark.parametrize(
    ("identifier", "keys"),
    [
        ("AA:BB:CC:DD:EE:FF", {MAC}),
        ("AABBCCDDEEFF", {MAC}),
        ("shellyplug-s-AABBCCDDEEFF", {MAC}),
        # Parts of a device.
        ("AA:BB:CC:DD:EE:FF_123", {MAC}),
        ("AABBCCDDEEFF-switch:0", {MAC}),
        ("AA:BB:CC:DD:EE:FF:00:11", {"aabbccddeeff0011"}),
        ("zigbee2mqtt_0x00158d0001a2b3c4", {"00158d0001a2b3c4"}),
        # Longer numbers, and ids that end like one.
        ("AA:BB:CC:DD:EE:FF:00", set()),
        ("123_AA:BB:CC:DD:EE", set()),
        ("AABBCCDDEEFF00", set()),
        ("550e8400-e29b-41d4-a716-AABBCCDDEEFF", set()),
        ("uuid:550e8400-e29b-41d4-a716-AABBCCDDEEFF", set()),
        ("meter", set()),
    ],
)
async def test_hardware_addresses(
    hass: HomeAssistant, identifier: str, keys: set[str]
) -> None:
    """A MAC or IEEE address in an identifier is recognised, and nothing else."""
    entry = MockConfigEntry(domain="plugs")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("plugs", identifier)}
    )

    assert async_keys_of_device(hass, device.id) == {device.id} | keys


def shelly(hass: HomeAssistant, mac: str = MAC) -> tuple[dr.DeviceEntry, str]:
    """Return a relay of several channels as registered, and its integration."""
    entry = MockConfigEntry(domain="shelly")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(mac))},
        identifiers={("shelly", mac.upper())},
    )
    return device, entry.entry_id


def a_sensor(hass: HomeAssistant, device_id: str, platform: str = "shelly") -> str:
    """Register a sensor of power on a device; returns what a meter keeps of it."""
    device = dr.async_get(hass).async_get(device_id)
    assert device is not None
    entry = hass.config_entries.async_get_entry(device.config_entry_id)
    return (
        er.async_get(hass)
        .async_get_or_create(
            "sensor",
            platform,
            f"{device_id}-power",
            config_entry=entry,
            device_id=device_id,
            original_device_class="power",
            unit_of_measurement="W",
        )
        .id
    )


def add_meter(hass: HomeAssistant, meter: ConfigSubentry) -> None:
    """Add a meter to a household of its own."""
    household = MockConfigEntry(domain=DOMAIN)
    household.add_to_hass(hass)
    hass.config_entries.async_add_subentry(household, meter)


async def test_a_channel_of_a_relay(hass: HomeAssistant) -> None:
    """A relay whose channel is a meter is not proposed again over another way."""
    device, entry_id = shelly(hass)
    channel = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry_id,
        identifiers={("shelly", "AABBCCDDEEFF-switch:0")},
        via_device_id=device.id,
    )
    add_meter(hass, entity_meter({"power": a_sensor(hass, channel.id)}))

    assert async_is_meter(hass, MAC)
    assert not async_is_meter(hass, "aabbccddee00")


@pytest.mark.parametrize("is_child", [False, True])
async def test_parts_without_an_address(hass: HomeAssistant, is_child: bool) -> None:
    """They are known by the address of the whole."""
    device, entry_id = shelly(hass)
    devices = dr.async_get(hass)
    part: dr.AnyDeviceEntry
    if is_child:
        part = devices.async_get_or_create_child(
            config_entry_id=entry_id,
            identifiers={("shelly", "left")},
            parent_device_id=device.id,
            name="Left",
        )
    else:
        part = devices.async_get_or_create(
            config_entry_id=entry_id,
            identifiers={("shelly", "left")},
            via_device_id=device.id,
        )
    assert async_keys_of_device(hass, part.id) == {part.id, MAC}


async def test_devices_behind_a_bridge(hass: HomeAssistant) -> None:
    """What has an address is not taken for the bridge, nor what others connect."""
    bridge, entry_id = shelly(hass)
    plug = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry_id,
        identifiers={("shelly", "0x00158d0001a2b3c4")},
        via_device_id=bridge.id,
    )
    assert async_keys_of_device(hass, plug.id) == {plug.id, "00158d0001a2b3c4"}

    other = MockConfigEntry(domain="plugs")
    other.add_to_hass(hass)
    foreign = dr.async_get(hass).async_get_or_create(
        config_entry_id=other.entry_id,
        identifiers={("plugs", "left")},
        via_device_id=bridge.id,
    )
    assert async_keys_of_device(hass, foreign.id) == {foreign.id}


async def test_parts_of_a_node_are_meters_of_their_own(hass: HomeAssistant) -> None:
    """One circuit that is a meter does not keep the others from being proposed."""
    esphome = MockConfigEntry(domain="esphome")
    esphome.add_to_hass(hass)
    devices = dr.async_get(hass)
    node = devices.async_get_or_create(
        config_entry_id=esphome.entry_id,
        connections={(dr.CONNECTION_NETWORK_MAC, dr.format_mac(MAC))},
    )
    one, two = (
        devices.async_get_or_create(
            config_entry_id=esphome.entry_id,
            identifiers={("esphome", f"AA:BB:CC:DD:EE:FF_{number}")},
            via_device_id=node.id,
        )
        for number in (1, 2)
    )
    sensors = {part.id: a_sensor(hass, part.id, "esphome") for part in (node, one, two)}
    add_meter(hass, entity_meter({"power": sensors[one.id]}))

    assert async_is_registered_meter(hass, one.id)
    assert not async_is_registered_meter(hass, two.id)
    assert not async_is_registered_meter(hass, node.id)
    # What the node sends by itself contains the circuit.
    assert async_is_meter(hass, MAC)


async def test_a_node_that_is_read_over_mqtt(hass: HomeAssistant) -> None:
    """Neither it nor its parts are proposed as devices of the registry."""
    esphome = MockConfigEntry(domain="esphome")
    esphome.add_to_hass(hass)
    part = dr.async_get(hass).async_get_or_create(
        config_entry_id=esphome.entry_id,
        identifiers={("esphome", "AA:BB:CC:DD:EE:FF_1")},
    )
    a_sensor(hass, part.id, "esphome")
    assert not async_is_registered_meter(hass, part.id)
    add_meter(
        hass,
        http_meter(
            HttpEndpoint("192.0.2.1"),
            DeviceSettings(MAC, "tasmota", {}, "", {}),
        ),
    )
    assert async_is_registered_meter(hass, part.id)


async def test_one_device_is_looked_at_alone(hass: HomeAssistant) -> None:
    """The keys of a device do not cost a look at all devices of all nodes."""
    parts = []
    for number in range(3):
        esphome = MockConfigEntry(domain="esphome")
        esphome.add_to_hass(hass)
        part = dr.async_get(hass).async_get_or_create(
            config_entry_id=esphome.entry_id,
            connections={(dr.CONNECTION_NETWORK_MAC, f"aa:bb:cc:dd:ee:{number:02x}")},
        )
        a_sensor(hass, part.id, "esphome")
        parts.append(part)
    with patch.object(er, "async_entries_for_config_entry", side_effect=AssertionError):
        keys = async_keys_of_device(hass, parts[1].id)
    assert keys == {parts[1].id, "aabbccddee01"}
