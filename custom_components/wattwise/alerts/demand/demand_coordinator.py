"""Follows what a household draws in the running period of its capacity tariff."""

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ...alerting.demand.demand import Demand, DemandMeter
from ...alerting.demand.demand_peak import DemandPeakWatch
from ...const import DOMAIN, LOGGER
from ...history.errors import HistoryError
from ...household import WattWiseConfigEntry
from ...metering.demand_periods import DemandPeriods
from ...metering.quantity import Channel
from ...metering.reading import Reading
from ..moment import epoch_ms
from .demand_past import async_demand_peaks
from .demand_settings import DEMAND_LIMIT, LEAST_LIMIT_W, demand_minutes

# After the end of a period, until what was told of it is in the history.
_SETTLED: Final = timedelta(seconds=15)
# What meters told of a period while they were away for a moment comes later.
_MAY_CHANGE_MS: Final = 3_600_000


class DemandCoordinator:
    """Knows the running period, and the highest one of the month."""

    def __init__(
        self, hass: HomeAssistant, entry: WattWiseConfigEntry, minutes: int
    ) -> None:
        """Follow the periods of so many minutes of a household."""
        self.minutes: Final = minutes
        self.watch: Final = DemandPeakWatch()
        self._hass = hass
        self._entry = entry
        self._household = entry.runtime_data
        self._zone = dt_util.get_default_time_zone()
        self._periods = DemandPeriods(minutes, self._zone)
        self._meters = self._household.grid_meters
        self._meter = self._new_meter()
        self._month: datetime | None = None
        self._peak: tuple[int, float] | None = None
        self._looks = asyncio.Lock()
        self._looked_ms = 0
        self._whole_month_read_on: date | None = None
        self._timer: CALLBACK_TYPE | None = None

    async def async_start(self) -> None:
        """Begin with what the history knows of the running period."""
        now_ms = epoch_ms()
        start_ms, _ = self._periods.bounds(now_ms)
        # What was told last before the period stands into it.
        held_ms = max((m.profile.hold_ms for m in self._meters), default=0)
        told: list[tuple[int, str, float]] = []
        try:
            for meter in self._meters:
                meter_id = meter.profile.meter_id
                pages = self._household.history.raw(
                    meter_id, Channel.POWER, start_ms - held_ms, now_ms + 1
                )
                async for page in pages:
                    told += [
                        (reading.time_ms, meter_id, reading.value)
                        for reading in page
                        if reading.value is not None
                    ]
        except HistoryError as err:
            LOGGER.warning("The running demand period begins without a past: %s", err)
        for time_ms, meter_id, watts in sorted(told):
            self._meter.note(meter_id, time_ms, watts)

    @callback
    def async_follow(self) -> CALLBACK_TYPE:
        """Look at the month now and after each period, until the result is called."""
        self._look_back()
        self._wait()

        @callback
        def async_stop() -> None:
            if self._timer:
                self._timer()
                self._timer = None

        return async_stop

    @callback
    def async_past_grew(self) -> None:
        """Look at the whole month again after the running period."""
        self._whole_month_read_on = None

    @callback
    def async_note(self, meter_id: str, readings: Iterable[Reading]) -> None:
        """Add up what a meter told now, in order."""
        now_ms = epoch_ms()
        for reading in readings:
            if reading.channel is Channel.POWER:
                # A clock that is ahead does not bring time to come.
                time_ms = min(reading.time_ms, now_ms)
                self._meter.note(meter_id, time_ms, reading.value)

    @property
    def demand(self) -> Demand | None:
        """What is known of the running period; None if that is too little."""
        return self._meter.look(epoch_ms())

    @property
    def month_peak_w(self) -> float | None:
        """The highest mean of a period of this month that is over [W]."""
        peak = self._this_months()
        return peak[1] if peak else None

    @property
    def month_peak_at(self) -> datetime | None:
        """When that period began."""
        peak = self._this_months()
        return dt_util.utc_from_timestamp(peak[0] / 1000) if peak else None

    @property
    def limit_w(self) -> float:
        """What a period's mean shall not exceed [W].

        Unless the household says, it is what this month reached already: less than that
        costs no more.
        """
        chosen_kw = self._household.amounts.get(DEMAND_LIMIT, 0.0)
        if chosen_kw > 0:
            return chosen_kw * 1000
        return max(LEAST_LIMIT_W, self.month_peak_w or 0.0)

    @callback
    def async_judge(self) -> bool | None:
        """Return whether the limit is going to be exceeded; None if nobody knows."""
        demand = self.demand
        if demand is None:
            return None
        return self.watch.look(demand, self.limit_w)

    def _this_months(self) -> tuple[int, float] | None:
        return self._peak if self._month == _month_start() else None

    @callback
    def _wait(self) -> None:
        _, end_ms = self._periods.bounds(epoch_ms())
        self._timer = async_track_point_in_utc_time(
            self._hass,
            self._period_over,
            dt_util.utc_from_timestamp(end_ms / 1000) + _SETTLED,
        )

    def _new_meter(self) -> DemandMeter:
        return DemandMeter(
            self._periods,
            [meter.profile.meter_id for meter in self._meters],
            max((m.profile.hold_ms for m in self._meters), default=0),
            nets=self._household.nets_grid,
        )

    @callback
    def _follow_settings(self) -> None:
        """Begin anew with another clock, or if a meter turned out to tell no power."""
        zone, meters = dt_util.get_default_time_zone(), self._household.grid_meters
        if zone == self._zone and meters == self._meters:
            return
        self._zone, self._meters = zone, meters
        self._periods = DemandPeriods(self.minutes, zone)
        self._meter = self._new_meter()
        self._whole_month_read_on = None

    @callback
    def _period_over(self, _now: datetime) -> None:
        self._follow_settings()
        self._look_back()
        self._wait()

    @callback
    def _look_back(self) -> None:
        self._entry.async_create_background_task(
            self._hass, self._async_look_back(), f"{DOMAIN} demand of this month"
        )

    async def _async_look_back(self) -> None:
        """Ask for the highest period of this month.

        The whole month is read once a day; later only what came since the last look, and
        may have changed.
        """
        async with self._looks:
            month, today = _month_start(), dt_util.now().date()
            now_ms, start_ms = epoch_ms(), int(month.timestamp() * 1000)
            known: list[tuple[int, float]] = []
            if self._whole_month_read_on == today:
                start_ms = max(start_ms, self._looked_ms - _MAY_CHANGE_MS)
                start_ms, _ = self._periods.bounds(start_ms)
                if self._peak and self._peak[0] < start_ms:
                    known.append(self._peak)
            # The past may grow meanwhile.
            self._whole_month_read_on = today
            try:
                known += await async_demand_peaks(
                    self._hass, self._household, self.minutes, start_ms, now_ms
                )
            except HistoryError as err:
                self._whole_month_read_on = None
                LOGGER.debug("The demand of this month is not known: %s", err)
                return
            self._month, self._looked_ms = month, now_ms
            # Of equal ones the first, which set the price.
            self._peak = max(known, key=lambda peak: (peak[1], -peak[0]), default=None)
        self._household.updates.async_tell()


async def async_start_demand(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> DemandCoordinator | None:
    """Return what follows a household's demand until it ends, if it is measured."""
    minutes = demand_minutes(entry, entry.runtime_data)
    if not minutes:
        return None
    demand = DemandCoordinator(hass, entry, minutes)
    await demand.async_start()
    entry.async_on_unload(demand.async_follow())
    return demand


def _month_start() -> datetime:
    return dt_util.start_of_local_day(dt_util.now().date().replace(day=1))
