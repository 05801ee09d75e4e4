"""The alerts of a household that were there, kept over restarts."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from ...const import DOMAIN, LOGGER
from ..alert import Alert, AlertKind, AlertSeverity

_VERSION: Final = 1
# Alerts come in swarms: a sag is seen by several entities.
_DELAY_S: Final = 5


class KeptAlerts:
    """Keeps the alerts by the unique ids of their entities."""

    def __init__(self, hass: HomeAssistant, household_id: str) -> None:
        """Keep them under the household's id."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.alerts.{household_id}"
        )

    async def async_load(self) -> dict[str, Alert]:
        """Return what was there; what cannot be read is left out."""
        alerts: dict[str, Alert] = {}
        for key, kept in (await self._store.async_load() or {}).items():
            try:
                alerts[key] = _read(kept)
            except (AttributeError, KeyError, TypeError, ValueError) as err:
                # Also those a later version knows.
                LOGGER.warning("The alert of %s cannot be read: %s", key, err)
        return alerts

    @callback
    def async_keep(self, alerts: Callable[[], Mapping[str, Alert]]) -> None:
        """Keep soon what is there then; at the latest as Home Assistant stops."""
        self._store.async_delay_save(lambda: _written(alerts()), _DELAY_S)

    async def async_save(self, alerts: Mapping[str, Alert]) -> None:
        """Keep these alerts at once."""
        await self._store.async_save(_written(alerts))

    async def async_remove(self) -> None:
        """Forget them."""
        await self._store.async_remove()


def _written(alerts: Mapping[str, Alert]) -> dict[str, Any]:
    return {
        key: {**asdict(alert), "since": alert.since.isoformat()}
        for key, alert in alerts.items()
    }


def _read(kept: Mapping[str, Any]) -> Alert:
    since = dt_util.parse_datetime(kept["since"], raise_on_error=True)
    if since.tzinfo is None:
        raise ValueError(f"no time zone in {kept['since']}")
    return Alert(
        AlertKind(kept["kind"]),
        AlertSeverity(kept["severity"]),
        AlertSeverity(kept["worst"]),
        str(kept["entity_id"]),
        kept["meter"],
        since,
        dict(kept["details"]),
    )
