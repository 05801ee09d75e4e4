"""Tasmota's messages and answers, from real devices and from the documentation."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.dialects.contract.dialect import HttpAuth
from custom_components.wattwise.dialects.tasmota import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import PlayedDevice, fixture, play

MQTT = DIALECT.mqtt
HTTP = DIALECT.http
assert MQTT is not None
assert HTTP is not None
ADDRESS = {
    "sensor": "tele/x/SENSOR",
    "will": "tele/x/LWT",
    "status": "stat/x/STATUS8",
    "online": "Online",
    "offline": "Offline",
}


def played(name: str) -> PlayedDevice:
    """Return the only device of a fixture."""
    (device,) = play(DIALECT, fixture("tasmota", name))
    return device


def energy_fields(values: dict[str, Any]) -> dict[str, float]:
    """Return what is understood of an energy sensor's values."""
    payload = json.dumps({"Time": "2026-05-01T08:00:00", "ENERGY": values})
    decoded = MQTT.decode(ADDRESS, "tele/x/SENSOR", payload)
    return {field.key: field.value for field in decoded.fields}


def test_a_plug_that_announces_itself() -> None:
    """Name, model and address come from the announcement, values from telemetry."""
    device = played("normal")
    identity = device.identity
    assert identity.key == "dc4f22ab12cd"
    assert identity.name == "Washing machine"
    assert identity.model == "Gosund SP111 v2"
    assert identity.manufacturer == "Tasmota"
    assert identity.firmware == "15.0.1"
    assert device.online is True
    assert list(device.circuits) == [""]
    assert device.values() == {
        Channel.POWER: 412.0,
        Channel.ENERGY_IMPORT: pytest.approx(512_734),
        Channel.VOLTAGE_L1: 230.0,
        Channel.CURRENT_L1: 1.874,
        Channel.POWER_FACTOR: 0.96,
    }
    assert device.circuits[""].energy_kind is EnergyKind.COUNTER


def test_what_was_announced_of_sensors_makes_no_readings() -> None:
    """It is retained: nobody knows when it was true."""
    device = played("normal")
    assert len(device.readings[""]) == 5


def test_counters_of_a_day_are_no_registers() -> None:
    """Today, Yesterday, Period, and powers of other kinds than active, are left alone."""
    values = {
        "TotalStartTime": "2024-03-01T10:00:00",
        "Today": 0.871,
        "Yesterday": 2.114,
        "Period": 6,
        "ApparentPower": 431,
        "ReactivePower": 126,
    }
    assert energy_fields(values) == {}
    assert energy_fields({**values, "Total": 1}) == {"ENERGY.Total": 1.0}


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Total", "kWh"),
        ("ExportActive", "kWh"),
        ("Power", "W"),
        ("Factor", "1"),
        ("Frequency", "Hz"),
        ("Voltage", "V"),
        ("Current", "A"),
    ],
)
def test_units(name: str, unit: str) -> None:
    """Each value of the energy sensor has its unit, and no time: Time has no zone."""
    payload = f'{{"Time":"2026-05-01T08:00:00","ENERGY":{{"{name}":1.5}}}}'
    (field,) = MQTT.decode(ADDRESS, "tele/x/SENSOR", payload).fields
    assert (field.key, field.value, field.unit) == (f"ENERGY.{name}", 1.5, unit)
    assert field.time_ms is None


def test_two_relays_share_what_is_told_once() -> None:
    """Each is a circuit; the counter of both is the device's, as one more circuit."""
    device = played("multi_channel")
    assert list(device.circuits) == ["1", "2", "total"]
    assert device.values("1") == {
        Channel.POWER: 8.15,
        Channel.VOLTAGE_L1: 237.0,
        Channel.CURRENT_L1: 0.035,
        Channel.FREQUENCY: 50.0,
        Channel.POWER_FACTOR: 0.0,
    }
    assert device.values("2")[Channel.POWER] == 0.0
    assert device.values("2")[Channel.VOLTAGE_L1] == 237.0
    assert device.circuits["1"].energy_kind is EnergyKind.POWER
    assert device.circuits["total"].energy_kind is EnergyKind.COUNTER
    assert device.values("total") == {
        Channel.POWER: 8.15,
        Channel.ENERGY_IMPORT: 77.0,
        Channel.VOLTAGE_L1: 237.0,
        Channel.FREQUENCY: 50.0,
    }


