"""How the first readings of a new meter are shown to the user."""

from collections.abc import Iterable, Mapping
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations

from ..const import DOMAIN
from ..entity_reference import EntityContent, content_of_entity, unit_of_entity
from ..metering.quantity import Channel, Quantity, UnknownUnitError, to_base_unit
from ..metering.reading import Reading

# From here on nobody wants to read Wh [kWh].
_LARGE_COUNTER: Final = 100.0
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


@callback
def readings_of_entities(
    hass: HomeAssistant, entities: Mapping[Channel, str]
) -> list[Reading]:
    """Return what entities show right now, as far as they show something."""
    readings = []
    for channel, entity_id in entities.items():
        state = hass.states.get(entity_id)
        if not state or content_of_entity(hass, entity_id) is not EntityContent.NUMBER:
            continue
        unit = unit_of_entity(hass, entity_id)
        try:
            value = to_base_unit(float(state.state), channel.quantity, unit)
        except UnknownUnitError:
            continue
        readings.append(
            Reading(channel, int(state.last_updated_timestamp * 1000), value)
        )
    return readings


async def async_texts(hass: HomeAssistant) -> dict[str, str]:
    """Return the texts of choices in Home Assistant's language, by selector and key."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", [DOMAIN]
    )
    prefix = f"component.{DOMAIN}.selector."
    return {key.removeprefix(prefix): text for key, text in texts.items()}


async def async_preview(
    hass: HomeAssistant, readings: Iterable[Reading], *, as_list: bool = False
) -> str:
    """Return readings in Home Assistant's language, in one line or a list of lines."""
    texts = await async_texts(hass)
    parts = []
    for reading in newest_of_each(readings):
        name = texts[f"channel.options.{reading.channel}"]
        parts.append(f"{name}: {_shown(reading)}")
    return "\n".join(f"- {part}" for part in parts) if as_list else ", ".join(parts)


def _shown(reading: Reading) -> str:
    """Return a value as people write it."""
    factor, decimals, unit = _DISPLAY[reading.channel.quantity]
    value = reading.value * factor
    if reading.channel.is_energy and abs(value) >= _LARGE_COUNTER:
        decimals = 1
    return f"{value:,.{decimals}f}{unit}"
