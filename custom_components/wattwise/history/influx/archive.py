"""Reading back what was written to InfluxDB, by InfluxQL, which all versions speak."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
import time
from typing import Final

from ..periods.bucket import Bucket
from ..readings.raw_readings import RawReading
from .errors import FileLimitError, InfluxError
from .influxql import select, time_literal, within
from .points import (
    READING_FIELDS,
    READINGS,
    SLOT_FIELDS,
    SLOTS,
    tag_value,
    to_bucket,
    to_reading,
)
from .server import InfluxServer, Rows
from .settings import InfluxVersion

_MINUTE_MS: Final = 60_000
_DAY_MS: Final = 24 * 60 * _MINUTE_MS
# InfluxDB 3 Core looks into 432 files of 10 minutes at most, which are three days.
_WINDOW_MS: Final = 3 * _DAY_MS
_SHORTEST_WINDOW_MS: Final = 10 * _MINUTE_MS
# Longer than anything: times beyond what can be stored become the first or the last.
_EVER_MS: Final = 1_000_000 * _DAY_MS

_SERIES: Final = '"meter" = $meter AND "channel" = $channel'


@dataclass(frozen=True, slots=True)
class ArchiveStatus:
    """How a server does: the error, or from when to when it has roll-ups [ms].

    InfluxDB 3 Core cannot say what is oldest, nor look further back than some days.
    """

    version: InfluxVersion
    error: InfluxError | None = None
    oldest_ms: int | None = None
    newest_ms: int | None = None


class InfluxArchive:
    """The history of meters in InfluxDB, under the names they have there.

    All calls block, and raise InfluxError.
    """

    def __init__(self, server: InfluxServer) -> None:
        """Read from a server."""
        self._server = server

    def raw(
        self, meter: str, channel: str, start_ms: int, end_ms: int
    ) -> Generator[list[RawReading]]:
        """Yield the readings of [start_ms, end_ms) in order, page by page."""
        for rows in self._series(
            READINGS, READING_FIELDS, meter, channel, start_ms, end_ms
        ):
            yield [to_reading(*row) for row in rows.values]

    def five_minutes(
        self, meter: str, channel: str, start_ms: int, end_ms: int
    ) -> Iterator[list[Bucket]]:
        """Yield the roll-ups that start in [start_ms, end_ms) in order, by pages."""
        for rows in self._series(SLOTS, SLOT_FIELDS, meter, channel, start_ms, end_ms):
            yield [to_bucket(*row) for row in rows.values]

    def before(self, meter: str, channel: str, time_ms: int) -> RawReading | None:
        """Return the last reading before a time."""
        start_ms = time_ms - self._reach_ms()
        return self._nearest(meter, channel, start_ms, time_ms, "DESC")

    def after(self, meter: str, channel: str, time_ms: int) -> RawReading | None:
        """Return the first reading at a time or after it."""
        end_ms = time_ms + self._reach_ms()
        return self._nearest(meter, channel, time_ms, end_ms, "ASC")

    def latest(self, meter: str) -> dict[str, tuple[int, float | None]]:
        """Return time [ms] and value of each channel's newest reading."""
        question = select(
            READINGS,
            ("value", "span_s"),
            f'"meter" = $meter{self._lately()}',
            'GROUP BY "channel" ORDER BY time DESC LIMIT 1',
        )
        newest = {}
        for rows in self._server.query(question, {"meter": tag_value(meter)}):
            time_ms, value, _ = rows.values[0]
            newest[rows.tags["channel"]] = (
                time_ms,
                None if value is None else float(value),
            )
        return newest

    def purge(self, meter: str) -> None:
        """Delete all that is known of a meter.

        Raises NoDeleteError where the server cannot do that.
        """
        for measurement in (READINGS, SLOTS):
            self._server.delete(
                measurement, '"meter" = $meter', {"meter": tag_value(meter)}
            )

    def status(self) -> ArchiveStatus:
        """Ask the server how it does; raises nothing."""
        version = self._server.settings.version
        try:
            oldest_ms = None
            if version is not InfluxVersion.V3:
                oldest_ms = self._border("ASC")
            newest_ms = self._border("DESC")
        except InfluxError as err:
            return ArchiveStatus(version, err)
        return ArchiveStatus(version, None, oldest_ms, newest_ms)

    def _border(self, order: str) -> int | None:
        where = f'"count" >= 0{self._lately()}'
        tail = f"ORDER BY time {order} LIMIT 1"
        for rows in self._server.query(select(SLOTS, ["count"], where, tail)):
            time_ms: int = rows.values[0][0]
            return time_ms
        return None

    def _lately(self) -> str:
        """Return the condition that keeps InfluxDB 3 Core from looking at all files."""
        if self._server.settings.version is not InfluxVersion.V3:
            return ""
        now_ms = time.time_ns() // 1_000_000
        return f" AND time >= {time_literal(now_ms - _WINDOW_MS)}"

    def _nearest(
        self, meter: str, channel: str, start_ms: int, end_ms: int, order: str
    ) -> RawReading | None:
        question = select(
            READINGS,
            READING_FIELDS,
            f"{_SERIES} AND {within(start_ms, end_ms)}",
            f"ORDER BY time {order} LIMIT 1",
        )
        for rows in self._server.query(question, _bound(meter, channel)):
            return to_reading(*rows.values[0])
        return None

    def _reach_ms(self) -> int:
        """Return how far the server can look at once."""
        if self._server.settings.version is InfluxVersion.V3:
            return _WINDOW_MS
        return _EVER_MS

    def _series(
        self,
        measurement: str,
        fields: Sequence[str],
        meter: str,
        channel: str,
        start_ms: int,
        end_ms: int,
    ) -> Iterator[Rows]:
        """Yield the rows of one series in order.

        InfluxDB 3 Core is asked for as many days at once as it looks through.
        """
        window_ms = self._reach_ms()
        bound = _bound(meter, channel)
        while start_ms < end_ms:
            until_ms = min(start_ms + window_ms, end_ms)
            where = f"{_SERIES} AND {within(start_ms, until_ms)}"
            try:
                yield from self._server.query(select(measurement, fields, where), bound)
            except FileLimitError:
                window_ms = (until_ms - start_ms) // 2
                if window_ms < _SHORTEST_WINDOW_MS:
                    raise
            else:
                start_ms = until_ms


def _bound(meter: str, channel: str) -> dict[str, str]:
    return {"meter": tag_value(meter), "channel": tag_value(channel)}
