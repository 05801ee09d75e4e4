"""How our cards come to the browser."""

from pathlib import Path
from typing import Final

from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from ..const import DOMAIN

_FOLDER: Final = Path(__file__).parent
_CARDS: Final = ("power-quality-card.js", "advice-card.js")
# Cards import it themselves.
_PARTS: Final = ("elements.js",)


async def async_serve_cards(hass: HomeAssistant) -> None:
    """Let each page of the frontend load our cards; without a frontend, nothing."""
    if "frontend" not in hass.config.components:
        return
    # Home Assistant can do without it, and so can a household.
    from homeassistant.components.frontend import add_extra_js_url  # noqa: PLC0415

    version = (await async_get_integration(hass, DOMAIN)).version
    # Browsers keep a module for a month: each version has addresses of its own, also of
    # what its cards import.
    folder = f"/{DOMAIN}/cards/{version}"
    await hass.http.async_register_static_paths(
        [
            StaticPathConfig(f"{folder}/{module}", str(_FOLDER / module), True)
            for module in (*_CARDS, *_PARTS)
        ]
    )
    for card in _CARDS:
        add_extra_js_url(hass, f"{folder}/{card}")
