"""The second and later generations of Shellies, over MQTT and HTTP."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.dialects.contract.dialect import HttpAuth
from custom_components.wattwise.dialects.shelly_gen2 import DIALECT
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import RECEIVED_MS, PlayedDevice, fixture, play

MQTT = DIALECT.mqtt
HTTP = DIALECT.http
assert MQTT is not None
assert HTTP is not None
PREFIX = "shellyplus1pm-a8032abe54dc"
CHANGES = {"prefix": PREFIX, "states": False}
STATES = {"prefix": PREFIX, "states": True}

THREE_PHASES = {
    Channel.POWER: 715.5,
    Channel.ENERGY_IMPORT: 654_621.85,
    Channel.ENERGY_EXPORT: 5_011.0,
    Channel.VOLTAGE_L1: 236.1,
    Channel.VOLTAGE_L2: 236.2,
    Channel.VOLTAGE_L3: 236.402,
    Channel.CURRENT_L1: 4.029,
    Channel.CURRENT_L2: 4.027,
    Channel.CURRENT_L3: 3.03,
    Channel.CURRENT_N: 11.029,
    Channel.FREQUENCY: 50.0,
}


def played(name: str) -> PlayedDevice:
    """Return the only device of a fixture."""
    (device,) = play(DIALECT, fixture("shelly_gen2", name))
    return device


def notification(ts: object, **params: Any) -> str:
    """Return a notification of changes."""
    body = {"src": PREFIX, "method": "NotifyStatus", "params": {"ts": ts, **params}}
    return json.dumps(body)


def test_a_relay() -> None:
    """Its counter is in watt hours; the sums by minute are no counter."""
    device = played("normal")
    identity = device.identity
    assert (identity.key, identity.name) == ("30c6f78bb4d8", "Boiler")
    assert (identity.model, identity.firmware) == ("SPSW-201PE16EU", "1.4.4")
    assert HTTP.auth is HttpAuth.DIGEST
    assert HTTP.read_paths(device.address) == ("/rpc/Shelly.GetStatus",)
    assert list(device.circuits) == ["switch:0"]
    assert device.values("switch:0") == {
        Channel.POWER: 47.11,
        Channel.ENERGY_IMPORT: 5.125,
        Channel.VOLTAGE_L1: 232.0,
        Channel.CURRENT_L1: 0.0,
        Channel.POWER_FACTOR: 0.0,
    }
    assert not [key for key in device.fields if "minute" in key]
    assert all(field.time_ms is None for field in device.fields.values())


def test_a_meter_without_a_relay() -> None:
    """The third generation has a component for that."""
    device = played("pm1")
    assert device.identity.name == "Shelly MiniPMG3 38D818"
    assert device.values("pm1:0") == {
        Channel.POWER: 1780.1,
        Channel.ENERGY_IMPORT: 3551.682,
        Channel.ENERGY_EXPORT: 0.0,
        Channel.VOLTAGE_L1: 239.9,
        Channel.CURRENT_L1: 7.434,
        Channel.FREQUENCY: 50.1,
    }


def test_a_counter_that_holds_both_directions() -> None:
    """What came back is taken from it, also where that leaves nothing."""
    device = played("export")
    assert device.values("switch:0") == {
        Channel.POWER: -350.0,
        Channel.ENERGY_IMPORT: 6_000.0,
        Channel.ENERGY_EXPORT: 4_000.0,
    }
    assert device.values("switch:1")[Channel.ENERGY_IMPORT] == 0.0
    assert device.values("switch:1")[Channel.ENERGY_EXPORT] == 4_000.0


def test_clamps_are_circuits() -> None:
    """Each has a component of its own for its counters."""
    device = played("multi_channel")
    assert list(device.circuits) == ["em1:0", "em1:1", "em1:2"]
    assert device.values("em1:0") == {
        Channel.POWER: 598.9,
        Channel.ENERGY_IMPORT: 3458.24,
        Channel.ENERGY_EXPORT: 1605.24,
        Channel.VOLTAGE_L1: 242.8,
        Channel.CURRENT_L1: 3.705,
        Channel.FREQUENCY: 50.0,
        Channel.POWER_FACTOR: 0.66,
    }
    assert device.values("em1:2")[Channel.ENERGY_IMPORT] == 3.09


def test_clamps_that_feed_in() -> None:
    """Their power is negative; a relay without a meter is none."""
    device = played("clamps_export")
    assert list(device.circuits) == ["em1:0", "em1:1"]
    assert device.values("em1:0")[Channel.POWER] == -332.2
    assert device.values("em1:0")[Channel.ENERGY_EXPORT] == 144_792.28
    assert device.values("em1:1")[Channel.ENERGY_IMPORT] == 48_002.83


@pytest.mark.parametrize("name", ["three_phase", "three_phase_mqtt"])
def test_three_phases_are_one_circuit(name: str) -> None:
    """With the sums that the device makes itself."""
    device = played(name)
    assert device.identity.key == "fce8c0dba900"
    assert list(device.circuits) == ["em:0"]
    assert device.values("em:0") == THREE_PHASES


def test_three_phases_without_sums() -> None:
    """Then the phases are added, once all were told."""
    status = fixture("shelly_gen2", "three_phase").answers["/rpc/Shelly.GetStatus"]
    status["em:0"].pop("total_act_power")
    status["emdata:0"].pop("total_act")
    status["emdata:0"].pop("total_act_ret")
    decoded = HTTP.decode({}, "/rpc/Shelly.GetStatus", status)
    fields = {field.key: field for field in decoded.fields}
    (circuit,) = DIALECT.circuits(fields)
    values = {key: field.value for key, field in fields.items()}
    power = circuit.channels[Channel.POWER]
    assert power.value(values) == pytest.approx(951.2 - 951.1 + 715.4)
    counted = circuit.channels[Channel.ENERGY_IMPORT].value(values)
    assert counted == pytest.approx(654_321.1 + 100.25 + 200.5)
    returned = circuit.channels[Channel.ENERGY_EXPORT].value(values)
    assert returned == pytest.approx(10.5 + 5_000.5)


def test_shutters_and_lamps() -> None:
    """They are metered like relays."""
    device = played("cover_and_light")
    assert device.values("cover:0")[Channel.POWER] == 120.5
    assert device.values("cover:0")[Channel.ENERGY_IMPORT] == 62.5
    assert device.values("light:0")[Channel.POWER] == 12.5
    assert device.values("light:0")[Channel.ENERGY_IMPORT] == 7.25


def test_changes_have_a_time_of_their_own() -> None:
    """Notifications tell only what changed, and when."""
    device = played("changes")
    assert device.identity.key == "a8032abe54dc"
    assert device.online is True
    readings = [(r.channel, r.time_ms, r.value) for r in device.readings["switch:0"]]
    assert readings == [
        (Channel.POWER, 1_790_000_000_120, 8.9),
        (Channel.CURRENT_L1, 1_790_000_000_120, 0.052),
        (Channel.VOLTAGE_L1, 1_790_000_030_500, 231.25),
        (Channel.ENERGY_IMPORT, 1_790_000_060_000, 1234.5),
        (Channel.POWER, 1_790_000_090_750, 1200.5),
    ]


def test_changes_beside_states_count_when_they_arrive() -> None:
    """The states have no time: one clock for all."""
    device = played("changes_and_states")
    times = {reading.time_ms for reading in device.readings["switch:0"]}
    assert times == {RECEIVED_MS, RECEIVED_MS + 1000}


@pytest.mark.parametrize("ts", [22.5, 0, -5, None, "soon", 1e300, True, [1]])
def test_a_clock_that_is_not_set(ts: object) -> None:
    """Times of 1970, and what is none, are not taken."""
    payload = notification(ts, **{"switch:0": {"id": 0, "apower": 5.0}})
    (field,) = MQTT.decode(CHANGES, f"{PREFIX}/events/rpc", payload).fields
    assert (field.key, field.value, field.time_ms) == ("switch:0.apower", 5.0, None)


def test_a_full_state_in_a_notification() -> None:
    """It is read like changes."""
    body = {"method": "NotifyFullStatus", "params": {"ts": 1_790_000_000, "em:0": {}}}
    body["params"]["em1:0"] = {"act_power": -5}
    decoded = MQTT.decode(CHANGES, f"{PREFIX}/events/rpc", json.dumps(body))
    (field,) = decoded.fields
    assert (field.value, field.time_ms) == (-5.0, 1_790_000_000_000)


def test_import_waits_for_what_came_back() -> None:
    """A difference of which only one half was told is no reading."""
    device = played("export")
    formula = device.circuits["switch:0"].channels[Channel.ENERGY_IMPORT]
    assert formula.value({"switch:0.aenergy.total": 10_000.0}) is None


def test_no_circuit_before_its_counter_was_heard() -> None:
    """Changes of power come at once, the counter once a minute."""
    payload = notification(1_790_000_000, **{"switch:0": {"id": 0, "apower": 5.0}})
    decoded = MQTT.decode(CHANGES, f"{PREFIX}/events/rpc", payload)
    assert DIALECT.circuits({field.key: field for field in decoded.fields}) == []


def test_a_lower_counter_after_a_start_is_handed_on() -> None:
    """Whether to believe it is not the dialect's to judge."""
    device = played("reboot")
    counter = [r.value for r in device.readings["switch:0"] if r.channel.is_energy]
    assert counter == [5_000.0, 0.0, 5_001.0]
    assert device.online is True


