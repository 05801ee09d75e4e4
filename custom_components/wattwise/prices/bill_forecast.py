"""When the bill of the month is looked at: each hour, and its past each night."""

from asyncio import Lock
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..analytics.tariffs.charges import Charges
from ..analytics.tariffs.day_sums import DaySum, day_sums
from ..analytics.tariffs.demand_means import month_peaks
from ..analytics.tariffs.grid_slot import PriceSteps
from ..analytics.tariffs.local_days import local_day, midnight, month_start
from ..analytics.tariffs.month_outlook import Known, MonthOutlook, month_outlook
from ..following_coordinator import FollowingCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole
from .days_ahead import DaysAhead
from .grid_energy import GridPast, async_grid_past
from .present_tariff import async_present_steps, present_charges

# All of last year, and the weeks that its first days are judged by.
_LOOK_BACK: Final = timedelta(days=365 + 60)
# What the level of a home and its weekdays are judged by: read at once, so that a reload
# moves no expectation by much.
_LOOK_BACK_AT_FIRST: Final = timedelta(days=60)
# What comes late is seldom later than that; the rest is read in the night.
_READ_AGAIN: Final = timedelta(days=3)
# The start is over by then.
_PAST_AFTER: Final = timedelta(minutes=3)
# The history may be busy or away for a moment; an hour is long.
_AGAIN: Final = timedelta(minutes=1)
# After the hour's forecast of consumption.
_MINUTE: Final = 4


@dataclass(frozen=True, slots=True)
class _Past:
    """The days of some time, and the highest demand [kW] of each month in it."""

    days: Mapping[date, DaySum] = field(default_factory=dict)
    peaks: Mapping[date, float] = field(default_factory=dict)

    def with_newer(self, newer: _Past) -> _Past:
        """Return both; of a month that each has a part of, the higher peak counts."""
        highest = {
            month: max(peak, self.peaks.get(month, peak))
            for month, peak in newer.peaks.items()
        }
        return _Past({**self.days, **newer.days}, {**self.peaks, **highest})


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
    entry.async_on_unload(bill.async_follow())
    return bill


class BillCoordinator(FollowingCoordinator[MonthOutlook]):
    """Knows what this month cost so far, and what it will."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Follow the bill of the household of an entry."""
        super().__init__(hass, entry, "bill")
        self._household = entry.runtime_data
        self._charges = present_charges(entry)
        self._past = _Past()
        self._ahead = DaysAhead(hass, entry)
        self._one_by_one = Lock()
        self._look_back = self._planned(self._async_look_back)
        self._retry = self._planned(self._async_look)
        self._reads_past = False
        self._past_read: date | None = None
        self._grew = False

    @callback
    def async_past_grew(self) -> None:
        """Read the past once more at the next look."""
        self._past_read, self._grew = None, True

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        await self._async_look(dt_util.utcnow())
        if self._ended:
            return
        self._look_back.plan(_PAST_AFTER)
        self._stops += [
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
        self._retry.cancel()
        await self.async_refresh()
        if not self.last_update_success and not self._ended:
            self._retry.plan(_AGAIN)

    @override
    async def _async_update_data(self) -> MonthOutlook:
        # A look may be due while the past is still being read.
        async with self._one_by_one:
            return await self._async_outlook()

    async def _async_outlook(self) -> MonthOutlook:
        charges = present_charges(self.config_entry)
        if charges != self._charges:
            # Another length of demand periods was chosen.
            self._charges, self._past_read = charges, None
        now = dt_util.utcnow()
        zone = dt_util.get_default_time_zone()
        today = local_day(now.timestamp(), zone)
        begin = min(
            midnight(month_start(today), zone),
            midnight(today - _READ_AGAIN, zone),
        )
        try:
            if self._reads_past and self._past_read != today:
                self._grew = False
                self._past = await self._async_read_past(now - _LOOK_BACK, begin)
                if not self._grew:
                    self._past_read = today
            elif not self._reads_past and not self._past.days:
                self._past = await self._async_read_past(
                    now - _LOOK_BACK_AT_FIRST, begin
                )
            recent = await async_grid_past(
                self._household, int(begin * 1000), int(now.timestamp() * 1000)
            )
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        rules = await self._async_rules(begin, now.timestamp())
        ahead = await self._ahead.async_expect(now.timestamp())
        newest = await self.hass.async_add_executor_job(_summed, recent, rules, charges)
        whole = self._past.with_newer(newest)
        known = Known(whole.days, whole.peaks, recent.slots, recent.prices or rules)
        return await self.hass.async_add_executor_job(
            partial(
                month_outlook,
                known,
                charges,
                now.timestamp(),
                zone,
                ahead,
            )
        )

    async def _async_read_past(self, start: datetime, end: float) -> _Past:
        """Read all months from that of `start` to the newest days, one at a time."""
        zone = dt_util.get_default_time_zone()
        found = _Past()
        month = month_start(local_day(start.timestamp(), zone))
        while (begin := midnight(month, zone)) < end:
            month = month_start(month + timedelta(days=32))
            until = min(midnight(month, zone), end)
            past = await async_grid_past(
                self._household, int(begin * 1000), int(until * 1000)
            )
            rules = await self._async_rules(begin, until)
            part = await self.hass.async_add_executor_job(
                _summed, past, rules, self._charges
            )
            found = found.with_newer(part)
        return found

    async def _async_rules(self, start: float, end: float) -> PriceSteps | None:
        """Return what the tariff of today says of other days; an entity says nothing."""
        return await async_present_steps(self.hass, self.config_entry, start, end)


def _summed(past: GridPast, rules: PriceSteps | None, charges: Charges) -> _Past:
    """Sum up days at the prices of today's tariff, as those to come will have them."""
    zone = dt_util.get_default_time_zone()
    steps = past.prices if rules is None else rules
    peaks: dict[date, float] = {}
    if charges.capacity:
        peaks = month_peaks(past.slots, charges.demand_minutes, zone)
    return _Past(day_sums(past.slots, steps, zone), peaks)
