"""Questions to the history, answered from a read-only connection."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
import sqlite3
from typing import Final, Self
from zoneinfo import ZoneInfo

from ...metering.quantity import Channel
from ..periods.bucket import Bucket, merge
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
    Period,
)
from ..periods.other_zone import periods_elsewhere
from ..periods.resample import (
    resample_derived_energy,
    resample_energy,
    resample_levels,
)
from ..periods.rollups import (
    finest,
    five_minutes,
    periods,
)
from ..readings.raw_readings import RawReading, RawReadings
from ..receipt import LatestValue
from .energy_cost import energy_cost
from .grid_day import GridDay, netted_day

# What one answer may hold; a year of hours has 8,784 buckets.
MAX_BUCKETS: Final = 10_000
# The longest period whose raw readings are loaded: two days, one of which may be
# that of 25 hours.
_MAX_RAW_MS: Final = 49 * HOUR_MS


class TooManyBucketsError(Exception):
    """The resolution is too fine for the period asked for."""


@dataclass(frozen=True, slots=True)
class EnergyTotals:
    """Energy of a channel [Wh] in the calendar periods people ask for."""

    today: float
    yesterday: float
    this_month: float
    day_start_ms: int
    """When the day began that `today` is about."""


@dataclass(frozen=True, slots=True)
class RefusedCount:
    """How often readings of a channel were refused for a reason."""

    channel: str
    reason: str
    count: int
    last_ms: int
    last_value: float | None


@dataclass(frozen=True, slots=True)
class KeptMeter:
    """A meter whose history is in the file."""

    meter_id: str
    name: str
    first_ms: int | None
    last_ms: int | None


class Queries:
    """Reads through one connection, in one thread."""

    def __init__(self, connection: sqlite3.Connection, calendar: LocalCalendar) -> None:
        """Answer through this connection, with periods of this calendar."""
        self.connection: Final = connection
        self.calendar: Final = calendar
        self.raw: Final = RawReadings(connection)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def ask[T](self, question: Callable[[Self], T]) -> T:
        """Answer a question from one snapshot, whatever is committed meanwhile."""
        self.connection.execute("BEGIN")
        try:
            return question(self)
        finally:
            self.connection.rollback()

    def latest(self, meter_id: str) -> dict[Channel, LatestValue]:
        """Return the newest value of each channel of a meter."""
        rows = self.connection.execute(
            "SELECT name, last_ms, last_value, register_wh FROM channel"
            " WHERE meter_id = ? AND last_ms IS NOT NULL",
            (meter_id,),
        )
        return {Channel(name): LatestValue(*values) for name, *values in rows}

    def buckets(
        self,
        meter_id: str,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
        time_zone: ZoneInfo | None = None,
    ) -> list[Bucket]:
        """Return the buckets that start in [start_ms, end_ms) and hold anything.

        `resolution` is a period of the clock of `time_zone`, by default the home's,
        or a width [s] of up to an hour. Widths of whole 5 minutes become hours where
        the 5-minute roll-ups were pruned. Others are for up to two days, and for
        times whose readings are kept. Raises TooManyBucketsError.
        """
        channel_id = self.channel_id(meter_id, channel)
        if channel_id is None:
            return []
        connection, calendar = self.connection, self.calendar
        if isinstance(resolution, int):
            width_ms = resolution * 1000
            if (end_ms - start_ms) / width_ms > MAX_BUCKETS:
                raise TooManyBucketsError
            if width_ms % SLOT_MS == 0:
                slots = finest(connection, calendar, channel_id, start_ms, end_ms)
                return _widen(slots, width_ms, start_ms)
            if end_ms - start_ms > _MAX_RAW_MS:
                raise TooManyBucketsError
            return self._narrow(
                meter_id, channel, channel_id, start_ms, end_ms, width_ms
            )
        if (end_ms - start_ms) / HOUR_MS > MAX_BUCKETS and resolution is Period.HOUR:
            raise TooManyBucketsError
        span = channel_id, resolution, start_ms, end_ms
        if time_zone is None or time_zone == calendar.zone:
            return periods(connection, calendar, *span)
        return periods_elsewhere(connection, calendar, LocalCalendar(time_zone), *span)

    def energy_totals(
        self, meter_id: str, channel: Channel, now_ms: int
    ) -> EnergyTotals:
        """Return the energy of today, yesterday and this month so far."""
        today = self.calendar.day_start(now_ms)
        yesterday = self.calendar.days_before(today, 1)
        month = self.calendar.start(Period.MONTH, now_ms)
        channel_id = self.channel_id(meter_id, channel)
        if channel_id is None:
            return EnergyTotals(0.0, 0.0, 0.0, today)
        days = periods(
            self.connection,
            self.calendar,
            channel_id,
            Period.DAY,
            min(yesterday, month),
            now_ms + 1,
        )
        energy = {day.start_ms: day.energy_wh for day in days}
        return EnergyTotals(
            energy.get(today, 0.0),
            energy.get(yesterday, 0.0),
            sum(wh for start, wh in energy.items() if start >= month),
            today,
        )

    def cost(
        self,
        meter_id: str,
        channel: Channel,
        price_id: str,
        start_ms: int,
        end_ms: int,
    ) -> float | None:
        """Return the cost of a channel's energy at the prices of its time.

        Prices are the readings of the price channel of `price_id`, each valid until
        the next; None when there is no price at all.
        """
        channel_id = self.channel_id(meter_id, channel)
        if channel_id is None:
            return None
        return energy_cost(
            finest(self.connection, self.calendar, channel_id, start_ms, end_ms),
            self.prices(price_id, start_ms, end_ms),
        )

    def netted_grid_day(
        self, meter_ids: Iterable[str], price_id: str | None, now_ms: int
    ) -> GridDay | None:
        """Return what grid meters counted today, netted over them in each 5 minutes.

        None while one of them has not told any energy.
        """
        today = self.calendar.day_start(now_ms)
        imported: list[Bucket] = []
        exported: list[Bucket] = []
        ways = {Channel.ENERGY_IMPORT: imported, Channel.ENERGY_EXPORT: exported}
        for meter_id in meter_ids:
            ids = {channel: self.channel_id(meter_id, channel) for channel in ways}
            if not any(ids.values()):
                return None
            for channel, channel_id in ids.items():
                if channel_id is not None:
                    ways[channel] += five_minutes(
                        self.connection, channel_id, today, now_ms + 1
                    )
        prices = self.prices(price_id, today, now_ms + 1) if price_id else []
        return netted_day(today, imported, exported, prices)

    def prices(self, price_id: str, start_ms: int, end_ms: int) -> list[RawReading]:
        """Return the prices of a period, each valid until the next."""
        price_channel = self.channel_id(price_id, Channel.PRICE)
        if price_channel is None:
            return []
        return self._with_neighbours(price_channel, start_ms, end_ms)

    def refused(self, meter_id: str) -> list[RefusedCount]:
        """Return the counts of a meter's refused readings."""
        rows = self.connection.execute(
            "SELECT channel, reason, count, last_ms, last_value FROM refused"
            " WHERE meter_id = ? ORDER BY channel, reason",
            (meter_id,),
        )
        return [RefusedCount(*row) for row in rows]

    def kept_meters(self, in_use: Collection[str]) -> list[KeptMeter]:
        """Return the meters with history that are not in use."""
        rows = self.connection.execute(
            "SELECT meter.meter_id, meter.name, min(first_ms), max(last_ms)"
            " FROM meter LEFT JOIN channel USING (meter_id)"
            " GROUP BY meter.meter_id ORDER BY meter.name"
        )
        return [KeptMeter(*row) for row in rows if row[0] not in in_use]

    def size_bytes(self) -> int:
        """Return the size of the data in the file."""
        (pages,) = self.connection.execute("PRAGMA page_count").fetchone()
        (page_size,) = self.connection.execute("PRAGMA page_size").fetchone()
        return int(pages * page_size)

    def channel_id(self, meter_id: str, channel: Channel) -> int | None:
        """Return by what number the file knows a channel, None if it does not."""
        row = self.connection.execute(
            "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?",
            (meter_id, channel),
        ).fetchone()
        return row[0] if row else None

    def _narrow(
        self,
        meter_id: str,
        channel: Channel,
        channel_id: int,
        start_ms: int,
        end_ms: int,
        width_ms: int,
    ) -> list[Bucket]:
        readings = self._with_neighbours(channel_id, start_ms, end_ms)
        if not channel.is_energy:
            return resample_levels(readings, width_ms, start_ms, end_ms)
        if readings:
            return resample_energy(readings, width_ms, start_ms, end_ms)
        power_id = self.channel_id(meter_id, Channel.POWER)
        if power_id is None:
            return []
        power = self._with_neighbours(power_id, start_ms, end_ms)
        return resample_derived_energy(power, channel, width_ms, start_ms, end_ms)

    def _with_neighbours(
        self, channel_id: int, start_ms: int, end_ms: int
    ) -> list[RawReading]:
        """Return the readings of a period, the last before and the first after it."""
        first_ms, last_ms = self.connection.execute(
            "SELECT first_ms, last_ms FROM channel WHERE channel_id = ?", (channel_id,)
        ).fetchone()
        if last_ms is not None and last_ms < start_ms:
            # The way back to it, slot by slot, may be long.
            last = self.raw.at(channel_id, last_ms)
            if last:
                return [last]
        before = self.raw.previous(channel_id, start_ms, first_ms)
        after = self.raw.next(channel_id, end_ms - 1, last_ms)
        within = self.raw.between(channel_id, start_ms, end_ms)
        return [r for r in (before, *within, after) if r is not None]


def _widen(slots: list[Bucket], width_ms: int, start_ms: int) -> list[Bucket]:
    """Merge 5-minute buckets into wider ones, on a grid that begins at full hours."""
    groups: dict[tuple[int, int], list[Bucket]] = {}
    for slot in slots:
        start = slot.start_ms // width_ms * width_ms
        span = (start, start + width_ms)
        if slot.end_ms > span[1]:
            # An hour of which nothing narrower is kept.
            span = (slot.start_ms, slot.end_ms)
        groups.setdefault(span, []).append(slot)
    return [
        merge(*span, parts) for span, parts in groups.items() if span[0] >= start_ms
    ]
