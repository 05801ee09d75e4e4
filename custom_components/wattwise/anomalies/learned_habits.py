"""What was learned of a home's habits, kept over restarts."""

from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN

_VERSION: Final = 1


class LearnedHabits:
    """Keeps what the detector learned, so that a restart needs no lesson."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep it under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.anomalies.{household_id}"
        )

    async def async_load(self) -> dict[str, Any] | None:
        """Return what was kept; None if nothing was."""
        kept = await self._store.async_load()
        state = kept.get("detector") if kept else None
        return state if isinstance(state, dict) else None

    async def async_save(self, state: dict[str, Any]) -> None:
        """Keep what was learned."""
        await self._store.async_save({"detector": state})

    async def async_remove(self) -> None:
        """Forget it."""
        await self._store.async_remove()
