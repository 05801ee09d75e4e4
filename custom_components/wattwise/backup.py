"""Keeping the history whole in Home Assistant's backups."""

from homeassistant.core import HomeAssistant

from .shared_history import async_get_history


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Let the file be copied while readings go on arriving."""
    if history := async_get_history(hass):
        await history.begin_backup()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on as usual."""
    if history := async_get_history(hass):
        await history.end_backup()
