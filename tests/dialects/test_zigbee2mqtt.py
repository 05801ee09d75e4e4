"""Zigbee devices by way of Zigbee2MQTT."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.dialects.contract.dialect import MqttFinding
from custom_components.wattwise.dialects.zigbee2mqtt import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import PlayedDevice, fixture, play

MQTT = DIALECT.mqtt
assert MQTT is not None
LIST = "zigbee2mqtt/bridge/devices"
PLUG = {
    "base": "zigbee2mqtt",
    "topic": "zigbee2mqtt/plug",
    "properties": {"power": ["power", "W"], "energy": ["energy", "kWh"]},
}


def played(name: str) -> PlayedDevice:
    """Return the only device of a fixture."""
    (device,) = play(DIALECT, fixture("zigbee2mqtt", name))
    return device


def numeric(name: str, unit: str | None = None, **more: Any) -> dict[str, Any]:
    """Return a property as the list of devices describes it."""
    described = {"type": "numeric", "name": name, "property": name, **more}
    return described if unit is None else {**described, "unit": unit}


def found(exposes: object, **more: Any) -> list[MqttFinding]:
    """Return what a list with one such device finds."""
    device = {
        "ieee_address": "0x00158d00018255df",
        "friendly_name": "device",
        "definition": {"model": "M", "vendor": "V", "exposes": exposes},
        **more,
    }
    search = MQTT.search()
    search.note(LIST, json.dumps([device]))
    return list(search.findings())


def test_a_plug_among_others() -> None:
    """Lamps, contacts with a battery and the coordinator are no meters."""
    device = played("normal")
    identity = device.identity
    assert identity.key == "a4c138b1e2c3d4e5"
    assert identity.name == "kitchen/dishwasher"
    assert (identity.model, identity.manufacturer) == ("TS011F_plug_1", "Tuya")
    assert identity.firmware == "1.0.8"
    assert MQTT.topics(device.address) == (
        "zigbee2mqtt/bridge/state",
        "zigbee2mqtt/kitchen/dishwasher/availability",
        "zigbee2mqtt/kitchen/dishwasher",
    )
    assert device.online is True
    assert device.values() == {
        Channel.POWER: 412.0,
        Channel.ENERGY_IMPORT: pytest.approx(1_234_560),
        Channel.VOLTAGE_L1: 231.0,
        Channel.CURRENT_L1: 1.82,
    }


def test_sockets_are_circuits() -> None:
    """Each with its endpoint; the voltage is common, the current in milliampere."""
    device = played("multi_channel")
    assert list(device.circuits) == ["l1", "l2"]
    assert device.values("l1") == {
        Channel.POWER: 10.5,
        Channel.ENERGY_IMPORT: 1_500.0,
        Channel.VOLTAGE_L1: 230.5,
        Channel.CURRENT_L1: pytest.approx(0.045),
        Channel.FREQUENCY: 50.01,
    }
    assert device.values("l2")[Channel.ENERGY_IMPORT] == 77_250.0
    assert device.values("l2")[Channel.CURRENT_L1] == pytest.approx(0.869)


def test_clamps_that_write_the_direction_beside_the_power() -> None:
    """Two parts at one voltage are circuits; what produces has a negative power."""
    device = played("two_clamps")
    assert list(device.circuits) == ["a", "b"]
    assert device.values("a") == {
        Channel.POWER: -350.5,
        Channel.ENERGY_IMPORT: 10_500.0,
        Channel.ENERGY_EXPORT: 300_750.0,
        Channel.VOLTAGE_L1: 231.5,
        Channel.CURRENT_L1: 1.6,
        Channel.FREQUENCY: 49.97,
        Channel.POWER_FACTOR: pytest.approx(0.95),
    }
    assert device.values("b")[Channel.POWER] == 120.0


def test_three_phases_with_the_whole() -> None:
    """Where the device adds up itself, its sums are taken."""
    device = played("three_phase")
    assert list(device.circuits) == [""]
    assert device.values() == {
        Channel.POWER: -300.0,
        Channel.ENERGY_IMPORT: 600_500.0,
        Channel.ENERGY_EXPORT: 6_250.0,
        Channel.VOLTAGE_L1: 231.1,
        Channel.VOLTAGE_L2: 229.4,
        Channel.VOLTAGE_L3: 232.7,
        Channel.CURRENT_L1: 2.2,
        Channel.CURRENT_L2: 3.9,
        Channel.CURRENT_L3: 0.5,
        Channel.FREQUENCY: 50.02,
        Channel.POWER_FACTOR: pytest.approx(0.93),
    }


def test_the_first_phase_has_no_name() -> None:
    """Then power is that of a phase, while the counters are those of all."""
    phases, with_sum = play(
        DIALECT, fixture("zigbee2mqtt", "three_phase_first_unnamed")
    )
    assert list(phases.circuits) == [""]
    assert phases.values() == {
        Channel.POWER: -300.0,
        Channel.ENERGY_IMPORT: 600_500.0,
        Channel.ENERGY_EXPORT: 6_250.0,
        Channel.VOLTAGE_L1: 231.1,
        Channel.VOLTAGE_L2: 229.4,
        Channel.VOLTAGE_L3: 232.7,
        Channel.CURRENT_L1: 2.2,
        Channel.CURRENT_L2: 3.9,
        Channel.CURRENT_L3: 0.5,
        Channel.CURRENT_N: 0.25,
        Channel.FREQUENCY: 50.02,
    }
    assert with_sum.values() == {
        Channel.POWER: -301.0,
        Channel.ENERGY_IMPORT: 600_500.0,
    }


def test_two_phases_by_their_voltages() -> None:
    """Parts that have a voltage each are phases, however many."""
    names = ("voltage_l1", "voltage_l2", "power_l1", "power_l2", "power", "energy")
    (finding,) = found([numeric(name) for name in names])
    keys = {name: key for name, (key, _) in finding.address["properties"].items()}
    assert keys == {
        "voltage_l1": "voltage.a",
        "voltage_l2": "voltage.b",
        "power_l1": "power.a",
        "power_l2": "power.b",
        "power": "power",
        "energy": "energy",
    }


def test_three_phases_that_count_separately() -> None:
    """Without a sum, there is one once all phases are known."""
    parts = [
        f"{name}_{phase}" for name in ("voltage", "power", "energy") for phase in "abc"
    ]
    (finding,) = found([numeric(part) for part in parts])
    state = dict.fromkeys(parts, 100.5) | {"energy_b": None}
    decoded = MQTT.decode(finding.address, "zigbee2mqtt/device", json.dumps(state))
    (circuit,) = DIALECT.circuits({field.key: field for field in decoded.fields})
    assert Channel.ENERGY_IMPORT not in circuit.channels
    decoded = MQTT.decode(
        finding.address, "zigbee2mqtt/device", json.dumps(state | {"energy_b": 2})
    )
    (circuit,) = DIALECT.circuits({field.key: field for field in decoded.fields})
    values = {field.key: field.value for field in decoded.fields}
    assert circuit.channels[Channel.ENERGY_IMPORT].value(values) == 203.0
    assert circuit.channels[Channel.POWER].value(values) == 301.5


def test_both_directions_in_watt_hours() -> None:
    """Units come from the list; produced energy is export."""
    device = played("export")
    assert device.values() == {
        Channel.POWER: -1500.5,
        Channel.ENERGY_IMPORT: 10_500.0,
        Channel.ENERGY_EXPORT: 2_250_500.0,
        Channel.VOLTAGE_L1: 235.5,
        Channel.CURRENT_L1: 6.4,
        Channel.POWER_FACTOR: pytest.approx(0.99),
    }


def test_a_device_gets_another_name() -> None:
    """The list gives the new topic; what was retained below the old one is old."""
    device = played("renamed")
    assert device.identity.key == "a4c138b1e2c3d4ec"
    assert device.identity.name == "heater"
    assert device.address["topic"] == "zigbee2mqtt/heater"
    assert device.values() == {Channel.POWER: 1999.0, Channel.ENERGY_IMPORT: 10_750.0}
    assert "+/bridge/devices" in MQTT.follow_topics("a4c138b1e2c3d4ec")


def test_a_device_that_left() -> None:
    """The list holds all devices each time."""
    search = MQTT.search()
    for message in fixture("zigbee2mqtt", "normal").messages:
        search.note(message.topic, message.payload)
    assert len(list(search.findings())) == 1
    search.note("other/bridge/devices", "[]")
    assert len(list(search.findings())) == 1
    search.note(LIST, "[]")
    assert list(search.findings()) == []


def test_a_counter_of_nought_is_handed_on() -> None:
    """Whether to believe it is not the dialect's to judge."""
    device = played("reboot")
    counter = [r.value for r in device.readings[""] if r.channel.is_energy]
    assert counter == pytest.approx([10_500, 0, 10_510])


