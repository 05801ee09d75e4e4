"""Units."""

import pytest

from custom_components.wattwise.metering.quantity import (
    Channel,
    Quantity,
    UnknownUnitError,
    known_units,
    to_base_unit,
)


@pytest.mark.parametrize(
    ("value", "quantity", "unit", "expected"),
    [
        (1.5, Quantity.POWER, "kW", 1_500),
        (2.0, Quantity.ENERGY, "kWh", 2_000),
        (1.0, Quantity.ENERGY, "MWh", 1_000_000),
        (60.0, Quantity.ENERGY, "Wmin", 1),
        (3.6, Quantity.ENERGY, "MJ", 1_000),
        (230_000, Quantity.VOLTAGE, "mV", 230),
        (97, Quantity.POWER_FACTOR, "%", 0.97),
        (0.97, Quantity.POWER_FACTOR, None, 0.97),
        (80, Quantity.PRICE, "1/MWh", 0.08),
    ],
)
def test_values_are_converted(
    value: float, quantity: Quantity, unit: str | None, expected: float
) -> None:
    """Every unit ends in the base unit of its quantity."""
    assert to_base_unit(value, quantity, unit) == pytest.approx(expected)


def test_foreign_unit_is_named_with_those_that_would_do() -> None:
    """An error helps the reader."""
    with pytest.raises(UnknownUnitError, match=r"'°C' is not a unit of energy.*'kWh'"):
        to_base_unit(1, Quantity.ENERGY, "°C")
    assert "kWh" in known_units(Quantity.ENERGY)


def test_every_channel_has_a_quantity() -> None:
    """A new channel cannot be forgotten in the tables."""
    assert {channel.quantity for channel in Channel} == set(Quantity)
