"""Home Assistant's discovery over MQTT: ESPHome and others, and their traps."""

import json

import pytest

from custom_components.wattwise.dialects.ha_discovery import DIALECT
from custom_components.wattwise.metering.profile import EnergyKind
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import PlayedDevice, fixture, play


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("ha_discovery", name))
    return device


def test_esphome_pzem() -> None:
    """A text for each value; diagnostics and switches are no part of the meter."""
    device = played("esphome_pzem")
    assert device.identity.key == "a4cf12fe0102"
    assert device.identity.name == "Boiler meter"
    assert device.identity.manufacturer == "Espressif"
    assert device.online is True
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 412,
            Channel.ENERGY_IMPORT: 1_234_500,
            Channel.VOLTAGE_L1: 230.1,
            Channel.CURRENT_L1: 1.85,
            Channel.FREQUENCY: 50,
            Channel.POWER_FACTOR: 0.97,
        }
    )
    assert DIALECT.mqtt is not None
    topics = DIALECT.mqtt.topics(device.address)
    assert "boiler-meter/status" in topics
    assert not [topic for topic in topics if "wifi" in topic or "supply" in topic]


def test_no_values_and_the_last_will() -> None:
    """A text that is no number is refused, and the last will says it is away."""
    device = played("esphome_no_values")
    assert [(r.key, r.reason) for r in device.refused] == [
        ("pzem_power", Refusal.NOT_A_NUMBER),
        ("pzem_energy", Refusal.NOT_A_NUMBER),
    ]
    assert device.online is False


def test_retained_values() -> None:
    """What the broker kept is known, and makes no reading."""
    device = played("esphome_retained")
    assert [(r.channel, r.value) for r in device.readings[""]] == [(Channel.POWER, 412)]
    assert device.fields["pzem_energy"].value == 1234.5


def test_emporia_vue() -> None:
    """A meter for the panel and each circuit; daily counters for want of others."""
    device = played("emporia_vue")
    assert set(device.circuits) == {"", "circuit_1", "circuit_2", "balance"}
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 760,
            Channel.ENERGY_IMPORT: 8_200,
            Channel.VOLTAGE_L1: 121,
            Channel.VOLTAGE_L2: 120.5,
            Channel.FREQUENCY: 60.01,
        }
    )
    assert device.values("circuit_2") == pytest.approx(
        {Channel.POWER: 90, Channel.ENERGY_IMPORT: 900}
    )
    assert device.circuits["balance"].energy_kind is EnergyKind.POWER


def test_lifetime_is_preferred() -> None:
    """A counter that begins anew at midnight is not taken beside one that does not."""
    device = played("lifetime_and_daily")
    assert device.values() == pytest.approx(
        {Channel.POWER: 850, Channel.ENERGY_IMPORT: 812_345}
    )
    counter = device.circuits[""].channels[Channel.ENERGY_IMPORT]
    assert counter.keys == ("total_energy",)


def test_reboot() -> None:
    """What a device says after a reboot is passed on: the register judges it."""
    device = played("reboot")
    energy = [
        r.value for r in device.readings[""] if r.channel is Channel.ENERGY_IMPORT
    ]
    assert energy == [1_234_500, 0]
    assert device.online is True


def test_three_phases_with_export() -> None:
    """Powers of phases make one, counters both ways."""
    values = played("three_phase_export").values()
    assert values[Channel.POWER] == pytest.approx(-500)
    assert values[Channel.ENERGY_EXPORT] == pytest.approx(20_500)
    assert values[Channel.CURRENT_L3] == pytest.approx(3)


def test_long_keys_and_json() -> None:
    """Simple templates are followed, others left out; units are as announced."""
    device = played("long_keys_json")
    assert device.identity.key == "SN0815"
    assert device.identity.model == "M3"
    assert device.online is True
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 1250,
            Channel.ENERGY_IMPORT: 4_200_000,
            Channel.VOLTAGE_L1: 231.5,
        }
    )
    assert set(device.fields) == {"acme_power", "acme_energy", "acme_voltage"}
    assert DIALECT.mqtt is not None
    assert set(DIALECT.mqtt.topics(device.address)) == {
        "acme/0815/tele",
        "acme/0815/lwt",
    }


