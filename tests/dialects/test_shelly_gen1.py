"""The first generation of Shellies, over MQTT and HTTP."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.dialects.contract.dialect import HttpAuth
from custom_components.wattwise.dialects.shelly_gen1 import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import PlayedDevice, fixture, play

MQTT = DIALECT.mqtt
HTTP = DIALECT.http
assert MQTT is not None
assert HTTP is not None
EM = {"id": "shellyem-B1E2C8", "three_phases": False}
EM3 = {"id": "shellyem3-B1E2C8", "three_phases": True}

THREE_PHASES = {
    Channel.POWER: pytest.approx(3093.12),
    Channel.ENERGY_IMPORT: pytest.approx(424_865.4),
    Channel.ENERGY_EXPORT: pytest.approx(33.7),
    Channel.VOLTAGE_L1: 229.9,
    Channel.VOLTAGE_L2: 229.24,
    Channel.VOLTAGE_L3: 230.33,
    Channel.CURRENT_L1: 5.02,
    Channel.CURRENT_L2: 6.41,
    Channel.CURRENT_L3: 5.0,
    Channel.CURRENT_N: 1.25,
}


def played(name: str) -> PlayedDevice:
    """Return the only device of a fixture."""
    (device,) = play(DIALECT, fixture("shelly_gen1", name))
    return device


def test_a_relay_counts_watt_minutes() -> None:
    """Over HTTP its counter is called total, and is not in watt hours."""
    device = played("normal")
    assert device.identity.key == "84cca8ab12cd"
    assert device.identity.name == "Shelly 1PM AB12CD"
    assert device.identity.model == "SHSW-PM"
    assert device.identity.firmware == "20220209-094317/v1.11.8-g8c7bb8d"
    assert device.values("0") == {
        Channel.POWER: 4711.12,
        Channel.ENERGY_IMPORT: pytest.approx(107_875.21666666666),
    }
    assert device.circuits["0"].energy_kind is EnergyKind.COUNTER


def test_counters_of_minutes_and_local_times_are_left_alone() -> None:
    """Only power and total of a relay's meter are values."""
    device = played("normal")
    assert set(device.fields) == {"meter/0/power", "meter/0/energy"}
    assert all(field.time_ms is None for field in device.fields.values())


def test_a_plug_over_mqtt() -> None:
    """A topic for each value, and the counter in watt minutes again."""
    device = played("normal_mqtt")
    assert device.identity.key == "98cdacb1e2c3"
    assert device.identity.name == "Shelly Plug S B1E2C3"
    assert device.online is True
    assert device.values("0") == {
        Channel.POWER: 412.5,
        Channel.ENERGY_IMPORT: pytest.approx(2_000),
    }


def test_the_same_circuits_over_both_transports() -> None:
    """A relay is the same meter however it is read."""
    over_mqtt, over_http = played("multi_channel"), played("multi_channel_http")
    assert over_mqtt.identity.key == over_http.identity.key == "98cdacb1e2c4"
    assert over_mqtt.circuits == over_http.circuits
    for device in (over_mqtt, over_http):
        assert device.values("0") == {
            Channel.POWER: 100.25,
            Channel.ENERGY_IMPORT: pytest.approx(10),
        }
        assert device.values("1") == {
            Channel.POWER: 7.0,
            Channel.ENERGY_IMPORT: pytest.approx(20),
        }


@pytest.mark.parametrize("name", ["three_phase", "three_phase_mqtt"])
def test_the_phases_of_a_3em_are_one_circuit(name: str) -> None:
    """Sums of what adds up, each phase of the rest, and the neutral."""
    device = played(name)
    assert device.identity.key == "98cdacb1e2c5"
    assert list(device.circuits) == [""]
    assert device.values() == THREE_PHASES


def test_what_counts_for_good_is_taken() -> None:
    """Of two counters for one thing, the one in watt hours survives a start."""
    import_ = played("three_phase_mqtt").circuits[""].channels[Channel.ENERGY_IMPORT]
    assert import_.unit == "Wh"
    assert import_.keys == ("phase/0/total", "phase/1/total", "phase/2/total")


def test_no_sum_before_all_phases_were_heard() -> None:
    """Two phases would make a meter that leaves out the third for ever."""
    messages = fixture("shelly_gen1", "three_phase_mqtt").messages
    address = {"id": "shellyem3-98CDACB1E2C5", "three_phases": True}
    decoded = [MQTT.decode(address, m.topic, m.payload) for m in messages]
    fields = {
        field.key: field
        for item in decoded
        for field in item.fields
        if not field.key.startswith("phase/2")
    }
    assert DIALECT.circuits(fields) == []


