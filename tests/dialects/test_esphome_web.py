"""ESPHome's web server: each line of what it sends, and its traps."""

import pytest

from custom_components.wattwise.dialects.esphome_web import DIALECT
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import PlayedDevice, fixture, play

PZEM = {
    Channel.POWER: 412,
    Channel.ENERGY_IMPORT: 1_234_500,
    Channel.VOLTAGE_L1: 230.1,
    Channel.CURRENT_L1: 1.85,
    Channel.FREQUENCY: 50,
    Channel.POWER_FACTOR: 0.97,
}


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("esphome_web", name))
    return device


def test_single_phase() -> None:
    """Sensors are asked by their names; what is no part of a meter is not asked."""
    device = played("single_phase")
    assert device.identity.name == "Boiler meter"
    assert device.values() == pytest.approx(PZEM)
    assert DIALECT.http is not None
    paths = DIALECT.http.read_paths(device.address)
    assert "/sensor/PZEM%20Power" in paths
    assert not [path for path in paths if "WiFi" in path or "Uptime" in path]


def test_old_firmware() -> None:
    """An update of the firmware changes neither fields nor channels."""
    device = played("old_firmware")
    assert device.values() == pytest.approx(PZEM)
    assert device.circuits == played("single_phase").circuits


def test_events() -> None:
    """An event says the same as an answer; a line of the log says nothing."""
    assert DIALECT.http is not None
    http = DIALECT.http
    assert http.event_path == "/events"
    event = {"id": "sensor/PZEM Power", "value": 412.0, "state": "412.0 W"}
    (field,) = http.decode({}, "/events", event).fields
    assert (field.key, field.value, field.unit) == ("pzem_power", 412, "W")
    old = {"id": "sensor-pzem_power", "value": 400, "state": "400.0 W"}
    assert http.decode({}, "/events", old).fields[0].key == "pzem_power"
    for other in ({"uptime": 7}, {"id": "switch/Relay", "value": True}, "log", None):
        decoded = http.decode({}, "/events", other)
        assert decoded.fields == decoded.refused == []


def test_three_phases_with_export() -> None:
    """Powers of phases make one, counters both ways."""
    values = played("three_phase").values()
    assert values[Channel.POWER] == pytest.approx(-500)
    assert values[Channel.ENERGY_IMPORT] == pytest.approx(512_250)
    assert values[Channel.ENERGY_EXPORT] == pytest.approx(20_500)
    assert values[Channel.VOLTAGE_L3] == pytest.approx(229.3)
    assert values[Channel.CURRENT_L2] == pytest.approx(2)


def test_circuits() -> None:
    """Clamps make a meter each; the voltage belongs to the first."""
    device = played("circuits")
    assert device.values("circuit_1") == pytest.approx(
        {Channel.POWER: 120, Channel.ENERGY_IMPORT: 12_500, Channel.VOLTAGE_L1: 230}
    )
    assert device.values("circuit_2") == pytest.approx(
        {Channel.POWER: 1500, Channel.ENERGY_IMPORT: 300_250}
    )


def test_sensors_without_values() -> None:
    """A sensor that has no value is refused, not taken for zero."""
    device = played("no_values")
    assert [(r.key, r.reason) for r in device.refused] == [
        ("pzem_power", Refusal.NOT_A_NUMBER),
        ("pzem_energy", Refusal.NOT_A_NUMBER),
    ]
    assert device.circuits == {}