def test_one_announcement_for_a_device() -> None:
    """All entities of a device at once; a counter with resets is only a last resort."""
    device = played("device_discovery")
    assert device.identity.key == "a4cf12fe0105"
    assert device.values() == pytest.approx(
        {Channel.POWER: 77.5, Channel.ENERGY_IMPORT: 310_250}
    )
    assert "energy_today_since_reset" in device.fields


@pytest.mark.parametrize("name", ["left_to_others", "taken_back"])
def test_nothing_to_find(name: str) -> None:
    """Devices of other dialects are left to those, removed ones are gone."""
    assert play(DIALECT, fixture("ha_discovery", name)) == []


def test_topics_are_followed() -> None:
    """A device that is flashed anew announces its new topics."""
    assert DIALECT.mqtt is not None
    assert DIALECT.mqtt.follow_topics("a4cf12fe0102") == (
        "homeassistant/+/+/config",
        "homeassistant/+/+/+/config",
    )


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{{ value }}", []),
        ("{{value}}", []),
        ("{{ value_json.a }}", ["a"]),
        ("{{ value_json.a.b }}", ["a", "b"]),
        ("{{ value_json['a b'] }}", ["a b"]),
        ('{{ value_json["a"].b[1] }}', ["a", "b", 1]),
        ("{{- value_json.a -}}", ["a"]),
        ("{{ value_json.a | float }}", None),
        ("{{ value_json.a / 10 }}", None),
        ("{{ value_json }}", None),
        ("{{ states('sensor.x') }}", None),
        ("{% if true %}1{% endif %}", None),
    ],
)
def test_templates(template: str, path: list[str | int] | None) -> None:
    """Only templates that go straight to a value are followed."""
    assert DIALECT.mqtt is not None
    search = DIALECT.mqtt.search()
    announced = {"stat_t": "x", "unit_of_meas": "W", "dev": {"ids": "x"}}
    payload = json.dumps({**announced, "val_tpl": template})
    search.note("homeassistant/sensor/x/config", payload)
    paths = [finding.address["values"][0]["path"] for finding in search.findings()]
    assert paths == ([] if path is None else [path])


def test_filters_are_no_topics() -> None:
    """An announcement cannot make anybody listen to a whole broker."""
    assert DIALECT.mqtt is not None
    search = DIALECT.mqtt.search()
    announced = {"unit_of_meas": "W", "dev": {"ids": "x"}}
    for name, topic in {"a": "#", "b": "+/state", "c": "x\x00"}.items():
        payload = json.dumps({**announced, "stat_t": topic})
        search.note(f"homeassistant/sensor/{name}/config", payload)
    assert list(search.findings()) == []
    payload = json.dumps({**announced, "stat_t": "y", "avty_t": "#"})
    search.note("homeassistant/sensor/y/config", payload)
    (finding,) = search.findings()
    assert DIALECT.mqtt.topics(finding.address) == ("y",)


def test_nodes_of_one_device() -> None:
    """Two nodes of a device may each have an entity of the same name."""
    assert DIALECT.mqtt is not None
    search = DIALECT.mqtt.search()
    for node in ("left", "right"):
        announced = {
            "stat_t": f"{node}/power",
            "unit_of_meas": "W",
            "dev": {"ids": ["twin"], "name": "Twin"},
        }
        topic = f"homeassistant/sensor/{node}/power/config"
        search.note(topic, json.dumps(announced))
    (finding,) = search.findings()
    assert finding.identity.key == "ha_discovery:twin"
    keys = [value["key"] for value in finding.address["values"]]
    assert keys == ["power", "power_"]
