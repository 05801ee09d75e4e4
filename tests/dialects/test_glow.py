"""Glow displays: each line of what they publish, and their traps."""

import pytest

from custom_components.wattwise.dialects.glow import DIALECT
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Refusal

from .fixture_files import fixture, play


def test_normal() -> None:
    """The counter of a lifetime, not those of days; the gas meter is no meter."""
    (device,) = play(DIALECT, fixture("glow", "normal"))
    assert device.identity.key == "c8f09ea1b2c3"
    assert device.identity.model == "GLOW-IHD-01-1v4-SMETS2"
    assert device.identity.firmware == "v1.8.13"
    assert device.circuits[""].role is MeterRole.GRID
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 612,
            Channel.ENERGY_IMPORT: 7_421_350,
            Channel.ENERGY_EXPORT: 0,
        }
    )
    assert {r.time_ms for r in device.readings[""]} == {1_768_500_010_000}


def test_export() -> None:
    """Power is negative while the roof feeds in."""
    (device,) = play(DIALECT, fixture("glow", "export"))
    assert device.values()[Channel.POWER] == pytest.approx(-1870)
    assert device.values()[Channel.ENERGY_EXPORT] == pytest.approx(902_118)


def test_error_values() -> None:
    """The lowest number of 24 bits is no power, and zero is no counter."""
    (device,) = play(DIALECT, fixture("glow", "error_values"))
    assert [(r.key, r.reason, r.value) for r in device.refused] == [
        ("power.value", Refusal.ERROR_VALUE, -8388.608),
        ("energy.import.cumulative", Refusal.ERROR_VALUE, 0),
    ]
    assert {r.channel for r in device.refused_readings[""]} == {
        Channel.POWER,
        Channel.ENERGY_IMPORT,
    }
    assert device.values()[Channel.ENERGY_IMPORT] == pytest.approx(7_421_350)


def test_gas_only() -> None:
    """A display without an electricity meter is none of ours."""
    assert play(DIALECT, fixture("glow", "gas_only")) == []


def test_units_beside_the_values() -> None:
    """The unit is the one that stands beside the value; an unknown one is refused."""
    devices = play(DIALECT, fixture("glow", "several"))
    assert [d.identity.key for d in devices] == ["c8f09ea1b2c3", "c8f09ea1b2c4"]
    assert devices[1].values() == pytest.approx(
        {Channel.POWER: 840, Channel.ENERGY_IMPORT: 512_000}
    )
    assert DIALECT.mqtt is not None
    decoded = DIALECT.mqtt.decode(
        {"topic": "glow/x"},
        "glow/x/SENSOR/electricitymeter",
        '{"electricitymeter": {"power": {"value": 3, "units": "horses"}}}',
    )
    assert [(r.reason, r.value) for r in decoded.refused] == [(Refusal.UNKNOWN_UNIT, 3)]
