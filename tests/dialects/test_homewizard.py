"""HomeWizard's first interface: each line of what it answers, and its traps."""

import pytest

from custom_components.wattwise.dialects.homewizard import DIALECT
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel

from .fixture_files import PlayedDevice, fixture, play


def played(name: str) -> PlayedDevice:
    """Return the one device of a fixture."""
    (device,) = play(DIALECT, fixture("homewizard", name))
    return device


def test_p1_of_three_phases() -> None:
    """Export is negative, gas and peaks are nobody's channel."""
    device = played("p1_three_phase")
    assert device.identity.key == "5c2faf0a0b0c"
    assert device.identity.model == "HWE-P1"
    assert device.identity.firmware == "5.18"
    assert device.circuits[""].role is MeterRole.GRID
    assert device.values() == pytest.approx(
        {
            Channel.POWER: -1230,
            Channel.ENERGY_IMPORT: 9_120_750,
            Channel.ENERGY_EXPORT: 2_210_500,
            Channel.VOLTAGE_L1: 234.2,
            Channel.VOLTAGE_L2: 231.9,
            Channel.VOLTAGE_L3: 232.4,
            Channel.CURRENT_L1: -6,
            Channel.CURRENT_L2: 1,
            Channel.CURRENT_L3: 1,
            Channel.FREQUENCY: 50,
        }
    )


def test_p1_keeps_an_export_of_zero() -> None:
    """At the grid a roof may come one day; a power of zero is a value."""
    assert played("p1_without_export").values() == pytest.approx(
        {Channel.POWER: 0, Channel.ENERGY_IMPORT: 4_310_500, Channel.ENERGY_EXPORT: 0}
    )


def test_p1_of_old_firmware() -> None:
    """Without a total the tariffs make it up; what is not there is no fault."""
    device = played("p1_old_firmware")
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 310,
            Channel.ENERGY_IMPORT: 3_000_750,
            Channel.ENERGY_EXPORT: 30_750,
        }
    )
    assert device.refused == []


def test_p1_that_is_starting() -> None:
    """A device that has heard of no meter yet measures nothing."""
    assert played("p1_starting").circuits == {}


def test_kwh_meter() -> None:
    """A meter of one phase has voltage and current without a number."""
    device = played("kwh1")
    assert device.circuits[""].role is None
    assert device.values() == pytest.approx(
        {
            Channel.POWER: 1841.5,
            Channel.ENERGY_IMPORT: 512_375,
            Channel.VOLTAGE_L1: 229.5,
            Channel.CURRENT_L1: 8.05,
            Channel.FREQUENCY: 49.98,
            Channel.POWER_FACTOR: 0.995,
        }
    )


def test_kwh_meter_behind_an_inverter() -> None:
    """What was fed in is a channel as soon as there is any."""
    device = played("kwh1_solar")
    assert device.values() == pytest.approx(
        {
            Channel.POWER: -1058.3,
            Channel.ENERGY_IMPORT: 2_705,
            Channel.ENERGY_EXPORT: 3_105_500,
        }
    )


def test_kwh_meter_of_three_phases() -> None:
    """Its current is the sum of the phases, and not that of the first."""
    values = played("kwh3").values()
    assert values[Channel.CURRENT_L1] == pytest.approx(10.1)
    assert values[Channel.POWER] == pytest.approx(6900.3)
    assert Channel.ENERGY_EXPORT not in values
    assert Channel.POWER_FACTOR not in values


def test_socket() -> None:
    """A socket that is off measures zeros, which are values."""
    assert played("socket").values() == pytest.approx(
        {
            Channel.POWER: 0,
            Channel.ENERGY_IMPORT: 63_651,
            Channel.VOLTAGE_L1: 231.5,
            Channel.CURRENT_L1: 0,
            Channel.FREQUENCY: 50.01,
            Channel.POWER_FACTOR: 0,
        }
    )


def test_socket_of_old_firmware() -> None:
    """Old sockets have a counter for one tariff only."""
    assert played("socket_old_firmware").values() == pytest.approx(
        {Channel.POWER: 1.2, Channel.ENERGY_IMPORT: 30_511}
    )


@pytest.mark.parametrize(
    "body",
    [
        {"product_type": "HWE-WTR", "serial": "5c2faf0a0b0c", "api_version": "v1"},
        {"product_type": "HWE-P1", "serial": "5c2faf0a0b0c", "api_version": "2.0.0"},
        {"product_type": "Toaster", "serial": "5c2faf0a0b0c", "api_version": "v1"},
        {"product_type": "HWE-P1", "api_version": "v1"},
        [],
    ],
)
def test_other_devices(body: object) -> None:
    """Water meters, the newer interface and everything else are not of this kind."""
    assert DIALECT.http is not None
    assert DIALECT.http.identity(body) is None
