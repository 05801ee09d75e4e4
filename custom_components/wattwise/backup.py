"""Keeping the history whole in Home Assistant's backups."""

from typing import Final

from homeassistant.core import HomeAssistant

from .shared_history import (
    async_acquire_history,
    async_get_history,
    async_release_history,
)

# Uses the history like a household: one that is reloaded meanwhile must not close it,
# which would write to the file that is being copied.
_USER: Final = "backup"


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Let the file be copied while readings go on arriving."""
    if async_get_history(hass):
        history = await async_acquire_history(hass, _USER)
        await history.begin_backup()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Go on as usual; this is called whether or not a backup could begin."""
    if history := async_get_history(hass):
        try:
            await history.end_backup()
        finally:
            await async_release_history(hass, _USER)
