"""What a home with a meter for each phase draws and feeds, as its utility counts it."""

from collections.abc import Callable
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import LOGGER
from .coordinator import TOTALS_INTERVAL
from .history.errors import HistoryError
from .history.history import History
from .history.questions.grid_day import GridDay
from .history_unavailable import history_unavailable


class GridNettingCoordinator(DataUpdateCoordinator[GridDay | None]):
    """Asks the history for today's energy netted over the grid meters."""

    config_entry: ConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        history: History,
        meter_ids: Callable[[], list[str]],
        price_id: str | None,
    ) -> None:
        """Net the meters of these ids; `price_id` says whose prices apply."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"{entry.title} grid",
            update_interval=TOTALS_INTERVAL,
        )
        self._history = history
        self._meter_ids = meter_ids
        self._price_id = price_id

    @override
    async def _async_update_data(self) -> GridDay | None:
        """Ask for today's netted energy and its cost."""
        try:
            return await self._history.netted_grid_today(
                self._meter_ids(), self._price_id
            )
        except HistoryError as err:
            if self._shutdown_requested:
                # It was closed meanwhile.
                return self.data
            raise history_unavailable(err) from err
