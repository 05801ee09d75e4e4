"""Devices of Home Assistant that measure several circuits, and the meters they make."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import CONF_ENTITIES
from homeassistant.config_entries import SOURCE_INTEGRATION_DISCOVERY
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from . import meter_flows as flows
from .meter_flows import household, meter_named
from .test_discovery_flow import EMPTY, HOUSEHOLD, discover, flows_field, submit
from .test_esphome_discovery import Node, cards, settle
from .translated_flows import translated_flows

__all__ = ["household", "translated_flows"]

type Clamps = dict[str, er.RegistryEntry]


class Board:
    """A board with three clamps, as our firmware names what it measures."""

    def __init__(self, hass: HomeAssistant, **energy: Any) -> None:
        """Register the board; `energy` is what the counters have besides."""
        self.node = Node(hass, name="Panel")
        self.power: Clamps = {}
        self.energy: Clamps = {}
        self.node.sensor("Frequency", "Hz", "frequency", 50.0)
        for number in (1, 2, 3):
            name = f"Clamp {number}"
            self.power[name] = self.node.sensor(
                f"{name} Power", "W", "power", 100.0 * number
            )
            self.energy[name] = self.node.sensor(
                f"{name} Energy import",
                "kWh",
                "energy",
                12.5,
                capabilities={"state_class": "total_increasing"},
                **energy,
            )

    async def discovered(self, hass: HomeAssistant) -> Any:
        """Return the card of the board."""
        data = {"device_id": self.node.device.id}
        return await discover(hass, SOURCE_INTEGRATION_DISCOVERY, data)

    def answers(self, name: str) -> dict[str, Any]:
        """Return what the form of a clamp is filled in with."""
        return {
            "name": name,
            "role": "appliance",
            "power": self.power[name].entity_id,
            "energy_import": self.energy[name].entity_id,
            **EMPTY,
        }


async def test_card_of_several_circuits(
    wattwise: HomeAssistant, household: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """One card; some of its circuits become meters, the rest is offered in the list."""
    hass = wattwise
    board = Board(hass)
    result = await board.discovered(hass)
    assert result["step_id"] == "discovered"
    assert result["description_placeholders"] == {
        "device": "Panel",
        "values": "\n".join(
            f"- Clamp {number}: Power: {number}00 W, "
            "Energy used or imported: 12.500 kWh, Frequency: 50.00 Hz"
            for number in (1, 2, 3)
        ),
    }
    result = await submit(hass, result, household=household.entry_id)
    assert result["step_id"] == "circuits"
    assert result["description_placeholders"] == {"device": "Panel"}
    options = flows_field(result, "circuits").config["options"]
    assert [option["label"].split(",")[0] for option in options] == [
        f"Clamp {number}: Power: {number}00 W" for number in (1, 2, 3)
    ]
    nothing = await submit(hass, result, circuits=[])
    assert nothing["errors"] == {"circuits": "choose_a_circuit"}
    chosen = [options[0]["value"], options[2]["value"]]
    assert chosen == [board.energy[n].entity_id for n in ("Clamp 1", "Clamp 3")]
    result = await submit(hass, result, circuits=chosen)

    assert flows.suggested(result, "name") == "Clamp 1"
    assert flows.suggested(result, "role") == "grid"
    result = await submit(hass, result, **board.answers("Clamp 1") | {"role": "grid"})
    assert result["step_id"] == "channels"
    assert flows.suggested(result, "name") == "Clamp 3"
    assert flows.suggested(result, "role") == "appliance"
    assert flows.suggested(result, "power") == board.power["Clamp 3"].entity_id
    again = await submit(
        hass, result, **board.answers("Clamp 1") | {"name": "Another name"}
    )
    assert again["errors"] == {"base": "meter_exists"}
    same_name = await submit(
        hass, result, **board.answers("Clamp 3") | {"name": "Clamp 1"}
    )
    assert same_name["errors"] == {"name": "name_taken"}
    result = await submit(hass, result, **board.answers("Clamp 3"))
    assert result["reason"] == "meter_added"
    assert result["description_placeholders"]["meters"] == "Clamp 1, Clamp 3"
    for name in ("Clamp 1", "Clamp 3"):
        meter = meter_named(household, name)
        assert meter.unique_id == f"entities-{board.energy[name].id}"
        assert meter.data[CONF_ENTITIES] == {
            "power": board.power[name].id,
            "energy_import": board.energy[name].id,
        }

    await settle(hass, freezer)
    assert cards(hass) == {}
    assert (await board.discovered(hass))["reason"] == "already_configured"
    listed = await flows.begin(hass, household, "entities")
    assert [
        o["label"] for o in flows.field(listed, "suggestion").config["options"]
    ] == [
        "Panel: Clamp 2 (3)",
        "none",
    ]
    rest = await flows.submit(
        hass, listed, suggestion=board.energy["Clamp 2"].entity_id
    )
    assert flows.suggested(rest, "name") == "Clamp 2"
    rest = await flows.submit(hass, rest, **board.answers("Clamp 2"))
    assert rest["type"] is FlowResultType.CREATE_ENTRY


async def test_card_in_a_new_household(wattwise: HomeAssistant) -> None:
    """All circuits become meters of the household that comes about with them."""
    board = Board(wattwise)
    result = await board.discovered(wattwise)
    result = await submit(wattwise, result)
    keys = [entry.entity_id for entry in board.energy.values()]
    result = await submit(wattwise, result, circuits=keys)
    for name in board.power:
        assert flows.suggested(result, "name") == name
        result = await submit(wattwise, result, **board.answers(name))
    result = await submit(wattwise, result, **HOUSEHOLD)

    assert result["type"] is FlowResultType.CREATE_ENTRY
    meters = result["result"].subentries.values()
    assert [meter.title for meter in meters] == ["Clamp 1", "Clamp 2", "Clamp 3"]


async def test_list_with_the_whole(
    wattwise: HomeAssistant, household: MockConfigEntry
) -> None:
    """A sum of the whole has the device's name; each part is a suggestion."""
    node = Node(wattwise, name="Vue")
    for name in ("Total", "Balance", "Circuit 1", "Circuit 2", "Circuit 10"):
        node.sensor(f"{name} Power", "W", "power")
        node.sensor(
            f"{name} Daily Energy",
            "kWh",
            "energy",
            capabilities={"state_class": "total_increasing"},
        )
    result = await flows.begin(wattwise, household, "entities")

    assert [
        o["label"] for o in flows.field(result, "suggestion").config["options"]
    ] == [
        "Vue (1)",
        "Vue: Balance (1)",
        "Vue: Circuit 1 (1)",
        "Vue: Circuit 2 (1)",
        "Vue: Circuit 10 (1)",
        "none",
    ]


