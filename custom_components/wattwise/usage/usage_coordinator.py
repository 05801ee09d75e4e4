"""What is known of the use of a household's meters: learned nightly, judged each minute."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, override
from zlib import crc32
from zoneinfo import ZoneInfo

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..analytics.usage_statistics.use_profile import (
    DayType,
    TooLittleUse,
    UsageStatistics,
    UseLevels,
    day_type_of,
)
from ..analytics.usage_statistics.zone import Zone, ZoneLimits, ZoneWatch
from ..const import CONF_COUNTRY, DOMAIN, LOGGER
from ..following_coordinator import FollowingCoordinator
from ..forecasts.public_holidays import async_public_holidays
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry
from ..meter import Meter
from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from ..metering.reading import Refusal
from .mean_power import (
    PowerByStart,
    async_past_powers,
    running_interval,
    running_powers,
)
from .use_intervals import chosen_interval, meters_with_use

_EVERY: Final = timedelta(minutes=1)
# The start of Home Assistant is over by then; neighbours learn at other times.
_FIRST_LESSON: Final = timedelta(minutes=2)
_SPREAD_S: Final = 60
_PAST_IS_QUIET: Final = timedelta(minutes=1)
_AGAIN: Final = timedelta(minutes=10)
_NIGHTLY_HOUR: Final = 3

_FLOWS: Final = (Channel.POWER, Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
# What a meter in order does not tell.
_IMPOSSIBLE: Final = frozenset(
    {
        Refusal.ERROR_VALUE,
        Refusal.OUT_OF_RANGE,
        Refusal.NEGATIVE_ENERGY,
        Refusal.MORE_THAN_POSSIBLE,
    }
)


@dataclass(frozen=True, slots=True)
class MeterUse:
    """What a meter's use is, beside what is usual."""

    minutes: int
    """The interval."""
    statistics: UsageStatistics | TooLittleUse | None
    """None until they were looked for after a start."""
    levels: UseLevels | None
    """What is usual now."""
    watts: float | None
    """The mean power of the running interval; None while too little is known of it."""
    zone: Zone | None
    day_type: DayType
    hour: int


@dataclass(slots=True)
class _Errors:
    """How many impossible values came, and when the last possible one did."""

    count: int
    told_ms: int