def test_the_clamps_of_an_em_are_circuits() -> None:
    """Each has counters of both directions in watt hours, and power with its sign."""
    device = played("export")
    assert list(device.circuits) == ["0", "1"]
    assert device.values("0") == {
        Channel.POWER: -620.34,
        Channel.ENERGY_IMPORT: 401_472.9,
        Channel.ENERGY_EXPORT: 653_673.7,
        Channel.VOLTAGE_L1: 235.68,
        Channel.POWER_FACTOR: -0.66,
    }
    assert device.values("1")[Channel.ENERGY_EXPORT] == 294.2


@pytest.mark.parametrize(
    ("topic", "key", "unit"),
    [
        ("relay/0/power", "meter/0/power", "W"),
        ("relay/3/energy", "meter/3/energy", "Wmin"),
        ("relay/power", "meter/0/power", "W"),
        ("relay/energy", "meter/0/energy", "Wmin"),
        ("roller/0/power", "meter/0/power", "W"),
        ("roller/0/energy", "meter/0/energy", "Wmin"),
        ("light/0/energy", "meter/0/energy", "Wmin"),
        ("emeter/1/power", "emeter/1/power", "W"),
        ("emeter/1/voltage", "emeter/1/voltage", "V"),
        ("emeter/1/current", "emeter/1/current", "A"),
        ("emeter/1/pf", "emeter/1/pf", "1"),
        ("emeter/1/energy", "emeter/1/energy", "Wmin"),
        ("emeter/1/returned_energy", "emeter/1/returned_energy", "Wmin"),
        ("emeter/1/total", "emeter/1/total", "Wh"),
        ("emeter/1/total_returned", "emeter/1/total_returned", "Wh"),
        ("emeter_n/current", "neutral/0/current", "A"),
    ],
)
def test_units_by_topic(topic: str, key: str, unit: str) -> None:
    """Each topic has its unit."""
    (field,) = MQTT.decode(EM, f"shellies/shellyem-B1E2C8/{topic}", "12.5").fields
    assert (field.key, field.value, field.unit) == (key, 12.5, unit)


@pytest.mark.parametrize(
    "topic",
    ["relay/0", "emeter/0/reactive_power", "emeter_n/ixsum", "temperature", "info"],
)
def test_topics_of_no_use(topic: str) -> None:
    """What is no channel of a meter is no field either, and nothing to refuse."""
    decoded = MQTT.decode(EM, f"shellies/shellyem-B1E2C8/{topic}", "12.5")
    assert (decoded.fields, decoded.refused, decoded.online) == ([], [], None)


@pytest.mark.parametrize(
    ("payload", "online"), [("true", True), ("false", False), ("maybe", None)]
)
def test_last_will(payload: str, online: bool | None) -> None:
    """True and false, in words."""
    topic = "shellies/shellyem-B1E2C8/online"
    assert MQTT.decode(EM, topic, payload).online is online


def test_counters_after_a_start_are_handed_on() -> None:
    """Nought for a moment, or from now on: that is judged where counters are kept."""
    em3, plug = play(DIALECT, fixture("shelly_gen1", "reboot"))
    assert [r.value for r in em3.readings[""]] == [3001.5, 2001.0, 3002.5]
    assert [r.value for r in plug.readings["0"]] == pytest.approx([2000, 0, 1])
    assert em3.online is True


def test_what_cannot_be_measured_is_refused() -> None:
    """A counter or a current of -1, and all of a clamp that is not valid."""
    device = played("error_sentinel")
    assert {(item.key, item.value) for item in device.refused} == {
        ("phase/0/current", -1.0),
        ("phase/0/total", -1.0),
        ("phase/1/power", 0.0),
        ("phase/1/voltage", 0.0),
        ("phase/1/current", 0.0),
        ("phase/1/pf", 0.0),
        ("phase/1/total", 0.0),
        ("phase/1/total_returned", 0.0),
        ("neutral/0/current", 0.0),
    }
    assert {item.reason for item in device.refused} == {Refusal.ERROR_VALUE}
    # Without all three phases there is no sum.
    assert device.circuits == {}
    # A watt may flow back.
    assert device.fields["phase/0/power"].value == -1.0
    assert device.fields["phase/2/total"].value == 7.5


def test_minus_one_over_mqtt() -> None:
    """The same there."""
    decoded = MQTT.decode(EM, "shellies/shellyem-B1E2C8/emeter/0/total", "-1")
    (refused,) = decoded.refused
    assert (refused.key, refused.reason) == ("emeter/0/total", Refusal.ERROR_VALUE)
    decoded = MQTT.decode(EM, "shellies/shellyem-B1E2C8/emeter/0/total", "unknown")
    assert decoded.refused[0].reason is Refusal.NOT_A_NUMBER