@pytest.mark.parametrize(
    ("topic", "payload", "online"),
    [
        ("zigbee2mqtt/plug/availability", "online", True),
        ("zigbee2mqtt/plug/availability", "offline", False),
        ("zigbee2mqtt/plug/availability", '{"state":"online"}', True),
        ("zigbee2mqtt/plug/availability", '{"state":"offline"}', False),
        ("zigbee2mqtt/plug/availability", "", None),
        ("zigbee2mqtt/plug/availability", '{"state":1}', None),
        ("zigbee2mqtt/bridge/state", "offline", False),
        ("zigbee2mqtt/bridge/state", '{"state":"offline"}', False),
        ("zigbee2mqtt/bridge/state", "online", None),
        ("zigbee2mqtt/bridge/state", '{"state":"online"}', None),
    ],
)
def test_availability(topic: str, payload: str, online: bool | None) -> None:
    """In JSON or as a word; without the bridge no device is there."""
    decoded = MQTT.decode(PLUG, topic, payload)
    assert decoded.online is online
    assert (decoded.fields, decoded.refused) == ([], [])


def test_what_is_not_known_is_refused() -> None:
    """Null refuses its property, a message that is none all of it."""
    device = played("error_sentinel")
    assert [(item.key, item.reason) for item in device.refused] == [
        ("current", Refusal.NOT_A_NUMBER),
        ("voltage", Refusal.NOT_A_NUMBER),
        ("power", Refusal.NOT_A_NUMBER),
        ("", Refusal.MALFORMED),
    ]
    assert device.values()[Channel.ENERGY_IMPORT] == pytest.approx(10_510)


