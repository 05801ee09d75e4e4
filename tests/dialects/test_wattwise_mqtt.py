"""WattWise's own format over MQTT."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.dialects.wattwise_mqtt import DIALECT, MAX_ITEMS
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal

from ..repository.markdown import examples
from ..repository.tree import DOCS
from .fixture_files import PlayedDevice, all_fixtures, fixture, play

MAC = "a0b1c2d3e4f5"
ADDRESS = {"topic": "t", "status": "s"}


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("wattwise_mqtt", name))
    return device


def decode(payload: str, topic: str = "t") -> Any:
    """Return what a message of a device says."""
    assert DIALECT.mqtt is not None
    return DIALECT.mqtt.decode(ADDRESS, topic, payload)


@pytest.mark.parametrize("name", [file.name for file in all_fixtures("wattwise_mqtt")])
def test_every_device_is_one_meter(name: str) -> None:
    """A device of ours is one meter, under the address of its hardware."""
    for device in play(DIALECT, fixture("wattwise_mqtt", name)):
        assert len(device.identity.key) == 12
        assert [*device.circuits] == [""]


def test_values_of_the_moment() -> None:
    """Each field is a channel; kilowatt-hours become watt hours."""
    device = played("normal")
    assert device.identity.key == MAC
    assert device.identity.name == "Grid meter"
    assert device.identity.model == "SDM120"
    assert device.identity.firmware == "1.2.0"
    assert device.online is True
    assert device.values() == {
        Channel.POWER: 415,
        Channel.ENERGY_IMPORT: pytest.approx(1_234_568),
        Channel.VOLTAGE_L1: 230.4,
        Channel.CURRENT_L1: 1.83,
        Channel.FREQUENCY: 50.01,
        Channel.POWER_FACTOR: 0.98,
    }
    assert device.refused == []


def test_three_phases_and_export() -> None:
    """Power that is fed in is negative, its energy a counter of its own."""
    values = played("three_phase_export").values()
    assert values[Channel.POWER] == -1830
    assert values[Channel.ENERGY_EXPORT] == pytest.approx(801_250)
    assert values[Channel.VOLTAGE_L3] == 230.8
    assert values[Channel.CURRENT_N] == 0.2


def test_little_need_be_announced() -> None:
    """The address of the hardware is enough; topics then have their usual names."""
    device = played("short_announcement")
    assert device.identity.key == MAC
    assert device.identity.name == "Meter d3e4f5"
    assert device.address == {
        "topic": f"wattwise/{MAC}/data",
        "status": f"wattwise/{MAC}/status",
    }
    assert device.values() == {Channel.POWER: 5}


def test_topics_of_its_own() -> None:
    """A device may publish wherever it likes."""
    device = played("old_firmware")
    assert device.address["topic"] == "cellar/meter/state"
    assert device.online is True
    assert device.values() == {Channel.POWER: 88}


def test_batch() -> None:
    """In a list each set of values has its own time; one without is refused."""
    device = played("batch")
    energy = [r for r in device.readings[""] if r.channel is Channel.ENERGY_IMPORT]
    assert energy == [
        Reading(Channel.ENERGY_IMPORT, 1_772_348_400_000, pytest.approx(1_234_501)),
        Reading(Channel.ENERGY_IMPORT, 1_772_348_410_000, pytest.approx(1_234_502)),
        Reading(Channel.ENERGY_IMPORT, 1_772_348_430_000, pytest.approx(1_234_504)),
    ]
    assert [(r.key, r.reason) for r in device.refused] == [
        ("", Refusal.INVALID_TIME),
        ("power", Refusal.NOT_A_NUMBER),
        ("", Refusal.MALFORMED),
    ]


def test_body_of_the_energy_intelligence_platform() -> None:
    """It is understood as over HTTP; the sum of the currents is left out."""
    assert played("platform_body").values() == {
        Channel.ENERGY_EXPORT: pytest.approx(120),
        Channel.ENERGY_IMPORT: pytest.approx(340),
        Channel.LOAD: 42.5,
        Channel.VOLTAGE_L1: 231.4,
        Channel.CURRENT_L1: 2.1,
        Channel.CURRENT_L2: 2.0,
        Channel.CURRENT_L3: 2.2,
        Channel.FREQUENCY: 50.02,
        Channel.POWER_FACTOR: 0.97,
    }


def test_watt_hours() -> None:
    """Counters of pulses need not calculate."""
    assert played("watt_hours").values()[Channel.ENERGY_IMPORT] == 45_121


def test_reboot() -> None:
    """Its last will says that it is gone, its first word that it is back."""
    file = fixture("wattwise_mqtt", "reboot")
    assert DIALECT.mqtt is not None
    device = played("reboot")
    said = [
        DIALECT.mqtt.decode(device.address, m.topic, m.payload).online
        for m in file.messages
    ]
    assert said == [None, True, None, False, True, None]
    assert [r.value for r in device.readings[""] if r.channel is Channel.POWER] == [
        100,
        101,
    ]


def test_errors() -> None:
    """What is no value is refused with its reason; null is as if it were not sent."""
    device = played("errors")
    assert device.values() == {Channel.ENERGY_IMPORT: 10_500}
    assert [(r.key, r.reason) for r in device.refused] == [
        ("power", Refusal.NOT_A_NUMBER),
        ("energy_import", Refusal.NOT_A_NUMBER),
        ("", Refusal.INVALID_TIME),
        ("", Refusal.MALFORMED),
        ("", Refusal.MALFORMED),
        ("", Refusal.MALFORMED),
        ("power", Refusal.NOT_A_NUMBER),
    ]


def test_two_devices() -> None:
    """Each device is a meter of its own; an empty announcement takes one back."""
    first, second = play(DIALECT, fixture("wattwise_mqtt", "two_devices"))
    assert first.values() == {Channel.POWER: 1}
    assert second.identity.name == "Heat pump"
    assert second.values() == {Channel.POWER: 2}


def test_too_much_at_once() -> None:
    """A list has a limit, and is not half taken."""
    item = '{"time": 1772348400, "power": 1}'
    assert len(decode(f"[{','.join([item] * MAX_ITEMS)}]").fields) == MAX_ITEMS
    too_long = decode(f"[{','.join([item] * (MAX_ITEMS + 1))}]")
    assert too_long.fields == []
    assert [r.reason for r in too_long.refused] == [Refusal.MALFORMED]


def test_documented_examples() -> None:
    """What the documentation shows is understood as it says."""
    assert DIALECT.mqtt is not None
    shown = [e.code for e in examples(DOCS / "mqtt.md") if e.language == "json"]
    announcement, *values = shown
    search = DIALECT.mqtt.search()
    search.note(f"wattwise/discovery/{MAC}", announcement)
    (finding,) = search.findings()
    assert finding.identity.key == MAC
    assert finding.address["topic"] == f"wattwise/{MAC}/data"
    assert len(values) == 2
    for payload in values:
        decoded = decode(payload)
        assert decoded.fields
        assert decoded.refused == []


@pytest.mark.parametrize(
    "topic", ["a/#", "+/b", "", "a\x00b", "a\nb", "x" * 2_000, 5, None, ["a"]]
)
def test_topics_that_cannot_be(topic: Any) -> None:
    """Nobody makes Home Assistant listen to everything, or to nothing."""
    assert DIALECT.mqtt is not None
    for name in ("topic", "status"):
        search = DIALECT.mqtt.search()
        search.note("x", f'{{"id": "{MAC}"}}')
        assert len(list(search.findings())) == 1
        search.note("x", json.dumps({"id": MAC, name: topic}))
        assert list(search.findings()) == []


@given(st.text(max_size=60) | st.from_regex(r'[\[{"power:,1e\]}]{0,40}'))
def test_garbage(payload: str) -> None:
    """Whatever a device sends is values, or refused with a reason."""
    assert DIALECT.mqtt is not None
    decoded = decode(payload)
    assert decoded.fields or decoded.refused or not payload
    assert decode(payload, "s").fields == []
    DIALECT.circuits({field.key: field for field in decoded.fields})
    search = DIALECT.mqtt.search()
    search.note("wattwise/discovery/x", payload)
    assert list(search.findings()) == []
