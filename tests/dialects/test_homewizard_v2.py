"""HomeWizard's second interface: each line of what it answers, and its traps."""

import pytest

from custom_components.wattwise.dialects.contract.dialect import HttpAuth
from custom_components.wattwise.dialects.homewizard import DIALECT as FIRST
from custom_components.wattwise.dialects.homewizard_v2 import DIALECT
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel

from .fixture_files import PlayedDevice, fixture, play


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("homewizard_v2", name))
    return device


def test_p1() -> None:
    """The newer names mean the same; a time without a zone is none."""
    device = played("p1")
    assert device.circuits[""].role is MeterRole.GRID
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 875,
            Channel.ENERGY_IMPORT: 9_121_250,
            Channel.ENERGY_EXPORT: 2_210_500,
            Channel.VOLTAGE_L1: 231,
            Channel.VOLTAGE_L2: 230,
            Channel.VOLTAGE_L3: 229,
            Channel.CURRENT_L1: 1,
            Channel.CURRENT_L2: 1,
            Channel.CURRENT_L3: 2,
            Channel.FREQUENCY: 50,
        }
    )
    assert {field.time_ms for field in device.fields.values()} == {None}


def test_same_device_over_both_interfaces() -> None:
    """A device is the same, and calls its fields the same, whichever way it is read."""
    (first,) = play(FIRST, fixture("homewizard", "p1_three_phase"))
    second = played("p1")
    assert first.identity.key == second.identity.key
    assert first.circuits[""].channels == second.circuits[""].channels


def test_battery() -> None:
    """Charging is positive, and the state of charge is nobody's channel."""
    device = played("battery")
    assert device.circuits[""].role is MeterRole.BATTERY
    assert device.values()[Channel.POWER] == pytest.approx(404)
    assert device.values()[Channel.ENERGY_EXPORT] == pytest.approx(98_765)


def test_time_with_a_zone() -> None:
    """A time with a zone is that of the values."""
    device = played("kwh1")
    assert {r.time_ms for r in device.readings[""]} == {1_768_500_010_000}
    assert device.values()[Channel.POWER_FACTOR] == pytest.approx(0.45)


def test_starting() -> None:
    """Nothing measured yet is no fault."""
    assert played("starting").circuits == {}
    assert played("starting").refused == []


def test_needs_a_token() -> None:
    """The interface is encrypted and asks for a token."""
    assert DIALECT.http is not None
    assert DIALECT.http.auth is HttpAuth.BEARER
    assert DIALECT.http.uses_tls
    first = {"product_type": "HWE-P1", "serial": "5c2faf0a0b0c", "api_version": "v1"}
    assert DIALECT.http.identity(first) is None


def test_pairing() -> None:
    """A token is asked for under a name of ours, and taken out of the answer."""
    pairing = DIALECT.pairing
    assert pairing is not None
    assert pairing.path == "/api/user"
    assert pairing.request("wattwise-a1b2c3") == {"name": "local/wattwise-a1b2c3"}
    assert pairing.token({"token": "ABCD", "name": "local/wattwise"}) == "ABCD"
    for body in (None, [], {}, {"token": 5}, {"token": ""}, "ABCD"):
        assert pairing.token(body) is None
