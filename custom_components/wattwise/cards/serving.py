"""How our cards come to the browser."""

from pathlib import Path
from typing import Final

from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from ..const import DOMAIN

_FOLDER: Final = Path(__file__).parent
_URL: Final = f"/{DOMAIN}/cards"
_MODULES: Final = ("power-quality-card.js",)


async def async_serve_cards(hass: HomeAssistant) -> None:
    """Let each page of the frontend load our cards; without a frontend, nothing."""
    if "frontend" not in hass.config.components:
        return
    # Home Assistant can do without it, and so can a household.
    from homeassistant.components.frontend import add_extra_js_url  # noqa: PLC0415

    version = (await async_get_integration(hass, DOMAIN)).version
    await hass.http.async_register_static_paths(
        [
            StaticPathConfig(f"{_URL}/{module}", str(_FOLDER / module), True)
            for module in _MODULES
        ]
    )
    for module in _MODULES:
        # Browsers keep a module for a month: each version has an address of its own.
        add_extra_js_url(hass, f"{_URL}/{module}?{version}")
