"""What was learned of a home's day types, kept over restarts."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1


class DayTypesMemory:
    """Keeps the day types of a household, so that a restart changes none of them."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep them under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.day_types.{household_id}"
        )

    async def async_load(self) -> dict[str, Any] | None:
        """Return what was kept; None if nothing was."""
        kept = await self._store.async_load()
        types = kept.get("types") if kept else None
        return types if isinstance(types, dict) else None

    async def async_save(self, types: dict[str, Any]) -> None:
        """Keep what was learned."""
        await self._store.async_save({"types": types})

    async def async_remove(self) -> None:
        """Forget it."""
        await self._store.async_remove()