def test_what_is_not_known_is_refused() -> None:
    """Null, all values of a meter that failed, and one value out of range."""
    device = played("error_sentinel")
    refused = {(item.key, item.reason) for item in device.refused}
    unknown, wrong = Refusal.NOT_A_NUMBER, Refusal.ERROR_VALUE
    assert refused == {
        ("switch:0.apower", unknown),
        ("switch:0.current", unknown),
        ("switch:0.aenergy.total", unknown),
        ("switch:0.ret_aenergy.total", unknown),
        ("switch:1.apower", wrong),
        ("switch:1.voltage", wrong),
        ("switch:1.current", wrong),
        ("switch:1.aenergy.total", wrong),
        ("em:0.a_voltage", wrong),
        ("em:0.b_act_power", wrong),
        ("em:0.b_voltage", wrong),
        ("em:0.b_current", wrong),
        ("em:0.b_freq", wrong),
        ("em:0.b_pf", wrong),
    }
    assert list(device.circuits) == ["em:0"]
    told = device.values("em:0")
    assert told[Channel.POWER] == 715.5
    assert told[Channel.VOLTAGE_L3] == 236.402
    assert Channel.VOLTAGE_L1 not in told
    assert Channel.VOLTAGE_L2 not in told
    # A wrong order of phases makes no value wrong.
    assert device.fields["em:0.a_act_power"].value == 951.2
    assert device.fields["switch:0.voltage"].value == 230.5