def test_two_relays_that_count_separately() -> None:
    """Then no whole is needed."""
    device = played("multi_channel_split")
    assert list(device.circuits) == ["1", "2"]
    assert device.values("1")[Channel.ENERGY_IMPORT] == 10_500.0
    assert device.values("2")[Channel.ENERGY_IMPORT] == 4_250.0
    assert device.values("2")[Channel.POWER] == 52.0
    assert device.values("2")[Channel.FREQUENCY] == 50.0


def test_three_voltages_are_three_phases() -> None:
    """They are one circuit, whose powers add up with their signs."""
    device = played("three_phase")
    assert list(device.circuits) == [""]
    assert device.values() == {
        Channel.POWER: pytest.approx(-299.75),
        Channel.ENERGY_IMPORT: 4_321_500.0,
        Channel.ENERGY_EXPORT: 1_234_250.0,
        Channel.VOLTAGE_L1: 231.1,
        Channel.VOLTAGE_L2: 229.4,
        Channel.VOLTAGE_L3: 232.7,
        Channel.CURRENT_L1: 2.2,
        Channel.CURRENT_L2: 3.9,
        Channel.CURRENT_L3: 0.5,
        Channel.FREQUENCY: 50.0,
    }


def test_three_relays_at_one_voltage_are_circuits() -> None:
    """Phases are told by their voltages, not by their number."""
    energy = {"Power": [1, 2, 3], "Voltage": 230, "Total": [4, 5, 6]}
    payload = json.dumps({"ENERGY": energy})
    decoded = MQTT.decode(ADDRESS, "tele/x/SENSOR", payload)
    circuits = DIALECT.circuits({field.key: field for field in decoded.fields})
    assert [circuit.key for circuit in circuits] == ["1", "2", "3"]


def test_a_reading_head_while_the_roof_feeds_in() -> None:
    """The group that people named is the circuit; other sensors are none."""
    device = played("export")
    assert device.identity.key == "tasmota:cellar"
    assert list(device.circuits) == ["SML"]
    circuit = device.circuits["SML"]
    assert circuit.name == "SML"
    assert circuit.role is MeterRole.GRID
    assert device.values("SML") == {
        Channel.ENERGY_IMPORT: pytest.approx(34_507_476.1),
        Channel.ENERGY_EXPORT: pytest.approx(14_737_142.2),
        Channel.POWER: -894.0,
    }


def test_names_of_a_reading_head_in_any_case() -> None:
    """Capitals differ from script to script."""
    device = played("reading_head_phases")
    assert device.values("MT681") == {
        Channel.ENERGY_IMPORT: 1_000_500.0,
        Channel.ENERGY_EXPORT: 20_250.0,
        Channel.POWER: 610.0,
        Channel.FREQUENCY: 49.98,
        Channel.VOLTAGE_L1: 230.1,
        Channel.VOLTAGE_L2: 231.2,
        Channel.VOLTAGE_L3: 229.9,
        Channel.CURRENT_L1: 0.9,
        Channel.CURRENT_L2: 1.4,
        Channel.CURRENT_L3: 0.5,
    }


def test_codes_as_names_of_a_reading_head() -> None:
    """Tariffs add up, and so do phases; power out is taken from power in."""
    device = played("reading_head_codes")
    assert device.values("SM") == {
        Channel.ENERGY_IMPORT: 1_000_750.0,
        Channel.ENERGY_EXPORT: 50_125.0,
        Channel.POWER: 75.25,
        Channel.VOLTAGE_L1: 230.5,
        Channel.VOLTAGE_L2: 229.5,
        Channel.VOLTAGE_L3: 231.5,
    }
    assert device.values("AS1440") == {
        Channel.ENERGY_IMPORT: 77_500.0,
        Channel.ENERGY_EXPORT: 88_500.0,
        Channel.POWER: -1500.0,
    }


