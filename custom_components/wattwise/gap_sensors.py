"""The sensor that shows for how long a meter told nothing of late."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, override

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from .const import LOGGER
from .entity import MeterEntity
from .history.errors import HistoryError
from .history.questions.gaps import (
    Gap,
    GapKind,
    find_gaps,
)
from .history_unavailable import history_unavailable
from .household import WattWiseConfigEntry
from .meter import Meter

ATTR_KNOWN_IN_SUM: Final = "known_in_sum"

# Shorter ones are missed reports, of which every radio loses some.
NOTABLE_GAP: Final = timedelta(minutes=15)

_WINDOW: Final = timedelta(days=30)
_INTERVAL: Final = timedelta(hours=1)

MISSING: Final = SensorEntityDescription(
    key="missing_30_days",
    translation_key="missing_30_days",
    device_class=SensorDeviceClass.DURATION,
    native_unit_of_measurement=UnitOfTime.HOURS,
    suggested_display_precision=1,
    entity_category=EntityCategory.DIAGNOSTIC,
)


class GapCoordinator(DataUpdateCoordinator[list[Gap]]):
    """Asks the history every hour for what a meter did not tell of late."""

    config_entry: ConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter
    ) -> None:
        """Look for the gaps of a meter."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{meter.name} gaps",
            update_interval=_INTERVAL,
        )
        self._meter = meter

    @override
    async def _async_update_data(self) -> list[Gap]:
        """Find the gaps of the last days."""
        profile = self._meter.profile
        now = dt_util.utcnow()
        now_ms = int(now.timestamp() * 1000)
        start_ms = int((now - _WINDOW).timestamp() * 1000)
        try:
            return await self._meter.history.ask(
                lambda queries: find_gaps(
                    queries,
                    profile.meter_id,
                    None,
                    start_ms,
                    now_ms,
                    now_ms=now_ms,
                    shortest_ms=NOTABLE_GAP // timedelta(milliseconds=1),
                    patience_ms=profile.hold_ms,
                )
            )
        except HistoryError as err:
            if self._shutdown_requested:
                # It was closed meanwhile, perhaps before the first answer.
                return self.data or []
            raise history_unavailable(err) from err


class MissingSensor(MeterEntity, SensorEntity):
    """For how long a meter told nothing in the last 30 days."""

    _unrecorded_attributes = frozenset({ATTR_KNOWN_IN_SUM})

    entity_description = MISSING

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        meter: Meter,
        gaps: GapCoordinator,
    ) -> None:
        """Show the gaps of a meter."""
        super().__init__(hass, entry, meter, MISSING.key)
        self._gaps = gaps
        self._was_heard_of = bool(self.coordinator.latest)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the gaps, not the readings."""
        await super().async_added_to_hass()
        self.async_on_remove(self._gaps.async_add_listener(self.async_write_ha_state))

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Follow the first reading only: others change nothing of what was missing."""
        if self._was_heard_of != bool(self.coordinator.latest):
            self._was_heard_of = True
            self.async_write_ha_state()

    @property
    @override
    def available(self) -> bool:
        """Return whether the history could be asked."""
        return self._gaps.last_update_success

    @property
    @override
    def native_value(self) -> float | None:
        """Return the hours, unknown while the meter has told nothing at all."""
        return _hours(self._gaps.data) if self._was_heard_of else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return for how many of the hours a counter tells the energy in sum."""
        known = [
            gap for gap in self._gaps.data or () if gap.kind is GapKind.KNOWN_IN_SUM
        ]
        return {ATTR_KNOWN_IN_SUM: _hours(known)}


def _hours(gaps: list[Gap]) -> float:
    return round(sum(gap.duration_ms for gap in gaps) / 3_600_000, 2)