@pytest.mark.parametrize("enable", [True, False])
async def test_sensors_that_change_while_a_form_is_open(
    wattwise: HomeAssistant, household: MockConfigEntry, enable: bool
) -> None:
    """Sensors that are renamed are found again, and those removed are left out."""
    hass, registry = wattwise, er.async_get(wattwise)
    board = Board(hass, disabled_by=er.RegistryEntryDisabler.INTEGRATION)
    result = await board.discovered(hass)
    result = await submit(hass, result, household=household.entry_id)
    keys = [o["value"] for o in flows_field(result, "circuits").config["options"]]
    registry.async_update_entity(
        board.power["Clamp 1"].entity_id, new_entity_id="sensor.oven_now"
    )
    result = await submit(hass, result, circuits=keys[:2])
    assert result["step_id"] == "enable_sensors"
    assert result["description_placeholders"] == {
        "device": "Panel",
        "sensors": "Clamp 1 Energy import, Clamp 2 Energy import",
    }
    registry.async_update_entity(
        board.energy["Clamp 1"].entity_id, new_entity_id="sensor.oven_counter"
    )
    registry.async_remove(board.energy["Clamp 2"].entity_id)
    hass.states.async_set("sensor.oven_now", "100", {"unit_of_measurement": "W"})
    result = await submit(hass, result, enable_sensors=enable)

    assert result["step_id"] == "channels"
    assert flows.suggested(result, "power") == "sensor.oven_now"
    counter = "sensor.oven_counter" if enable else None
    assert flows.suggested(result, "energy_import") == counter
    entry = registry.async_get("sensor.oven_counter")
    assert entry is not None
    assert (entry.disabled_by is None) is enable
    result = await submit(
        hass, result, name="Oven", role="grid", power="sensor.oven_now", **EMPTY
    )
    assert flows.suggested(result, "power") == board.power["Clamp 2"].entity_id
    assert flows.suggested(result, "energy_import") is None
    entry = registry.async_get(board.energy["Clamp 3"].entity_id)
    assert entry is not None
    assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION


async def test_single_circuit_is_not_asked_for(wattwise: HomeAssistant) -> None:
    """A meter with a single circuit has its form at once."""
    node = Node(wattwise)
    node.sensor("Power", "W", "power")
    data = {"device_id": node.device.id}
    result = await discover(wattwise, SOURCE_INTEGRATION_DISCOVERY, data)
    result = await submit(wattwise, result)
    assert result["step_id"] == "channels"
