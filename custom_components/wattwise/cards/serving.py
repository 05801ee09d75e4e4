"""How our cards and pages come to the browser."""

from pathlib import Path
from typing import Final

from homeassistant.components.http.server import StaticPathConfig
from homeassistant.core import HomeAssistant
from homeassistant.loader import async_get_integration

from ..const import DOMAIN

PROVIDER_PANEL: Final = "provider-panel.js"

_FOLDER: Final = Path(__file__).parent
_CARDS: Final = ("power-quality-card.js", "advice-card.js")
# Pages are loaded when they are opened; what cards and pages are made of, they import.
_OTHERS: Final = (
    PROVIDER_PANEL,
    "elements.js",
    "forecast-chart.js",
    "local-format.js",
    "provider-style.js",
    "provider-words.js",
)


async def async_serve_cards(hass: HomeAssistant) -> None:
    """Let each page of the frontend load our cards; without a frontend, nothing."""
    if "frontend" not in hass.config.components:
        return
    # Home Assistant can do without it, and so can a household.
    from homeassistant.components.frontend import add_extra_js_url  # noqa: PLC0415

    folder = await _address(hass)
    await hass.http.async_register_static_paths(
        [
            StaticPathConfig(f"{folder}/{module}", str(_FOLDER / module), True)
            for module in (*_CARDS, *_OTHERS)
        ]
    )
    for card in _CARDS:
        add_extra_js_url(hass, f"{folder}/{card}")


async def async_module_url(hass: HomeAssistant, module: str) -> str:
    """Return where browsers find a module that is served."""
    return f"{await _address(hass)}/{module}"


async def _address(hass: HomeAssistant) -> str:
    """Return the folder in which modules are.

    Browsers keep a module for a month: each version has addresses of its own, also of
    what its cards import.
    """
    version = (await async_get_integration(hass, DOMAIN)).version
    return f"/{DOMAIN}/cards/{version}"
