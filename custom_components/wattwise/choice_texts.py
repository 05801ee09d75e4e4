"""Sentences and names outside of forms, in the language of Home Assistant.

Home Assistant translates no notifications. The texts of choices are the ones that are
free to say anything.
"""

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN


async def async_choice_texts(
    hass: HomeAssistant, *, translation_key: str
) -> dict[str, str]:
    """Return the texts of a list of choices by their key."""
    texts = await async_get_translations(
        hass, hass.config.language, "selector", [DOMAIN]
    )
    prefix = f"component.{DOMAIN}.selector.{translation_key}.options."
    return {
        key.removeprefix(prefix): text
        for key, text in texts.items()
        if key.startswith(prefix)
    }
