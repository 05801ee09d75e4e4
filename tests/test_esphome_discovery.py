"""ESPHome devices that measure are proposed as meters, each once."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.wattwise.const import (
    CONF_DEVICE,
    CONF_SOURCE,
    DOMAIN,
    SOURCE_MQTT,
    SUBENTRY_TYPE_METER,
)
from custom_components.wattwise.esphome_discovery import (
    SCAN_DELAY_SECONDS,
    EsphomeMeter,
    async_esphome_meter,
)
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.config_entries import (
    SOURCE_IGNORE,
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigSubentryData,
)
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

from .homes import async_add_household, entity_meter

MAC = "98:35:69:ab:f6:79"
IDENTITY = "983569abf679"


class Node:
    """An ESPHome node as its integration registers it."""

    def __init__(self, hass: HomeAssistant, mac: str = MAC, name: str = "Pump") -> None:
        """Register the node without sensors."""
        self.hass = hass
        self.mac = mac
        self.entry = MockConfigEntry(domain="esphome", unique_id=mac, title=name)
        self.entry.add_to_hass(hass)
        self.device = dr.async_get(hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            connections={(dr.CONNECTION_NETWORK_MAC, mac)},
            name=name,
        )

    def part(self, number: int) -> dr.DeviceEntry:
        """Register a part of the node, as `esphome: devices:` makes them."""
        return dr.async_get(self.hass).async_get_or_create(
            config_entry_id=self.entry.entry_id,
            identifiers={("esphome", f"{self.mac.upper()}_{number}")},
            name=f"Circuit {number}",
        )

    def sensor(
        self,
        key: str,
        unit: str | None,
        device_class: str | None,
        value: float | None = 412.0,
        *,
        device: dr.DeviceEntry | None = None,
        **registered: Any,
    ) -> er.RegistryEntry:
        """Register a sensor of the node and let it show a value."""
        entity = er.async_get(self.hass).async_get_or_create(
            "sensor",
            "esphome",
            f"{self.mac.upper()}-sensor-{key}",
            config_entry=self.entry,
            device_id=(device or self.device).id,
            object_id_base=key,
            original_device_class=device_class,
            original_name=key,
            unit_of_measurement=unit,
            **registered,
        )
        if value is not None and entity.disabled_by is None:
            attributes = {"unit_of_measurement": unit, "device_class": device_class}
            self.hass.states.async_set(entity.entity_id, str(value), attributes)
        return entity


async def settle(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the time pass after which registries are looked at."""
    await hass.async_block_till_done()
    freezer.tick(timedelta(seconds=SCAN_DELAY_SECONDS + 1))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def cards(hass: HomeAssistant) -> dict[str, str]:
    """Return the proposed meters: the device of each unique id."""
    return {
        flow["context"]["unique_id"]: flow["context"]["discovery_key"].key[1]
        for flow in hass.config_entries.flow.async_progress_by_handler(DOMAIN)
        if flow["context"]["source"] == SOURCE_INTEGRATION_DISCOVERY
    }


async def test_a_node_is_proposed(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """One that joins with a sensor of power becomes one card, by its MAC."""
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}
    node = Node(wattwise)
    node.sensor("power", "W", "power")
    node.sensor("voltage", "V", "voltage", 230.1)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}
    assert async_esphome_meter(wattwise, node.device.id) == EsphomeMeter(
        node.device.id, IDENTITY
    )

    node.sensor("energy", "kWh", "energy", 1234.5)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}


async def test_nodes_are_proposed_after_a_start(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nothing is proposed while Home Assistant is still starting."""
    hass.set_state(CoreState.starting)
    assert await async_setup_component(hass, DOMAIN, {})
    node = Node(hass)
    node.sensor("power", "W", "power")
    await settle(hass, freezer)
    assert cards(hass) == {}

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass, freezer)
    assert cards(hass) == {IDENTITY: node.device.id}


@pytest.mark.parametrize(
    ("unit", "device_class", "registered"),
    [
        ("W", None, {}),
        ("kWh", None, {"capabilities": {"state_class": "total_increasing"}}),
        ("W", "power", {"disabled_by": er.RegistryEntryDisabler.INTEGRATION}),
    ],
)
async def test_what_counts_as_a_sensor_of_a_meter(
    wattwise: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    unit: str,
    device_class: str | None,
    registered: dict[str, Any],
) -> None:
    """The unit where the class is missing; what a node does not show counts too."""
    node = Node(wattwise)
    node.sensor("value", unit, device_class, **registered)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}


async def test_what_is_no_meter(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Other sensors, other integrations and disabled devices are left alone."""
    node = Node(wattwise)
    node.sensor("voltage", "V", "voltage")
    node.sensor("reactive", "W", "reactive_power")
    node.sensor("power", "W", "power", disabled_by=er.RegistryEntryDisabler.USER)
    other = MockConfigEntry(domain="other")
    other.add_to_hass(wattwise)
    er.async_get(wattwise).async_get_or_create(
        "sensor",
        "other",
        "power",
        config_entry=other,
        device_id=dr.async_get(wattwise)
        .async_get_or_create(
            config_entry_id=other.entry_id, identifiers={("other", "1")}
        )
        .id,
        original_device_class="power",
        unit_of_measurement="W",
    )
    asleep = Node(wattwise, "98:35:69:ab:f6:00")
    asleep.sensor("power", "W", "power")
    dr.async_get(wattwise).async_update_device(
        asleep.device.id, disabled_by=dr.DeviceEntryDisabler.USER
    )
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}
    assert async_esphome_meter(wattwise, node.device.id) is None

    dr.async_get(wattwise).async_update_device(asleep.device.id, disabled_by=None)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {"983569abf600": asleep.device.id}


