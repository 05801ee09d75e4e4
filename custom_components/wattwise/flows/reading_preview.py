"""How the first readings of a new meter are shown to the user."""

from collections.abc import Iterable
from typing import Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..metering.quantity import Channel, Quantity
from ..metering.reading import Reading

# Per quantity: factor from the base unit, decimals, unit.
_DISPLAY: Final[dict[Quantity, tuple[float, int, str]]] = {
    Quantity.POWER: (1.0, 0, " W"),
    Quantity.ENERGY: (1e-3, 3, " kWh"),
    Quantity.VOLTAGE: (1.0, 1, " V"),
    Quantity.CURRENT: (1.0, 2, " A"),
    Quantity.FREQUENCY: (1.0, 2, " Hz"),
    Quantity.POWER_FACTOR: (1.0, 2, ""),
    Quantity.LOAD: (1.0, 0, " %"),
    Quantity.PRICE: (1.0, 4, ""),
}


def newest_of_each(readings: Iterable[Reading]) -> list[Reading]:
    """Return the newest reading of each channel, in the order of the channels."""
    newest: dict[Channel, Reading] = {}
    for reading in readings:
        known = newest.get(reading.channel)
        if known is None or reading.time_ms >= known.time_ms:
            newest[reading.channel] = reading
    return [newest[channel] for channel in Channel if channel in newest]


async def async_preview(hass: HomeAssistant, readings: Iterable[Reading]) -> str:
    """Return readings as text in Home Assistant's language."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", [DOMAIN]
    )
    parts = []
    for reading in newest_of_each(readings):
        key = f"component.{DOMAIN}.selector.channel.options.{reading.channel}"
        factor, decimals, unit = _DISPLAY[reading.channel.quantity]
        value = f"{reading.value * factor:.{decimals}f}{unit}"
        parts.append(f"{texts.get(key, reading.channel)}: {value}")
    return ", ".join(parts)
