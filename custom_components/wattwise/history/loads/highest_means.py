"""How much power a counter is known to have counted, to judge where it meets a file."""

from collections.abc import Iterable
import sqlite3
from typing import Final

from ...metering.joint import JointLimit
from ...metering.plausibility import EARLIEST_MS
from ...metering.profile import MeterProfile, MeterRole
from ...metering.quantity import Channel
from ...metering.reading import Reading
from ..giving_way import giving_way
from ..periods.calendar import HOUR_MS, Period
from ..questions.queries import Queries

# The mean of a longer time is hardly above the highest hour that is known.
_ABOVE_HIGHEST: Final = 3.0
# With fewer means the highest one is still to come.
_ENOUGH_MEANS: Final = 24


class HighestMeans:
    """The highest mean powers [W] between rows of a counter, an hour apart or more."""

    def __init__(self, latest_ms: int) -> None:
        """Look at rows until a time; later ones are refused."""
        self._latest_ms = latest_ms
        self._first_ms: int | None = None
        self._last_ms: int | None = None
        self._before: Reading | None = None
        self._count = 0
        self._two = 0.0, 0.0

    def add(self, readings: Iterable[Reading]) -> None:
        """Look at rows, which begin with the oldest or the newest."""
        for reading in giving_way(readings):
            time_ms = reading.time_ms
            if not EARLIEST_MS <= time_ms <= self._latest_ms:
                continue
            if self._first_ms is None or time_ms < self._first_ms:
                self._first_ms = time_ms
            if self._last_ms is None or time_ms > self._last_ms:
                self._last_ms = time_ms
            before = self._before
            # Within minutes a counter of whole kWh seems to rise by 60 kW.
            if before is None or abs(time_ms - before.time_ms) >= HOUR_MS:
                self._before = reading
                if before is not None:
                    self._note(before, reading)

    def _note(self, before: Reading, reading: Reading) -> None:
        hours = (reading.time_ms - before.time_ms) / HOUR_MS
        power_w = (reading.value - before.value) / hours
        if power_w >= 0:
            self._count += 1
            highest, second = self._two
            self._two = max(highest, power_w), max(second, min(highest, power_w))

    def limit(
        self,
        queries: Queries,
        profile: MeterProfile,
        channel: Channel,
        interval_s: float,
    ) -> JointLimit | None:
        """Return what is believed where the rows meet others; None if all is."""
        first_ms, last_ms = self._first_ms, self._last_ms
        if first_ms is None or last_ms is None:
            return None
        if _is_told(queries, profile.meter_id, channel, first_ms, last_ms):
            return None
        known_w = _highest_known(queries.connection, profile.meter_id, channel)
        # The highest but one: a single row that is wrong makes one wrong mean.
        own_w = self._two[1] if self._count >= _ENOUGH_MEANS else 0.0
        powers = [profile.max_power_w(channel)]
        if highest_w := max(own_w, known_w or 0.0):
            powers.append(_ABOVE_HIGHEST * highest_w)
        if (
            profile.contracted_power_w is not None
            and profile.role is MeterRole.GRID
            and channel is Channel.ENERGY_IMPORT
        ):
            powers.append(profile.contracted_power_w)
        return JointLimit(min(powers), first_ms, last_ms, interval_s * 1000)


def _is_told(
    queries: Queries, meter_id: str, channel: Channel, first_ms: int, last_ms: int
) -> bool:
    """Whether the meter told what flowed around the rows: that stays, divided."""
    row = queries.connection.execute(
        "SELECT channel_id, last_ms FROM channel WHERE meter_id = ? AND name = ?",
        (meter_id, channel),
    ).fetchone()
    after = queries.raw.next(row[0], last_ms, row[1]) if row else None
    return after is not None and after.time_ms - after.span_ms < first_ms


def _highest_known(
    connection: sqlite3.Connection, meter_id: str, channel: Channel
) -> float | None:
    """Return the highest mean power of an hour but one [W]; None for too few hours."""
    rows = connection.execute(
        "SELECT energy_wh * ? / (end_ms - start_ms) AS power"
        " FROM rollup JOIN channel USING (channel_id)"
        " WHERE meter_id = ? AND name = ? AND period = ?"
        # Of an hour in a long gap only the sum is known.
        " AND 2 * covered_ms > end_ms - start_ms ORDER BY power DESC",
        (HOUR_MS, meter_id, channel, Period.HOUR),
    ).fetchmany(_ENOUGH_MEANS)
    return rows[1][0] if len(rows) == _ENOUGH_MEANS else None
