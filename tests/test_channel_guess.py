"""Which sensors of a device carry which channel."""

import pytest

from custom_components.wattwise.flows.channel_guess import Candidate, guess_channels
from custom_components.wattwise.metering.quantity import Channel, Quantity


def power(name: str) -> Candidate:
    """Return a sensor of power."""
    return Candidate(f"sensor.{name}", "", Quantity.POWER)


def energy(name: str, *, counts: bool = True) -> Candidate:
    """Return a sensor of energy."""
    return Candidate(f"sensor.{name}", "", Quantity.ENERGY, is_counter=counts)


def voltage(name: str) -> Candidate:
    """Return a sensor of voltage."""
    return Candidate(f"sensor.{name}", "", Quantity.VOLTAGE)


def current(name: str) -> Candidate:
    """Return a sensor of current."""
    return Candidate(f"sensor.{name}", "", Quantity.CURRENT)


@pytest.mark.parametrize(
    ("sensors", "guess"),
    [
        # A smart plug.
        (
            [
                power("plug_power"),
                energy("plug_energy"),
                energy("plug_energy_today"),
                voltage("plug_voltage"),
                current("plug_current"),
                Candidate("sensor.plug_frequency", "", Quantity.FREQUENCY),
                Candidate("sensor.plug_power_factor", "", Quantity.POWER_FACTOR),
            ],
            {
                Channel.POWER: "plug_power",
                Channel.ENERGY_IMPORT: "plug_energy",
                Channel.VOLTAGE_L1: "plug_voltage",
                Channel.CURRENT_L1: "plug_current",
                Channel.FREQUENCY: "plug_frequency",
                Channel.POWER_FACTOR: "plug_power_factor",
            },
        ),
        # HomeWizard's reader at a Dutch smart meter.
        (
            [
                power("p1_meter_power"),
                power("p1_meter_power_phase_1"),
                power("p1_meter_power_phase_2"),
                power("p1_meter_peak_demand_current_month"),
                energy("p1_meter_energy_import"),
                energy("p1_meter_energy_import_tariff_1"),
                energy("p1_meter_energy_export_tariff_1"),
                energy("p1_meter_energy_export"),
                voltage("p1_meter_voltage_phase_2"),
                voltage("p1_meter_voltage_phase_1"),
                current("p1_meter_current_phase_1"),
                current("p1_meter_current_phase_3"),
            ],
            {
                Channel.POWER: "p1_meter_power",
                Channel.ENERGY_IMPORT: "p1_meter_energy_import",
                Channel.ENERGY_EXPORT: "p1_meter_energy_export",
                Channel.VOLTAGE_L1: "p1_meter_voltage_phase_1",
                Channel.VOLTAGE_L2: "p1_meter_voltage_phase_2",
                Channel.CURRENT_L1: "p1_meter_current_phase_1",
                Channel.CURRENT_L3: "p1_meter_current_phase_3",
            },
        ),
        # Shelly's three-phase meter.
        (
            [
                power("shelly_phase_a_active_power"),
                power("shelly_phase_b_active_power"),
                power("shelly_total_active_power"),
                energy("shelly_total_active_energy"),
                energy("shelly_total_active_returned_energy"),
                energy("shelly_phase_a_total_active_energy"),
                voltage("shelly_phase_a_voltage"),
                voltage("shelly_phase_b_voltage"),
                voltage("shelly_phase_c_voltage"),
                current("shelly_phase_c_current"),
                current("shelly_phase_n_current"),
            ],
            {
                Channel.POWER: "shelly_total_active_power",
                Channel.ENERGY_IMPORT: "shelly_total_active_energy",
                Channel.ENERGY_EXPORT: "shelly_total_active_returned_energy",
                Channel.VOLTAGE_L1: "shelly_phase_a_voltage",
                Channel.VOLTAGE_L2: "shelly_phase_b_voltage",
                Channel.VOLTAGE_L3: "shelly_phase_c_voltage",
                Channel.CURRENT_L3: "shelly_phase_c_current",
                Channel.CURRENT_N: "shelly_phase_n_current",
            },
        ),
        # A solar inverter: panels and battery are no mains.
        (
            [
                power("inverter_pv_power"),
                energy("inverter_total_yield"),
                energy("inverter_daily_yield"),
                voltage("inverter_grid_voltage_l1"),
                voltage("inverter_grid_voltage_l2"),
                voltage("inverter_pv_voltage"),
                voltage("inverter_battery_voltage"),
            ],
            {
                Channel.POWER: "inverter_pv_power",
                Channel.ENERGY_EXPORT: "inverter_total_yield",
                Channel.VOLTAGE_L1: "inverter_grid_voltage_l1",
                Channel.VOLTAGE_L2: "inverter_grid_voltage_l2",
            },
        ),
        # A forecast of energy counts nothing; without a total there is no guess.
        (
            [
                energy("energy_production_tomorrow", counts=False),
                power("power_l1"),
                power("power_l2"),
            ],
            {},
        ),
        ([], {}),
    ],
)
def test_devices(sensors: list[Candidate], guess: dict[Channel, str]) -> None:
    """What devices call their sensors tells which they are."""
    expected = {channel: f"sensor.{name}" for channel, name in guess.items()}

    assert guess_channels(sensors) == expected
    assert guess_channels(reversed(sensors)) == expected


def test_name_counts_as_much_as_id() -> None:
    """Sensors with unspeaking ids are known by their names."""
    sensors = [
        Candidate("sensor.a1", "Voltage L2", Quantity.VOLTAGE),
        Candidate("sensor.a2", "Voltage 1", Quantity.VOLTAGE),
        Candidate("sensor.a3_energy", "Returned", Quantity.ENERGY, is_counter=True),
    ]

    assert guess_channels(sensors) == {
        Channel.VOLTAGE_L1: "sensor.a2",
        Channel.VOLTAGE_L2: "sensor.a1",
        Channel.ENERGY_EXPORT: "sensor.a3_energy",
    }
