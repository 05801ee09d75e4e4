"""When the bill of the month is looked at: each hour, and its past each night."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_change
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..analytics.tariffs.bill import month_peaks
from ..analytics.tariffs.day_sums import DaySum, day_sums
from ..analytics.tariffs.grid_slot import PriceSteps
from ..analytics.tariffs.local_days import local_day, midnight, month_start
from ..analytics.tariffs.month_outlook import Known, MonthOutlook, month_outlook
from ..const import LOGGER
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole
from .days_ahead import async_days_ahead
from .grid_energy import GridPast, async_grid_past
from .present_tariff import async_present_steps, present_charges

# All of last year, and the weeks that its first days are judged by.
_LOOK_BACK: Final = timedelta(days=365 + 60)
# What comes late is seldom later than that; the rest is read in the night.
_READ_AGAIN: Final = timedelta(days=3)
# The start is over by then.
_PAST_AFTER: Final = timedelta(minutes=3)
# After the hour's forecast of consumption.
_MINUTE: Final = 4


def has_bill(home: Household) -> bool:
    """Whether there is anything a bill could be about."""
    return home.has_role(MeterRole.GRID)


@callback
def async_follow_bill(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> BillCoordinator | None:
    """Follow the bill of a household until it is unloaded, if it can have one."""
    if not has_bill(entry.runtime_data):
        return None
    bill = BillCoordinator(hass, entry)
    entry.async_on_unload(bill.async_begin())
    return bill


class BillCoordinator(DataUpdateCoordinator[MonthOutlook]):
    """Knows what this month cost so far, and what it will."""

    config_entry: WattWiseConfigEntry

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Follow the bill of the household of an entry."""
        super().__init__(hass, LOGGER, config_entry=entry, name=f"{entry.title} bill")
        self._household = entry.runtime_data
        self._charges = present_charges(entry)
        self._days: dict[date, DaySum] = {}
        self._peaks: dict[date, float] = {}
        self._reads_past = False
        self._past_read: date | None = None
        self._stops: list[CALLBACK_TYPE] = []
        self._ended = False

    @callback
    def async_begin(self) -> CALLBACK_TYPE:
        """Look each hour, until the result is called."""
        self._stops.append(async_at_started(self.hass, self._async_started))
        return self._async_end

    @callback
    def _async_end(self) -> None:
        self._ended = True
        while self._stops:
            self._stops.pop()()

    @override
    async def async_shutdown(self) -> None:
        """Look no more."""
        self._async_end()
        await super().async_shutdown()

    @callback
    def async_past_grew(self) -> None:
        """Read the past once more at the next look."""
        self._past_read = None

    async def _async_started(self, _hass: HomeAssistant) -> None:
        await self.async_refresh()
        if self._ended:
            return
        self._stops += [
            async_call_later(self.hass, _PAST_AFTER, self._async_look_back),
            async_track_time_change(
                self.hass, self._async_look, minute=_MINUTE, second=19
            ),
            # What began anew shall not show the sums of yesterday for long.
            async_track_time_change(
                self.hass, self._async_look, hour=0, minute=0, second=9
            ),
        ]

    async def _async_look_back(self, now: datetime) -> None:
        self._reads_past = True
        await self._async_look(now)

    async def _async_look(self, _now: datetime) -> None:
        await self.async_refresh()

    @override
    async def _async_update_data(self) -> MonthOutlook:
        charges = present_charges(self.config_entry)
        if charges != self._charges:
            # Another length of demand periods was chosen.
            self._charges, self._past_read = charges, None
            self._peaks.clear()
        now = dt_util.utcnow()
        zone = dt_util.get_default_time_zone()
        today = local_day(now.timestamp(), zone)
        begin = min(
            midnight(month_start(today), zone),
            midnight(today - _READ_AGAIN, zone),
        )
        try:
            if self._reads_past and self._past_read != today:
                await self._async_read_past(begin, now)
                self._past_read = today
            recent = await async_grid_past(
                self._household, int(begin * 1000), int(now.timestamp() * 1000)
            )
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        rules = await self._async_rules(begin, now.timestamp())
        ahead = await async_days_ahead(self.hass, self.config_entry, now.timestamp())
        await self.hass.async_add_executor_job(self._take, recent, rules)
        known = Known(self._days, self._peaks, recent.slots, recent.prices or rules)
        return await self.hass.async_add_executor_job(
            partial(
                month_outlook,
                known,
                self._charges,
                now.timestamp(),
                zone,
                ahead,
            )
        )

    async def _async_read_past(self, end: float, now: datetime) -> None:
        """Read all days before the newest, a month at a time."""
        zone = dt_util.get_default_time_zone()
        month = month_start(local_day((now - _LOOK_BACK).timestamp(), zone))
        while (begin := midnight(month, zone)) < end:
            month = month_start(month + timedelta(days=32))
            until = min(midnight(month, zone), end)
            past = await async_grid_past(
                self._household, int(begin * 1000), int(until * 1000)
            )
            rules = await self._async_rules(begin, until)
            await self.hass.async_add_executor_job(self._take, past, rules)

    async def _async_rules(self, start: float, end: float) -> PriceSteps | None:
        """Return what the tariff of today says of other days; an entity says nothing."""
        return await async_present_steps(self.hass, self.config_entry, start, end)

    def _take(self, past: GridPast, rules: PriceSteps | None) -> None:
        """Sum up days at the prices of today's tariff, as those to come will have them."""
        zone = dt_util.get_default_time_zone()
        steps = past.prices if rules is None else rules
        self._days.update(day_sums(past.slots, steps, zone))
        if self._charges.capacity:
            self._peaks.update(
                month_peaks(past.slots, self._charges.demand_minutes, zone)
            )
