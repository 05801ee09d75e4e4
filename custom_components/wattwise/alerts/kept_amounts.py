"""Amounts a household sets by number entities, kept over restarts."""

import math
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER

_VERSION: Final = 1


class KeptAmounts:
    """Keeps amounts by key: settings of the home, whatever entities show them."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep them under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.amounts.{household_id}"
        )

    async def async_load(self) -> dict[str, float]:
        """Return what was kept; what is no number is left out."""
        kept = await self._store.async_load() or {}
        amounts: dict[str, float] = {}
        for key, value in kept.items():
            try:
                amount = float(value)
            except TypeError, ValueError:
                amount = math.nan
            if math.isfinite(amount):
                amounts[key] = amount
            else:
                LOGGER.warning("The amount %s cannot be read: %r", key, value)
        return amounts

    async def async_save(self, amounts: dict[str, float]) -> None:
        """Keep these amounts."""
        await self._store.async_save(dict(amounts))

    async def async_remove(self) -> None:
        """Forget them."""
        await self._store.async_remove()
