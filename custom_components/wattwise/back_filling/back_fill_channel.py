"""Loads Home Assistant's statistics of one sensor into one channel of a meter.

Energy comes from sums, as what flowed in each hour. All other quantities come as means,
as a value held for its hour; where a meter has no counter, its energy comes from those
of its power.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import batched, groupby
from typing import Final

from homeassistant.core import HomeAssistant

from ..history.hourly_sums import (
    HourlyAmount,
    HourlySums,
    HourlyValue,
)
from ..history.periods.calendar import HOUR_MS, Period
from ..history.receipt import Receipt
from ..history.recorder_statistics import (
    async_ask_recorder,
    first_hour_ms,
    has_column,
    hours,
)
from ..meter import Meter
from ..metering.plausibility import value_refusal
from ..metering.profile import EnergyKind, MeterProfile
from ..metering.quantity import Channel, UnknownUnitError
from ..metering.reading import Reading, Refusal
from .back_fill_progress import ChannelProgress
from .counter_points import async_counter_points

# Why the statistics of a sensor cannot be used at all.
PROBLEM_NONE: Final = "no_statistics"
PROBLEM_KIND: Final = "other_kind"
PROBLEM_UNIT: Final = "unknown_unit"
# What the meter tells meanwhile waits for no more than the hours of a week.
_APPENDED_AT_ONCE: Final = 168
# A value is held for three intervals at the most: of this length, for an hour.
_LEVEL_INTERVAL_S: Final = HOUR_MS / 1000 / 3


class ChannelBackFill:
    """Loads the statistics of one sensor into one channel."""

    def __init__(
        self,
        hass: HomeAssistant,
        meter: Meter,
        channel: Channel,
        statistic_id: str,
        progress: ChannelProgress,
    ) -> None:
        """Go on where the progress stands."""
        self._hass = hass
        self._meter = meter
        self._channel = channel
        self._statistic_id = statistic_id
        self._progress = progress
        self._amounts: dict[int, list[HourlyAmount]] = {}
        """The amounts of each month that has any, by its start."""
        self._sums = HourlySums(meter.profile.max_power_w(channel))

    async def async_months(self) -> list[tuple[int, int]]:
        """Return the start and end of each month that is to be loaded [ms].

        The newest first: a reading is placed quickly beside one that is near.
        """
        progress = self._progress
        fits = await async_ask_recorder(
            self._hass, lambda hass: has_column(hass, self._statistic_id, self._channel)
        )
        first_ms = await async_ask_recorder(
            self._hass, partial(first_hour_ms, statistic_id=self._statistic_id)
        )
        if not fits or first_ms is None:
            progress.problem = PROBLEM_NONE if fits is None or fits else PROBLEM_KIND
            return []
        months = list(_months(first_ms, progress.own_since_ms))
        if self._channel.is_energy:
            # Sums are judged from their beginning, whatever was loaded before.
            for start_ms, end_ms in months:
                if amounts := await self._async_amounts(start_ms, end_ms):
                    self._amounts[start_ms] = amounts
            months = [month for month in months if month[0] in self._amounts]
        since_ms = progress.since_ms
        return [m for m in reversed(months) if since_ms is None or m[0] < since_ms]

    async def async_load(self, start_ms: int, end_ms: int) -> None:
        """Load the hours that start in [start_ms, end_ms)."""
        if self._progress.problem:
            return
        if self._channel.is_energy:
            await self._async_load_amounts(start_ms, end_ms)
        else:
            await self._async_load_levels(start_ms, end_ms)
        self._progress.since_ms = start_ms

    def finish(self) -> None:
        """Note that everything was read."""
        self._sums.finish()
        self._count_unused(self._sums.unused.elements())
        self._progress.done = True

    async def _async_amounts(self, start_ms: int, end_ms: int) -> list[HourlyAmount]:
        """Return the amounts of the next month of the sums."""
        if self._progress.problem:
            return []
        return await self._async_read(
            lambda hass: self._sums.amounts(
                hours(hass, self._statistic_id, self._channel, start_ms, end_ms)
            )
        )

    async def _async_load_amounts(self, start_ms: int, end_ms: int) -> None:
        points = await self._async_points(start_ms, end_ms)
        amounts = [
            amount
            for amount in self._amounts.pop(start_ms)
            if amount.end_ms - HOUR_MS not in points
        ]
        usable = {
            amount.end_ms - HOUR_MS: Reading(
                self._channel, amount.end_ms, amount.energy_wh
            )
            for amount in amounts
        }
        known = await self._async_known_hours(start_ms, end_ms)
        receipts = []
        for span_ms, run in groupby(amounts, lambda amount: amount.span_ms):
            # What flowed while hours are missing is spread over all of them.
            profile = replace(
                self._meter.profile,
                energy_kind=EnergyKind.INTERVAL,
                interval_s=span_ms / 1000,
            )
            starts = [amount.end_ms - HOUR_MS for amount in run]
            receipts += await self._async_append(
                profile, [usable[start] for start in starts if start not in known]
            )
        receipts += await self._async_append(self._meter.profile, [*points.values()])
        self._note(usable | points, known - points.keys(), receipts)

    async def _async_points(self, start_ms: int, end_ms: int) -> dict[int, Reading]:
        """Return what a counter showed in the gaps between the meter's readings."""
        first_ms = self._progress.first_own_ms
        if first_ms is None or end_ms <= first_ms:
            return {}
        if self._meter.profile.energy_kind is not EnergyKind.COUNTER:
            return {}
        return await async_counter_points(
            self._hass,
            self._meter,
            self._channel,
            self._statistic_id,
            max(start_ms, first_ms),
            end_ms,
        )

    async def _async_load_levels(self, start_ms: int, end_ms: int) -> None:
        rows = await self._async_read(
            lambda hass: hours(
                hass, self._statistic_id, self._channel, start_ms, end_ms
            )
        )
        usable, unused = self._levels(rows)
        known = await self._async_known_hours(start_ms, end_ms) if usable else set()
        receipts = await self._async_append(
            replace(self._meter.profile, interval_s=_LEVEL_INTERVAL_S),
            [reading for start, reading in usable.items() if start not in known],
        )
        self._note(usable, known, receipts)
        self._count_unused(unused)

    def _levels(
        self, rows: Iterable[HourlyValue]
    ) -> tuple[dict[int, Reading], list[Refusal]]:
        """Return the means that are possible by the start of their hour.

        And why the others are not.
        """
        usable: dict[int, Reading] = {}
        unused: list[Refusal] = []
        for hour in rows:
            if hour.value is None:
                unused.append(Refusal.NOT_A_NUMBER)
                continue
            reading = Reading(self._channel, hour.start_ms, hour.value)
            if reason := value_refusal(reading, self._meter.profile):
                unused.append(reason)
            else:
                usable[hour.start_ms] = reading
        return usable, unused

    async def _async_read[T](
        self, question: Callable[[HomeAssistant], list[T]]
    ) -> list[T]:
        try:
            return await async_ask_recorder(self._hass, question)
        except UnknownUnitError:
            self._progress.problem = PROBLEM_UNIT
            return []

    async def _async_known_hours(self, start_ms: int, end_ms: int) -> set[int]:
        """Return the start of each UTC hour of which the history knows something."""
        buckets = await self._meter.history.buckets(
            self._meter.profile.meter_id,
            self._channel,
            start_ms - HOUR_MS,
            end_ms + HOUR_MS,
            Period.HOUR,
        )
        return {
            hour_ms
            for bucket in buckets
            # An amount bears the time at which the hour before it was over.
            if bucket.covered_ms
            or bucket.energy_wh
            or (bucket.count and not self._channel.is_energy)
            for hour_ms in range(
                bucket.start_ms // HOUR_MS * HOUR_MS, bucket.end_ms, HOUR_MS
            )
        }

    async def _async_append(
        self, profile: MeterProfile, readings: Sequence[Reading]
    ) -> list[Receipt]:
        history = self._meter.history
        receipts = []
        for part in batched(readings, _APPENDED_AT_ONCE, strict=False):
            receipts.append(await history.append(profile, part, live=False))
            await history.refresh_rollups()
        return receipts

    def _note(
        self,
        usable: Collection[int],
        known: Collection[int],
        receipts: Iterable[Receipt],
    ) -> None:
        """Note a whole part; one that was interrupted is done, and counted, again."""
        progress = self._progress
        if usable:
            progress.note_used(min(usable), max(usable) + HOUR_MS)
        progress.known += sum(start in known for start in usable)
        for receipt in receipts:
            progress.new += receipt.accepted
            progress.known += receipt.duplicate
            self._count_unused(item.reason for item in receipt.refused)

    def _count_unused(self, reasons: Iterable[Refusal]) -> None:
        unused = self._progress.unused
        for reason in reasons:
            unused[reason.value] = unused.get(reason.value, 0) + 1


def _months(start_ms: int, end_ms: int) -> Iterator[tuple[int, int]]:
    """Cut a period into UTC months."""
    while start_ms < end_ms:
        month = datetime.fromtimestamp(start_ms / 1000, UTC)
        following = month.replace(
            year=month.year + month.month // 12,
            month=month.month % 12 + 1,
            day=1,
            hour=0,
            minute=0,
        )
        stop_ms = min(end_ms, int(following.timestamp() * 1000))
        yield start_ms, stop_ms
        start_ms = stop_ms
