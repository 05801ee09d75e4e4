"""The units by which alone a value is known to be something of a meter."""

from typing import Final

from ..metering.quantity import Quantity, known_units

QUANTITY_OF_UNIT: Final = {
    unit: quantity
    for quantity in (
        Quantity.POWER,
        Quantity.ENERGY,
        Quantity.VOLTAGE,
        Quantity.CURRENT,
        Quantity.FREQUENCY,
    )
    for unit in known_units(quantity)
}
