"""What a household set by its entities, kept over restarts."""

from collections.abc import Iterable
import math
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER

_VERSION: Final = 1
_DELAY_S: Final = 1
# Settings of meters are named after these and the meter's id.
USAGE_INTERVAL_OF: Final = "usage_interval_"
_OF_METERS: Final = (USAGE_INTERVAL_OF,)


class HouseholdSettings:
    """Numbers by key: amounts, choices of minutes. One object writes each file."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep them under the household's id."""
        self.amounts: dict[str, float] = {}
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.amounts.{household_id}"
        )

    async def async_load(self, meter_ids: Iterable[str]) -> None:
        """Take over what was kept.

        What is no number, and what was set of meters that are removed, is left out.
        """
        known = {f"{prefix}{meter}" for prefix in _OF_METERS for meter in meter_ids}
        for key, value in (await self._store.async_load() or {}).items():
            if key.startswith(_OF_METERS) and key not in known:
                continue
            try:
                amount = float(value)
            except TypeError, ValueError:
                amount = math.nan
            if math.isfinite(amount):
                self.amounts[key] = amount
            else:
                LOGGER.warning("The setting %s cannot be read: %r", key, value)

    @callback
    def async_set(self, key: str, amount: float) -> None:
        """Keep a number soon, at the latest as Home Assistant stops."""
        self.amounts[key] = amount
        self._store.async_delay_save(lambda: dict(self.amounts), _DELAY_S)

    async def async_save(self) -> None:
        """Keep them at once: others are about to read them."""
        await self._store.async_save(dict(self.amounts))

    async def async_remove(self) -> None:
        """Forget them."""
        await self._store.async_remove()
