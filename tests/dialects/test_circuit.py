"""What the role of a meter makes of what its device tells."""

import pytest

from custom_components.wattwise.dialects.contract.circuit import (
    Circuit,
    Formula,
    Turned,
)
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel

POWER = Formula.of("power", "W")
IMPORT = Formula.of("import", "kWh")
EXPORT = Formula.of("export", "kWh")

PLUG = Circuit("", {Channel.POWER: POWER, Channel.ENERGY_IMPORT: IMPORT})
BOTH_WAYS = Circuit(
    "",
    {
        Channel.POWER: POWER,
        Channel.ENERGY_IMPORT: IMPORT,
        Channel.ENERGY_EXPORT: EXPORT,
    },
)


def test_a_plug_behind_an_inverter() -> None:
    """It counts what is produced as if it were used; its power is positive."""
    roof = PLUG.of_role(MeterRole.PRODUCTION)
    assert roof.channels == {Channel.POWER: POWER, Channel.ENERGY_EXPORT: IMPORT}
    assert roof.turned is Turned.COUNTER


def test_a_meter_of_both_ways_behind_an_inverter() -> None:
    """It knows what is produced as export; its power is negative meanwhile."""
    roof = BOTH_WAYS.of_role(MeterRole.PRODUCTION)
    assert roof.channels[Channel.ENERGY_EXPORT] == EXPORT
    assert roof.channels[Channel.POWER].value({"power": -2_000.0}) == 2_000.0
    assert roof.turned is Turned.POWER


@pytest.mark.parametrize("role", [MeterRole.GRID, MeterRole.BATTERY])
@pytest.mark.parametrize("circuit", [PLUG, BOTH_WAYS])
def test_other_roles_change_nothing(circuit: Circuit, role: MeterRole) -> None:
    """Import and positive power are what comes in."""
    assert circuit.of_role(role).channels == circuit.channels


@pytest.mark.parametrize("circuit", [PLUG, BOTH_WAYS])
def test_all_is_given_back(circuit: Circuit) -> None:
    """A meter that was taken for a roof by mistake is what it was."""
    back = circuit.of_role(MeterRole.PRODUCTION).of_role(MeterRole.APPLIANCE)
    assert back.channels == circuit.channels
    assert back.turned is None


def test_a_device_that_knows_its_role() -> None:
    """Its power is positive while it produces, as the page for builders asks for."""
    circuit = Circuit("", BOTH_WAYS.channels, knows_its_role=True)
    roof = circuit.of_role(MeterRole.PRODUCTION)
    assert roof.channels == circuit.channels


def test_channels_of_a_supply() -> None:
    """What an appliance goes without is there where energy may flow both ways."""
    circuit = Circuit("", PLUG.channels, supply_channels=BOTH_WAYS.channels)
    assert circuit.of_role(MeterRole.APPLIANCE).channels == PLUG.channels
    assert circuit.of_role(MeterRole.GRID).channels == BOTH_WAYS.channels
    roof = circuit.of_role(MeterRole.PRODUCTION)
    assert roof.channels[Channel.ENERGY_EXPORT] == EXPORT
