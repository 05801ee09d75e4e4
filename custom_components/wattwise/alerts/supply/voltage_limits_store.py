"""A household's limits of the voltage, kept over restarts."""

from dataclasses import asdict, fields
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from ...alerting.supply.voltage import VoltageLimits
from ...const import DOMAIN, LOGGER

# Each may be set so far from nominal [%].
LEAST_LIMIT: Final = 1.0
MOST_LIMIT: Final = 30.0

_VERSION: Final = 1


class VoltageLimitsStore:
    """Keeps the limits: settings of the home, whatever entities show them."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep them under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.alert_limits.{household_id}"
        )

    async def async_load(self) -> VoltageLimits:
        """Return what was kept, or else the usual limits."""
        kept = await self._store.async_load()
        if kept is None:
            return VoltageLimits()
        try:
            limits = VoltageLimits(
                **{f.name: float(kept[f.name]) for f in fields(VoltageLimits)}
            )
        except (KeyError, TypeError, ValueError) as err:
            LOGGER.warning("The limits of the voltage cannot be read: %s", err)
            return VoltageLimits()
        if not (
            LEAST_LIMIT <= limits.low_warning <= limits.low_critical <= MOST_LIMIT
            and LEAST_LIMIT <= limits.high_warning <= limits.high_critical <= MOST_LIMIT
        ):
            LOGGER.warning("The limits of the voltage cannot be: %s", limits)
            return VoltageLimits()
        return limits

    async def async_save(self, limits: VoltageLimits) -> None:
        """Keep these limits."""
        await self._store.async_save(asdict(limits))

    async def async_remove(self) -> None:
        """Forget them."""
        await self._store.async_remove()