class UsageCoordinator(FollowingCoordinator[dict[str, MeterUse]]):
    """Judges the use of meters, by the ids of their subentries."""

    def __init__(self, hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
        """Judge the meters of an entry's household."""
        super().__init__(hass, entry, "usage", _EVERY)
        self.data = {}
        self._household = entry.runtime_data
        self.meters: Final = meters_with_use(self._household)
        self.watches: Final = {
            key: ZoneWatch(self.minutes(meter) * 60)
            for key, meter in self.meters.items()
        }
        self._statistics: dict[str, UsageStatistics | TooLittleUse] = {}
        self._errors: dict[str, _Errors] = {}
        self._free: frozenset[date] = frozenset()
        self._lesson = self._planned(self._async_learn)
        self._learning = False

    def minutes(self, meter: Meter) -> int:
        """Return the interval by which a meter is judged [min]."""
        return chosen_interval(self._household, meter)

    @callback
    @override
    def async_follow(self) -> CALLBACK_TYPE:
        """Learn soon after the start and each night, until the result is called."""
        self._each_night(_NIGHTLY_HOUR, self._async_learn)
        return super().async_follow()

    @callback
    def async_past_grew(self) -> None:
        """Learn soon from what a file or statistics brought, once no more comes."""
        if not self._ended:
            self._lesson.plan(_PAST_IS_QUIET)

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        if not self._ended:
            seed = crc32(self.config_entry.entry_id.encode())
            if not self._lesson.is_planned:
                self._lesson.plan(_FIRST_LESSON + timedelta(seconds=seed % _SPREAD_S))
            await self.async_refresh()

    @callback
    def async_interval_changed(self, key: str) -> None:
        """Judge a meter by another interval, and learn it at once."""
        self.watches[key] = ZoneWatch(self.minutes(self.meters[key]) * 60)
        self._statistics.pop(key, None)
        self.config_entry.async_create_background_task(
            self.hass, self._async_learn_anew(key), f"{DOMAIN} usage of {key}"
        )

    async def _async_learn_anew(self, key: str) -> None:
        await self.async_refresh()
        try:
            await self._async_learn_meter(key)
        except HistoryError as err:
            LOGGER.debug("The use of a meter was not learned: %s", err)
            self._lesson.plan(_AGAIN)
        await self.async_refresh()

    async def _async_learn(self, _now: datetime) -> None:
        """Learn all meters, one after the other."""
        self._lesson.cancel()
        if self._learning:
            # What came meanwhile may have come too late.
            self._lesson.plan(_AGAIN)
            return
        self._learning = True
        try:
            self._free = await self._async_holidays()
            for key in self.meters:
                if not self._ended:
                    await self._async_learn_meter(key)
        except HistoryError as err:
            if not self._ended:
                LOGGER.debug("The use of meters was not learned: %s", err)
                self._lesson.plan(_AGAIN)
        finally:
            self._learning = False
        if not self._ended:
            await self.async_refresh()

    async def _async_holidays(self) -> frozenset[date]:
        year = dt_util.now().year
        country = self.config_entry.data.get(CONF_COUNTRY)
        return await async_public_holidays(
            self.hass, country, range(year - 1, year + 2)
        )

    async def _async_learn_meter(self, key: str) -> None:
        meter = self.meters[key]
        minutes = self.minutes(meter)
        found = await self.async_statistics(meter, minutes)
        # Another one may have been chosen meanwhile, and is learned then.
        if not self._ended and minutes == self.minutes(meter):
            self._statistics[key] = found

    async def async_statistics(
        self, meter: Meter, minutes: int
    ) -> UsageStatistics | TooLittleUse:
        """Return what a meter's past tells of an interval; raises HistoryError."""
        powers = await async_past_powers(
            meter, minutes * 60, dt_util.utcnow(), lambda: self._ended
        )
        # Statistics of an action that is called before the first lesson need them too.
        self._free = self._free or await self._async_holidays()
        await self.hass.async_add_import_executor_job(_import)
        return await self.hass.async_add_executor_job(
            partial(
                _learn,
                powers,
                minutes * 60,
                ZoneInfo(self.hass.config.time_zone),
                self._free,
                stands_by=meter.profile.role is MeterRole.APPLIANCE,
            )
        )

    @override
    async def _async_update_data(self) -> dict[str, MeterUse]:
        now = dt_util.utcnow()
        now_ms = int(now.timestamp() * 1000)
        intervals = {
            key: interval
            for key, meter in self.meters.items()
            if (
                interval := running_interval(
                    meter.profile.meter_id,
                    meter.coordinator.latest,
                    self.minutes(meter) * 60,
                    meter.profile.hold_ms,
                    now_ms,
                )
            )
        }
        try:
            powers = await self._household.history.ask(
                partial(running_powers, intervals=intervals)
            )
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        local = dt_util.as_local(now)
        return {
            key: self._judge(key, meter, powers.get(key), local)
            for key, meter in self.meters.items()
        }

    @callback
    def _judge(
        self, key: str, meter: Meter, watts: float | None, local: datetime
    ) -> MeterUse:
        watch, statistics = self.watches[key], self._statistics.get(key)
        day_type = day_type_of(local.date(), self._free)
        levels = zone = None
        failing = self._async_fails(key, meter)
        if isinstance(statistics, UsageStatistics):
            levels = statistics.at(local, day_type)
            limits = ZoneLimits.of(levels, statistics)
            if failing:
                watch.take_error(local.timestamp())
            elif watts is None:
                watch.miss()
            else:
                watch.take(local.timestamp(), watts, limits)
        if watts is not None or failing:
            # After a restart, until statistics are there, the one from before it.
            zone = None if isinstance(statistics, TooLittleUse) else watch.zone
        return MeterUse(
            self.minutes(meter), statistics, levels, watts, zone, day_type, local.hour
        )

    @callback
    def _async_fails(self, key: str, meter: Meter) -> bool:
        """Whether all that a meter told of its flow since the last look is impossible."""
        coordinator = meter.coordinator
        count = sum(
            refused.count
            for refused in coordinator.data.refused
            if refused.channel in _FLOWS and refused.reason in _IMPOSSIBLE
        )
        told_ms = max(
            (coordinator.latest[c].time_ms for c in _FLOWS if c in coordinator.latest),
            default=0,
        )
        before = self._errors.get(key)
        if before is None or told_ms > before.told_ms:
            self._errors[key] = _Errors(count, told_ms)
            return False
        return count > before.count


def _import() -> None:
    """Load what learns, which takes long on small machines, where imports are made."""
    from ..analytics.usage_statistics import (  # noqa: PLC0415  (numpy)
        learn_usage,  # noqa: F401
    )


def _learn(
    powers: PowerByStart,
    interval_s: int,
    zone: ZoneInfo,
    free: Collection[date],
    *,
    stands_by: bool,
) -> UsageStatistics | TooLittleUse:
    """Learn from the past, in an executor."""
    from ..analytics.usage_statistics.learn_usage import (  # noqa: PLC0415  (numpy)
        learn_usage,
    )

    starts = sorted(powers)
    return learn_usage(
        [start // 1000 for start in starts],
        [powers[start] for start in starts],
        interval_s,
        zone,
        free,
        stands_by=stands_by,
    )