@pytest.mark.parametrize("payload", ["", "online", "[1]", "null"])
def test_messages_that_are_none(payload: str) -> None:
    """They are refused as a whole."""
    for topic in ("events/rpc", "status/switch:0"):
        decoded = MQTT.decode(CHANGES, f"{PREFIX}/{topic}", payload)
        assert [item.reason for item in decoded.refused] == [Refusal.MALFORMED]
        assert decoded.fields == []


def test_old_firmware_below_another_prefix() -> None:
    """The address comes from who sent the notification, the model from what it says."""
    device = played("old_firmware")
    identity = device.identity
    assert identity.key == "a8032abe54de"
    assert identity.model == "SNSW-001P16EU"
    assert identity.firmware == "0.6.7"
    assert MQTT.topics(device.address) == (
        "home/garage/online",
        "home/garage/status/+",
        "home/garage/events/rpc",
    )
    # Its clock was not set: the time of arrival counts.
    assert {r.time_ms for r in device.readings["switch:0"]} == {RECEIVED_MS}
    assert device.values("switch:0") == {
        Channel.POWER: 44.5,
        Channel.ENERGY_IMPORT: 12.5,
    }


def test_address_from_the_state_of_the_system() -> None:
    """With a prefix that people chose, a state tells the address."""
    search = MQTT.search()
    search.note("garage/status/switch:0", '{"apower": 5}')
    (finding,) = search.findings()
    assert finding.identity.key == "shelly_gen2:garage"
    search.note("garage/status/sys", '{"mac": "A8032ABE54DF", "uptime": 5}')
    (finding,) = search.findings()
    assert finding.identity.key == "a8032abe54df"
    assert finding.address == {"prefix": "garage", "states": True}


def test_what_is_no_shelly() -> None:
    """Others have a status too; a state without a meter finds nothing."""
    search = MQTT.search()
    search.note("fridge/status/door", '{"open": true}')
    search.note("fridge/status/switch:0", '{"output": true}')
    search.note("fridge/events/rpc", '{"method": 5}')
    search.note("fridge/announce", '{"mac": "A8032ABE54DC"}')
    assert list(search.findings()) == []


@pytest.mark.parametrize(
    ("payload", "online"), [("true", True), ("false", False), ("", None)]
)
def test_last_will(payload: str, online: bool | None) -> None:
    """True and false, in words."""
    assert MQTT.decode(STATES, f"{PREFIX}/online", payload).online is online


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "shelly",
        {"mac": "A8032ABE54DC"},
        {"mac": "A8032ABE54DC", "gen": 1},
        {"mac": "A803", "gen": 2},
        {"mac": "A8032ABE54DC", "gen": True},
    ],
)
def test_devices_of_other_kinds(body: object) -> None:
    """Without an address, or of the first generation, it is none of these."""
    assert HTTP.identity(body) is None


_NAMES = [
    "switch:0",
    "em:0",
    "em1data:0",
    "apower",
    "aenergy",
    "total",
    "errors",
    "a_errors",
    "params",
    "ts",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*_NAMES, "gen", "mac", "method", "src", "act_power"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)
TOPICS = st.sampled_from(
    [
        f"{PREFIX}/events/rpc",
        f"{PREFIX}/status/switch:0",
        f"{PREFIX}/status/sys",
        f"{PREFIX}/announce",
        "shellies/announce",
        "/status/",
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
        MQTT.decode(CHANGES, topic, payload),
        MQTT.decode(STATES, topic, payload),
        MQTT.decode({"prefix": body}, topic, payload),
        HTTP.decode({}, "/rpc/Shelly.GetStatus", body),
    ):
        DIALECT.circuits({field.key: field for field in decoded.fields})
    HTTP.identity(body)
    MQTT.topics({"prefix": body})