@pytest.mark.parametrize(
    ("name", "channel"),
    [
        ("Total_in", Channel.ENERGY_IMPORT),
        ("E_in", Channel.ENERGY_IMPORT),
        ("1.8.0", Channel.ENERGY_IMPORT),
        ("1-0:1.8.0", Channel.ENERGY_IMPORT),
        ("ELZ_PV_1.8.0", Channel.ENERGY_IMPORT),
        ("Total_T1", Channel.ENERGY_IMPORT),
        ("total_kwh", Channel.ENERGY_IMPORT),
        ("Total_out", Channel.ENERGY_EXPORT),
        ("E_out", Channel.ENERGY_EXPORT),
        ("2_8_0", Channel.ENERGY_EXPORT),
        ("Power_curr", Channel.POWER),
        ("Power_cur", Channel.POWER),
        ("Power", Channel.POWER),
        ("P", Channel.POWER),
        ("P_in", Channel.POWER),
        ("curr_w", Channel.POWER),
        ("Leistung", Channel.POWER),
        ("16_7_0", Channel.POWER),
        ("Volt_L1_curr", Channel.VOLTAGE_L1),
        ("u_2", Channel.VOLTAGE_L2),
        ("Voltage_p3", Channel.VOLTAGE_L3),
        ("Amperage_L1_curr", Channel.CURRENT_L1),
        ("51_7_0", Channel.CURRENT_L2),
        ("HZ", Channel.FREQUENCY),
        ("freq", Channel.FREQUENCY),
        ("14_7_0", Channel.FREQUENCY),
    ],
)
def test_usual_names_of_reading_heads(name: str, channel: Channel) -> None:
    """Names from scripts of the documentation mean what they are there for."""
    others = {} if channel.is_energy else {"total_in": 2.5}
    body = {"StatusSNS": {"Meter": {name: 1.5, **others, "Server_id": "0a"}}}
    decoded = HTTP.decode({}, "/cm?cmnd=Status%208", body)
    (circuit,) = DIALECT.circuits({field.key: field for field in decoded.fields})
    assert circuit.channels[channel].keys == (f"Meter.{name}",)


def test_what_is_no_meter() -> None:
    """A voltage of a battery, a gas counter or a temperature make no circuit."""
    body = {
        "StatusSNS": {
            "BATTERY": {"Voltage": 3.1},
            "Gas": {"Count": 1.84},
            "HTU21": {"Temperature": 25.2},
            "ANALOG": {"A0": 12},
            "Switch1": "ON",
        }
    }
    assert HTTP.decode({}, "/cm?cmnd=Status%208", body).fields == []


def test_a_counter_of_nought_after_a_start_is_handed_on() -> None:
    """Whether to believe it is not the dialect's to judge."""
    device = played("reboot")
    counter = [r.value for r in device.readings[""] if r.channel.is_energy]
    assert counter == pytest.approx([12_345, 0, 12_346])
    assert device.online is True


def test_what_is_not_known_is_refused() -> None:
    """Null, and nan as old firmware writes it, refuse the value and nothing else."""
    device = played("error_sentinel")
    assert [(item.key, item.reason) for item in device.refused] == [
        ("ENERGY.Factor", Refusal.NOT_A_NUMBER),
        ("ENERGY.Current", Refusal.NOT_A_NUMBER),
        ("ENERGY.Power", Refusal.NOT_A_NUMBER),
        ("ENERGY.Current", Refusal.NOT_A_NUMBER),
        ("", Refusal.MALFORMED),
    ]
    assert device.values() == {
        Channel.POWER: 60.0,
        Channel.ENERGY_IMPORT: 12_350.0,
        Channel.VOLTAGE_L1: 230.5,
        Channel.POWER_FACTOR: 0.9,
    }


def test_one_unknown_value_of_a_list() -> None:
    """The other circuit keeps its own."""
    payload = '{"ENERGY":{"Power":[nan, 7],"Voltage":[230, NaN]}}'
    decoded = MQTT.decode(ADDRESS, "tele/x/SENSOR", payload)
    assert {field.key: field.value for field in decoded.fields} == {
        "ENERGY.Power.2": 7.0,
        "ENERGY.Voltage.1": 230.0,
    }
    assert [item.key for item in decoded.refused] == [
        "ENERGY.Power.1",
        "ENERGY.Voltage.2",
    ]


def test_old_firmware_without_announcement() -> None:
    """The topic is all there is to know it by."""
    device = played("old_firmware")
    assert device.identity.key == "tasmota:sonoff"
    assert device.identity.name == "sonoff"
    assert device.online is True
    assert device.values()[Channel.ENERGY_IMPORT] == pytest.approx(3_185)
    assert device.values()[Channel.POWER] == 41.0


def test_the_hardware_address_wins() -> None:
    """A device that tells its address in answer to a status is known by it."""
    device = played("address_from_status")
    assert device.identity.key == "dc4f22ab12cf"
    assert device.values()[Channel.POWER] == 1999.0
    assert device.values()[Channel.ENERGY_IMPORT] == 7_500.0


def test_an_announcement_wins_over_what_was_heard_before() -> None:
    """The same device is not found twice."""
    search = MQTT.search()
    search.note("tele/washer/LWT", "Online")
    assert [f.identity.key for f in search.findings()] == ["tasmota:washer"]
    for message in fixture("tasmota", "normal").messages:
        search.note(message.topic, message.payload)
    assert [f.identity.key for f in search.findings()] == ["dc4f22ab12cd"]