async def test_parts_of_a_node(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A node with parts gets one card for each part that measures."""
    node = Node(wattwise)
    first, second = node.part(1), node.part(2)
    node.sensor("power_1", "W", "power", device=first)
    node.sensor("power_2", "W", "power", device=second)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {
        f"{IDENTITY}-1": first.id,
        f"{IDENTITY}-2": second.id,
    }


async def test_a_meter_is_not_proposed_again(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Not when one of its sensors feeds a meter; again when the meter is removed."""
    node = Node(wattwise)
    power = node.sensor("power", "W", "power")
    node.sensor("energy", "kWh", "energy")
    entry = await async_add_household(
        wattwise, entity_meter({Channel.POWER.value: power.id})
    )
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}

    (subentry_id,) = entry.subentries
    wattwise.config_entries.async_remove_subentry(entry, subentry_id)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}


async def test_the_card_goes_when_the_meter_was_added_by_hand(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """There is nothing left to propose."""
    node = Node(wattwise)
    power = node.sensor("power", "W", "power")
    entry = await async_add_household(wattwise)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}

    wattwise.config_entries.async_add_subentry(
        entry, entity_meter({Channel.POWER.value: power.id})
    )
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}


async def test_the_card_goes_with_the_node(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Removing the node, or its last sensor of power, takes the card down."""
    first, second = Node(wattwise), Node(wattwise, "98:35:69:ab:f6:00")
    first.sensor("power", "W", "power")
    power = second.sensor("power", "W", "power")
    await settle(wattwise, freezer)
    assert cards(wattwise).keys() == {IDENTITY, "983569abf600"}

    await wattwise.config_entries.async_remove(first.entry.entry_id)
    await settle(wattwise, freezer)
    assert cards(wattwise).keys() == {"983569abf600"}

    er.async_get(wattwise).async_remove(power.entity_id)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}


async def test_an_ignored_meter_stays_away(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Until the user wants to see it again."""
    node = Node(wattwise)
    node.sensor("power", "W", "power")
    await settle(wattwise, freezer)
    await wattwise.config_entries.flow.async_init(
        DOMAIN,
        context={"source": SOURCE_IGNORE},
        data={"unique_id": IDENTITY, "title": "Pump"},
    )
    node.sensor("energy", "kWh", "energy")
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}

    ignored = wattwise.config_entries.async_entry_for_domain_unique_id(DOMAIN, IDENTITY)
    assert ignored is not None
    await wattwise.config_entries.async_remove(ignored.entry_id)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}


async def test_a_meter_over_another_transport(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A node that is a meter over MQTT is no second one over ESPHome."""
    household = MockConfigEntry(
        domain=DOMAIN,
        subentries_data=[
            ConfigSubentryData(
                data={CONF_SOURCE: SOURCE_MQTT, CONF_DEVICE: IDENTITY},
                subentry_type=SUBENTRY_TYPE_METER,
                title="Pump",
                unique_id=IDENTITY,
            )
        ],
    )
    household.add_to_hass(wattwise)
    Node(wattwise).sensor("power", "W", "power")
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}


async def test_a_card_that_is_being_filled_in_stays(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Nobody's form is closed before their eyes."""
    node = Node(wattwise)
    power = node.sensor("power", "W", "power")
    await async_add_household(wattwise)
    await settle(wattwise, freezer)
    (flow,) = wattwise.config_entries.flow.async_progress_by_handler(DOMAIN)
    await wattwise.config_entries.flow.async_configure(flow["flow_id"], {})

    er.async_get(wattwise).async_remove(power.entity_id)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}


async def test_a_device_without_address(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What cannot be told from others could be proposed again and again."""
    node = Node(wattwise)
    nameless = dr.async_get(wattwise).async_get_or_create(
        config_entry_id=node.entry.entry_id, identifiers={("esphome", "thing")}
    )
    node.sensor("power", "W", "power", device=nameless)
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}
    assert async_esphome_meter(wattwise, nameless.id) is None


async def test_changes_that_decide_nothing(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A new name does not make anything be looked at; another class does."""
    node = Node(wattwise)
    value = node.sensor("value", "VA", "apparent_power")
    await settle(wattwise, freezer)
    registry = er.async_get(wattwise)
    registry.async_update_entity(value.entity_id, name="Apparent")
    await settle(wattwise, freezer)
    assert cards(wattwise) == {}

    registry.async_update_entity(value.entity_id, device_class="power")
    await settle(wattwise, freezer)
    assert cards(wattwise) == {IDENTITY: node.device.id}