def test_old_firmware_counts_watt_minutes_only() -> None:
    """Then these are taken; without announcement the name tells half the address."""
    device = played("old_firmware")
    assert device.identity.key == "shelly_gen1:shellyem-B1E2C8"
    assert device.values("0") == {
        Channel.POWER: -250.5,
        Channel.ENERGY_IMPORT: pytest.approx(100),
        Channel.ENERGY_EXPORT: pytest.approx(50),
        Channel.VOLTAGE_L1: 231.5,
    }
    assert device.values("1")[Channel.ENERGY_IMPORT] == pytest.approx(1)


def test_shutters_lamps_and_the_oldest_model() -> None:
    """All are metered like a relay."""
    shutter, lamp, oldest = play(DIALECT, fixture("shelly_gen1", "roller_and_lamp"))
    assert shutter.values("0") == {
        Channel.POWER: 120.0,
        Channel.ENERGY_IMPORT: pytest.approx(3),
    }
    assert lamp.values("0")[Channel.ENERGY_IMPORT] == pytest.approx(4)
    assert oldest.values("0")[Channel.ENERGY_IMPORT] == pytest.approx(5)


def test_a_name_that_people_gave() -> None:
    """It is found by what it tells of itself, and followed when it changes."""
    device = played("renamed")
    assert device.identity.key == "98cdacb1e2cc"
    assert device.values() == {Channel.POWER: 6.0}
    search = MQTT.search()
    search.note("shellies/heatpump/emeter/0/power", "1")
    search.note("shellies/heatpump/info", '{"uptime": 5}')
    assert list(search.findings()) == []
    assert MQTT.follow_topics("98cdacb1e2cc") == ("shellies/announce",)
    announcement = {"id": "cellar", "model": "SHEM-3", "mac": "98CDACB1E2CC"}
    search.note("shellies/announce", json.dumps(announcement))
    (finding,) = search.findings()
    assert finding.identity.key == "98cdacb1e2cc"
    assert finding.address == {"id": "cellar", "three_phases": True}


def test_a_relay_without_a_meter() -> None:
    """Its power is what people entered: energy can only come from that."""
    device = played("unmetered")
    assert device.values("0") == {Channel.POWER: 81.5}
    assert device.circuits["0"].energy_kind is EnergyKind.POWER


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "shelly",
        {},
        {"type": "SHSW-PM"},
        {"type": "SHSW-PM", "mac": "84CCA8"},
        {"mac": "84CCA8AB12CD", "gen": 2, "type": "x"},
    ],
)
def test_devices_of_other_kinds(body: object) -> None:
    """Without type and address, or with a generation, it is none of these."""
    assert HTTP.identity(body) is None
    assert HTTP.auth is HttpAuth.BASIC


def test_a_later_generation_that_announces_itself_here() -> None:
    """Scripts let it do that; it is found elsewhere."""
    search = MQTT.search()
    body = {"id": "shellyplus1pm-a8032abe54dc", "mac": "A8032ABE54DC", "model": "x"}
    search.note("shellies/announce", json.dumps({**body, "gen": 2}))
    assert list(search.findings()) == []


_NAMES = [
    "emeters",
    "meters",
    "power",
    "total",
    "is_valid",
    "emeter_n",
    "id",
    "mac",
    "model",
    "type",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
TOPICS = st.sampled_from(
    [
        "shellies/announce",
        "shellies/shellyem-B1E2C8/announce",
        "shellies/shellyem-B1E2C8/info",
        "shellies/shellyem-B1E2C8/emeter/0/power",
        "shellies/shellyem-B1E2C8/emeter/²/power",
        "shellies/shellyem-B1E2C8/relay/99/energy",
        "shellies",
        "",
    ]
)


@given(TOPICS, VALUES.map(json.dumps) | st.text(max_size=20), VALUES)
def test_nothing_raises(topic: str, payload: str, body: Any) -> None:
    """Whatever devices send, the dialect only finds less in it."""
    search = MQTT.search()
    search.note(topic, payload)
    for finding in search.findings():
        MQTT.topics(finding.address)
    for decoded in (
        MQTT.decode(EM, topic, payload),
        MQTT.decode(EM3, topic, payload),
        MQTT.decode({"id": body}, topic, payload),
        HTTP.decode({}, "/status", body),
    ):
        DIALECT.circuits({field.key: field for field in decoded.fields})
    HTTP.identity(body)
    MQTT.topics({"id": body})
