"""The page of the overview in the sidebar: for administrators, with several homes."""

from typing import Final

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..cards.serving import PROVIDER_PANEL, async_module_url
from ..const import DOMAIN
from .overview import async_overview

PANEL_PATH: Final = "wattwise-homes"
# One home has its own device and dashboards.
_LEAST_HOMES: Final = 2
_ELEMENT: Final = "wattwise-provider-panel"
_TITLE: Final = "All homes"
_ICON: Final = "mdi:home-group"


async def async_serve_panel(hass: HomeAssistant) -> None:
    """Show the page while there are several homes; without a frontend, never.

    It is served with the cards. It holds no data itself: it asks for it, and only
    administrators are answered.
    """
    if "frontend" not in hass.config.components:
        return
    panel = _Panel(hass, await async_module_url(hass, PROVIDER_PANEL))
    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, panel.async_changed)
    await panel.async_show()


class _Panel:
    """Is in the sidebar or not."""

    def __init__(self, hass: HomeAssistant, url: str) -> None:
        self._hass = hass
        self._url = url

    @callback
    def async_changed(self, change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Look anew when a household came, went or was switched off."""
        if entry.domain == DOMAIN:
            self._hass.async_create_task(self.async_show(), eager_start=True)

    async def async_show(self) -> None:
        """Show the page, or take it away."""
        from homeassistant.components.frontend import (  # noqa: PLC0415
            async_panel_exists,
            async_remove_panel,
        )
        from homeassistant.components.panel_custom import (  # noqa: PLC0415
            async_register_panel,
        )

        households = async_overview(self._hass).async_households()
        wanted, there = (
            len(households) >= _LEAST_HOMES,
            async_panel_exists(self._hass, PANEL_PATH),
        )
        if wanted and not there:
            await async_register_panel(
                self._hass,
                PANEL_PATH,
                _ELEMENT,
                sidebar_title=_TITLE,
                sidebar_icon=_ICON,
                module_url=self._url,
                require_admin=True,
            )
        elif there and not wanted:
            async_remove_panel(self._hass, PANEL_PATH)
