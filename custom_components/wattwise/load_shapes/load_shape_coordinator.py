"""When the load shape of a household is looked at: each night, and after the start."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..analytics.load_shapes.archetypes import Likeness, shipped_archetypes
from ..analytics.load_shapes.load_shape import LoadShape, NoShape, ShapeKind
from ..following_coordinator import FollowingCoordinator
from ..forecasts.forecast_coordinator import ForecastCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry

# Nothing waits for it: all that learns in the night and after the start comes first.
_FIRST_LOOK: Final = timedelta(minutes=14)
_PAST_IS_QUIET: Final = timedelta(minutes=6)
_AGAIN: Final = timedelta(minutes=30)
_NIGHTLY_HOUR: Final = 6


@dataclass(frozen=True, slots=True)
class FoundShape:
    """What is known of when a home uses its energy."""

    days_known: int
    shape: LoadShape | None
    """None if it has none."""
    likeness: Likeness | None
    why_none: NoShape | None
    """Why it has no shape."""


class LoadShapeCoordinator(FollowingCoordinator[FoundShape | None]):
    """Says what kind of load shape a household has; nothing until the first look."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        forecast: ForecastCoordinator,
    ) -> None:
        """Look at the household of an entry, whose hours its forecast reads."""
        super().__init__(hass, entry, "load shape")
        self.data = None
        self._forecast = forecast
        self._before: ShapeKind | None = None
        self._next_look = self._planned(self._async_look)

    @callback
    def async_go_on_from(self, kind: ShapeKind) -> None:
        """Let the home stay what it was before a restart, unless it clearly is not."""
        self._before = self._before or kind

    @callback
    def async_past_grew(self) -> None:
        """Look soon at what a file or statistics brought, once no more comes."""
        if self.hass.is_running and not self._ended:
            self._next_look.plan(_PAST_IS_QUIET)

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        if self._ended:
            return
        self._each_night(_NIGHTLY_HOUR, self._async_look)
        if not self._next_look.is_planned:
            self._next_look.plan(_FIRST_LOOK)

    async def _async_look(self, _now: datetime) -> None:
        self._next_look.cancel()
        await self.async_refresh()
        if not self.last_update_success and not self._ended:
            # The history may be busy or away for a moment.
            self._next_look.plan(_AGAIN)

    @override
    async def _async_update_data(self) -> FoundShape | None:
        try:
            hours = await self._forecast.energy.async_hours(dt_util.utcnow())
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        found = await self.hass.async_add_executor_job(
            _look_at,
            hours.consumption,
            dt_util.get_default_time_zone(),
            self._forecast.known.temperature,
            self._before,
        )
        if found.likeness:
            self._before = found.likeness.kind
        return found


def _look_at(
    hours: Mapping[int, float],
    zone: tzinfo,
    temperatures: Mapping[int, float],
    before: ShapeKind | None,
) -> FoundShape:
    """Return the shape of a home's hours, and what it is like; in an executor."""
    from ..analytics.load_shapes.shape_features import (  # noqa: PLC0415  (numpy)
        days_known,
        shape_of,
        why_no_shape,
    )

    shape = shape_of(hours, zone, temperatures)
    likeness = shipped_archetypes().kind_of(shape, before) if shape else None
    why_none = None if shape else why_no_shape(hours, zone)
    return FoundShape(days_known(hours, zone), shape, likeness, why_none)
