"""What was forecast, kept over restarts in Home Assistant's own storage."""

from base64 import b64decode, b64encode
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER

_VERSION: Final = 1


class ForecastMemory:
    """Keeps the state of each forecast of a household."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep it under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.forecasts.{household_id}"
        )

    async def async_load(self) -> dict[str, bytes]:
        """Return what was kept, by the name of the forecast."""
        kept = await self._store.async_load() or {}
        try:
            return {name: b64decode(state) for name, state in kept.items()}
        except (TypeError, ValueError) as err:
            LOGGER.warning("The forecasts of before cannot be read: %s", err)
            return {}

    async def async_save(self, states: dict[str, bytes]) -> None:
        """Keep these states."""
        await self._store.async_save(
            {name: b64encode(state).decode() for name, state in states.items()}
        )

    async def async_remove(self) -> None:
        """Forget all of it."""
        await self._store.async_remove()