def test_old_version_below_another_base() -> None:
    """Without units the usual ones hold; numbers may be texts."""
    device = played("old_firmware")
    assert device.identity.key == "00158d00018255df"
    assert device.online is False
    assert device.values() == {
        Channel.POWER: 12.5,
        Channel.ENERGY_IMPORT: 3_250.0,
        Channel.VOLTAGE_L1: 229.0,
    }


def test_properties_within_features() -> None:
    """Some stand within those of a switch."""
    exposes = [{"type": "switch", "features": [numeric("power", "kW")]}]
    (finding,) = found(exposes)
    decoded = MQTT.decode(finding.address, "zigbee2mqtt/device", '{"power": 1.5}')
    (circuit,) = DIALECT.circuits({field.key: field for field in decoded.fields})
    assert circuit.channels[Channel.POWER].unit == "kW"
    assert circuit.energy_kind is EnergyKind.POWER


@pytest.mark.parametrize(
    "exposes",
    [
        None,
        {},
        [numeric("voltage", "mV"), numeric("battery", "%")],
        [numeric("power_reactive", "VAR"), numeric("power_on_behavior")],
        [numeric("energy", "m³")],
        [{"type": "enum", "name": "power", "property": "power"}],
    ],
)
def test_devices_that_measure_no_power(exposes: object) -> None:
    """They are not found."""
    assert found(exposes) == []


@pytest.mark.parametrize(
    "change",
    [
        {"ieee_address": None},
        {"ieee_address": "0x12"},
        {"disabled": True},
        {"friendly_name": "#"},
        {"friendly_name": "a/+/b"},
        {"definition": None},
    ],
)
def test_devices_that_cannot_be_read(change: dict[str, Any]) -> None:
    """Without an address, switched off, or with a name that stands for others."""
    assert found([numeric("power", "W")], **change) == []


_NAMES = [
    "ieee_address",
    "friendly_name",
    "definition",
    "exposes",
    "features",
    "property",
    "unit",
    "type",
]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["0x00158d00018255df", "power", "numeric", "power_l1", "W", "a"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*_NAMES, "power", "energy_flow", "state", "endpoint"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
TOPICS = st.sampled_from(
    [LIST, "zigbee2mqtt/plug", "zigbee2mqtt/plug/availability", "bridge/devices", ""]
)


@given(TOPICS, VALUES.map(json.dumps) | st.text(max_size=20), VALUES)
def test_nothing_raises(topic: str, payload: str, body: Any) -> None:
    """Whatever bridges send, the dialect only finds less in it."""
    search = MQTT.search()
    search.note(topic, payload)
    search.note(LIST, json.dumps([body]))
    addresses = [PLUG, {**PLUG, "properties": body}, {"topic": body, "base": body}]
    addresses += [dict(finding.address) for finding in search.findings()]
    for address in addresses:
        MQTT.topics(address)
        decoded = MQTT.decode(address, topic, payload)
        DIALECT.circuits({field.key: field for field in decoded.fields})