def test_topics_that_people_chose() -> None:
    """Full topic, prefixes and words of the last will come from the announcement."""
    device = played("custom_topic")
    assert MQTT.topics(device.address) == (
        "home/dryer/says/AB12D0/LWT",
        "tasmota/discovery/DC4F22AB12D0/sensors",
        "home/dryer/answers/AB12D0/STATUS8",
        "home/dryer/says/AB12D0/SENSOR",
    )
    assert device.online is False
    assert device.values()[Channel.ENERGY_IMPORT] == 99_500.0


def test_topic_before_prefix() -> None:
    """The other usual order is found without an announcement too."""
    device = played("swapped_topic")
    assert device.identity.key == "dc4f22ab12d1"
    assert device.identity.name == "boiler"
    assert device.values()[Channel.ENERGY_IMPORT] == 41_500.0


def test_following_a_device_to_other_topics() -> None:
    """A new announcement gives the new address; an empty one takes it back."""
    topic = "tasmota/discovery/DC4F22AB12CD/config"
    assert MQTT.follow_topics("dc4f22ab12cd") == (topic,)
    assert MQTT.follow_topics("tasmota:sonoff") == ()
    config = json.loads(fixture("tasmota", "normal").messages[0].payload)
    search = MQTT.search()
    search.note(topic, json.dumps({**config, "t": "dishwasher"}))
    (finding,) = search.findings()
    assert finding.address["sensor"] == "tele/dishwasher/SENSOR"
    search.note(topic, "")
    assert list(search.findings()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"t": "#"},
        {"t": "a/+"},
        {"ft": None},
        {"ft": "#"},
        {"tp": []},
        {"tp": "tele"},
        {"t": 5},
    ],
)
def test_announcements_without_usable_topics(change: dict[str, Any]) -> None:
    """They find nothing, least of all the topics of others."""
    config = json.loads(fixture("tasmota", "normal").messages[0].payload)
    search = MQTT.search()
    search.note("tasmota/discovery/DC4F22AB12CD/config", json.dumps(config | change))
    assert list(search.findings()) == []


def test_asking_over_http() -> None:
    """Status 0 tells which device it is, status 8 its values."""
    device = played("http_normal")
    assert HTTP.auth is HttpAuth.QUERY
    assert HTTP.read_paths(device.address) == ("/cm?cmnd=Status%208",)
    identity = device.identity
    assert (identity.key, identity.name) == ("dc4f22ab12d2", "Heat pump")
    assert identity.firmware == "12.4.0(tasmota)"
    assert device.values() == {
        Channel.POWER: 47.11,
        Channel.ENERGY_IMPORT: pytest.approx(1_290_396),
        Channel.VOLTAGE_L1: 0.0,
        Channel.CURRENT_L1: 0.0,
        Channel.POWER_FACTOR: 0.0,
    }


def test_status_5_tells_which_device_it_is_too() -> None:
    """It holds the address and a name, nothing else."""
    identity = HTTP.identity(
        {"StatusNET": {"Hostname": "plug-1234", "Mac": "DC:4F:22:AB:12:CD"}}
    )
    assert identity is not None
    assert (identity.key, identity.name) == ("dc4f22ab12cd", "plug-1234")


def test_a_device_that_wants_a_password() -> None:
    """It says so instead of answering: no identity, no values."""
    answers = fixture("tasmota", "http_password").answers
    assert play(DIALECT, fixture("tasmota", "http_password")) == []
    decoded = HTTP.decode({}, "/cm?cmnd=Status%208", answers["/cm?cmnd=Status%208"])
    assert decoded.fields == []
    assert decoded.refused == []


_NAMES = [
    "ENERGY",
    "Power",
    "Total",
    "Voltage",
    "StatusSNS",
    "sn",
    "SML",
    "Total_in",
    "StatusNET",
    "Mac",
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
        "tasmota/discovery/DC4F22AB12CD/config",
        "tasmota/discovery//config",
        "config",
        "tele/x/SENSOR",
        "tele/x/LWT",
        "stat/x/STATUS5",
        "stat/x/STATUS8",
        "SENSOR",
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
        MQTT.decode(ADDRESS, topic, payload),
        HTTP.decode({}, "/cm?cmnd=Status%208", body),
    ):
        DIALECT.circuits({field.key: field for field in decoded.fields})
    HTTP.identity(body)
    MQTT.topics({"sensor": body})
