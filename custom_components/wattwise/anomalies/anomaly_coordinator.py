"""When a home is looked at for anomalies: each hour; what is usual is learned each night."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final, override
from zlib import crc32

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from ..analytics.anomalies.anomaly import Anomaly, AnomalyKind
from ..const import CONF_CHARGERS, CONF_CHARGES, LOGGER
from ..following_coordinator import FollowingCoordinator
from ..forecasts.forecast_coordinator import ForecastCoordinator
from ..history.errors import HistoryError
from ..history_unavailable import history_unavailable
from ..household import WattWiseConfigEntry
from ..prices.mean_price import async_mean_price
from ..prices.present_tariff import CONF_FEED_IN
from .cause_search import CauseSearch
from .learned_habits import LearnedHabits
from .normal_marks import NormalMarks
from .told_anomaly import ToldAnomaly, anomaly_id, called
from .unusual import Unusual, goes_on, judges_roof, judges_use
from .unusual_hours import Look, learned, look, look_at_roof, new_detector

if TYPE_CHECKING:
    from ..analytics.anomalies.detector import AnomalyDetector

# After the forecast, which reads the newest hours, and asks for the weather.
_MINUTE_OF_THE_HOUR: Final = 4
_AGAIN: Final = timedelta(minutes=1)
# Learning waits until the start is long over, and until the forecast has learned.
_FIRST_LESSON: Final = timedelta(minutes=8)
_NEXT_LESSON: Final = timedelta(minutes=12)
_PAST_IS_QUIET: Final = timedelta(minutes=3)
_LESSON_HOUR: Final = 3
_LESSON_SPREAD_MINUTES: Final = 90
_FORECAST_IS_LATE: Final = timedelta(minutes=2)

_DAY: Final = 86_400.0
# What was called normal while it went on is not to begin anew the hour after.
_STILL_FRESH: Final = 2 * _DAY
_TOLD: Final = 8 * _DAY


class AnomalyCoordinator(FollowingCoordinator[Unusual]):
    """Says what is unusual in a household."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WattWiseConfigEntry,
        forecast: ForecastCoordinator,
    ) -> None:
        """Look at the household of an entry, whose hours its forecast reads."""
        super().__init__(hass, entry, "anomalies")
        household_id = entry.unique_id or entry.entry_id
        self._household = entry.runtime_data
        self._forecast = forecast
        self._habits = LearnedHabits(hass, household_id)
        self._marks = NormalMarks(hass, household_id)
        self._detector: AnomalyDetector | None = None
        chargers = frozenset(entry.options.get(CONF_CHARGERS, ()))
        self._causes = CauseSearch(hass, self._household, chargers)
        self._lesson = self._planned(self._async_learn)
        # Beside those of each hour.
        self._next_look = self._planned(self._async_look)
        self._learned: date | None = None

    @callback
    def async_past_grew(self) -> None:
        """Learn soon from what a file or statistics brought, once no more comes."""
        if self._detector and not self._ended:
            self._lesson.plan(_PAST_IS_QUIET)

    async def async_mark_normal(self, wanted: str | None = None) -> ToldAnomaly | None:
        """Note that an anomaly was normal, by its id or the newest; return it.

        Its alert ends at once. None if there is no such anomaly.
        """
        found = self._find(wanted)
        if found is None:
            return None
        await self._marks.async_add(found.anomaly, dt_util.utcnow().timestamp())
        self._async_mark_again()
        return replace(found, normal=True)

    async def async_unmark(self, wanted: str | None = None) -> Anomaly | None:
        """Take back that an anomaly was normal, by its id or the last one; return it."""
        anomaly = await self._marks.async_take_back(wanted)
        if anomaly is not None:
            self._async_mark_again()
            if self._detector and not self._ended:
                # What was learned since then takes it for normal.
                self._lesson.plan(timedelta())
            await self.async_refresh()
        return anomaly

    @property
    def unmarked(self) -> ToldAnomaly | None:
        """The newest anomaly of now or of the last day that nobody called normal."""
        found = self._find(None)
        if found is None or found.ongoing:
            return found
        # Who presses a button means what they have just seen.
        return found if self.data.looked - found.anomaly.end < _DAY else None

    def _find(self, wanted: str | None) -> ToldAnomaly | None:
        told = self.data.anomalies if self.data else ()
        if wanted is not None:
            meant = called([one.anomaly for one in told], wanted)
            return next((one for one in told if one.anomaly is meant), None)
        open_ones = [one for one in told if not one.normal and one.alert is not None]
        return max(
            open_ones, key=lambda one: (one.ongoing, one.anomaly.end), default=None
        )

    @callback
    def _async_mark_again(self) -> None:
        """Show at once what is normal now, whether or not the history can be asked."""
        if self.data is None:
            return
        anomalies = tuple(
            replace(one, normal=self._marks.cover(one.anomaly))
            for one in self.data.anomalies
        )
        self.data = replace(self.data, anomalies=anomalies)
        self.async_update_listeners()

    @override
    async def _async_started(self, _hass: HomeAssistant) -> None:
        await self._marks.async_load()
        kept = await self._habits.async_load()
        detector = await self.hass.async_add_import_executor_job(
            new_detector, dt_util.get_default_time_zone(), kept
        )
        if self._ended:
            # It was unloaded meanwhile.
            return
        self._detector = detector
        self._stops.append(
            async_track_time_change(
                self.hass, self._async_hour, minute=_MINUTE_OF_THE_HOUR, second=31
            )
        )
        self._lesson.plan(_FIRST_LESSON if kept is None else _NEXT_LESSON)
        if self._forecast.data is None and self._forecast.last_update_success:
            # It reads the hours, and knows who is away.
            self._stops.append(self._forecast.async_add_listener(self._async_first))
            self._next_look.plan(_FORECAST_IS_LATE)
        else:
            await self.async_refresh()

    @callback
    def _async_first(self) -> None:
        if self.data is None and not self._ended:
            self._next_look.plan(timedelta())

    async def _async_look(self, _now: datetime) -> None:
        await self.async_refresh()

    async def _async_hour(self, now: datetime) -> None:
        await self.async_refresh()
        if not self.last_update_success and not self._ended:
            # The history may be busy or away for a moment; an hour is long.
            self._next_look.plan(_AGAIN)
        local = dt_util.as_local(now)
        # In some countries there is no such hour in one night, and two in another.
        due = local.hour >= _LESSON_HOUR and self._learned != local.date()
        if due and not self._lesson.is_planned and not self._ended:
            seed = crc32(self.config_entry.entry_id.encode())
            self._lesson.plan(timedelta(minutes=seed % _LESSON_SPREAD_MINUTES))

    async def _async_learn(self, _now: datetime) -> None:
        """Learn what is usual, and look with other eyes."""
        now = dt_util.utcnow()
        try:
            hours = await self._forecast.energy.async_hours(now)
        except HistoryError as err:
            LOGGER.debug("Nothing can be learned now: %s", err)
            return
        # A new one, so that nothing is half learned when the household is unloaded.
        detector, state = await self.hass.async_add_executor_job(
            learned,
            dt_util.get_default_time_zone(),
            hours.consumption,
            now,
            self._marks.spans(now.timestamp()),
            self._away(now),
            self._detector.risen if self._detector else None,
        )
        if self._ended:
            return
        self._detector = detector
        self._learned = dt_util.as_local(now).date()
        await self._habits.async_save(state)
        await self.async_refresh()

    @override
    async def _async_update_data(self) -> Unusual:
        now = dt_util.utcnow()
        try:
            seen = await self._async_seen(now)
            told = await self._async_told(seen, now.timestamp())
        except HistoryError as err:
            if self._ended:
                # It was closed between two questions.
                return self.data
            raise history_unavailable(err) from err
        return Unusual(told, seen, now.timestamp())

    async def _async_seen(self, now: datetime) -> Look:
        """Return what the newest hours show; raises HistoryError."""
        hours = await self._forecast.energy.async_hours(now)
        seen = Look()
        if self._detector and judges_use(self._household):
            seen = await self.hass.async_add_executor_job(
                look,
                self._detector,
                hours.consumption,
                now,
                self._marks.spans(now.timestamp() - _STILL_FRESH),
                self._away(now),
            )
        if judges_roof(self._household):
            roof, until = await self.hass.async_add_executor_job(
                look_at_roof,
                hours.production,
                now,
                dt_util.get_default_time_zone(),
                self._forecast.known,
            )
            seen = replace(seen, roof=roof, roof_known_until=until)
        return seen

    async def _async_told(self, seen: Look, now: float) -> tuple[ToldAnomaly, ...]:
        """Return what is made of anomalies that were found; raises HistoryError."""
        drop = seen.roof.drop if seen.roof else None
        found = [*seen.anomalies, *([drop] if drop else [])]
        await self._marks.async_follow(found)
        there = {anomaly_id(anomaly) for anomaly in found}
        # Some are normal to the detector, too, once they were called so.
        found += [
            anomaly
            for anomaly in self._marks.since(now - _TOLD)
            if anomaly_id(anomaly) not in there
        ]
        now_away = self._away(dt_util.utcnow())
        causes = await self._causes.async_find(
            found, seen.roof, self._forecast.known, now_away
        )
        bought = None
        if found:
            bought = await async_mean_price(self.hass, self.config_entry)
        told = (
            ToldAnomaly(
                anomaly,
                anomaly_id(anomaly) in there and goes_on(anomaly, seen),
                self._marks.cover(anomaly),
                causes[anomaly],
                self._cost(anomaly, bought),
            )
            for anomaly in found
        )
        return tuple(sorted(told, key=lambda one: (one.anomaly.end, one.anomaly.start)))

    def _cost(self, anomaly: Anomaly, bought: float | None) -> float | None:
        """Return what the difference is worth, where a kWh costs so much to buy."""
        price = bought
        if anomaly.kind is AnomalyKind.PRODUCTION_DROP:
            # What is missing of it could have been sold at the least.
            sold = self.config_entry.options.get(CONF_CHARGES, {}).get(CONF_FEED_IN)
            price = bought if sold is None else max(0.0, float(sold))
        return None if price is None else abs(anomaly.excess) * price

    def _away(self, now: datetime) -> list[tuple[float, float]]:
        return [
            (begin.timestamp(), end.timestamp())
            for begin, end in self._forecast.covariates.empty_spans(now)
        ]


async def async_forget_anomalies(hass: HomeAssistant, household_id: str) -> None:
    """Forget what was learned of a household that is gone, and what was normal in it."""
    await LearnedHabits(hass, household_id).async_remove()
    await NormalMarks(hass, household_id).async_remove()
