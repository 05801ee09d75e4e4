"""The table of packed hours: one row for each channel and hour in UTC.

Hours of a channel follow each other in the file, so that a week of it is read from a
few dozen pages, and the hour before any time is found with one look.
"""

from collections import OrderedDict
from collections.abc import Iterator
import sqlite3
from typing import Final

from ..periods.calendar import HOUR_MS
from .packing import (
    PackedHourError,
    Row,
    pack,
    unpack,
)

# The key is the channel's number above the hour's: one integer is the row's own key,
# and needs no index. Hours since 1970 fit for 1,900 years.
_HOUR_BITS: Final = 24
LAST_HOUR: Final = (1 << _HOUR_BITS) - 1
# Readings of an import find their neighbours in the same few hours again and again.
_REMEMBERED: Final = 8


class DamagedHourError(PackedHourError):
    """The readings of one hour of a channel cannot be read; all others can."""

    def __init__(self, channel_id: int, hour: int, reason: str) -> None:
        """Name the channel, and the hour by its number since 1970."""
        super().__init__(f"hour {hour} of channel {channel_id}: {reason}")
        self.channel_id = channel_id
        self.hour = hour
        self.reason = reason


class PackedHours:
    """Access to packed hours by channel and number of the hour since 1970."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Use a connection, which may be read-only for all that only reads."""
        self._connection = connection
        self._unpacked: OrderedDict[int, tuple[bytes, list[Row]]] = OrderedDict()

    def read(self, channel_id: int, hour: int) -> list[Row]:
        """Return the readings of an hour, none if it is not packed.

        This and all that follows raises DamagedHourError when an hour is damaged.
        """
        key = _key(channel_id, hour)
        row = self._connection.execute(
            "SELECT readings FROM packed_hour WHERE hour_id = ?", (key,)
        ).fetchone()
        return self._rows(key, row[0]) if row else []

    def between(
        self, channel_id: int, first: int, last: int
    ) -> Iterator[tuple[int, list[Row]]]:
        """Yield the packed hours from the first to the last one, with their readings."""
        packed = self._connection.execute(
            "SELECT hour_id, readings FROM packed_hour WHERE hour_id BETWEEN ? AND ?"
            " ORDER BY hour_id",
            (_key(channel_id, first), _key(channel_id, last)),
        )
        for key, readings in packed:
            yield key & LAST_HOUR, self._rows(key, readings)

    def last_until(self, channel_id: int, hour: int) -> int | None:
        """Return the last packed hour up to this one."""
        return self._hour(
            "SELECT max(hour_id) FROM packed_hour WHERE hour_id BETWEEN ? AND ?",
            channel_id,
            0,
            hour,
        )

    def first_from(self, channel_id: int, hour: int) -> int | None:
        """Return the first packed hour from this one on."""
        return self._hour(
            "SELECT min(hour_id) FROM packed_hour WHERE hour_id BETWEEN ? AND ?",
            channel_id,
            hour,
            LAST_HOUR,
        )

    def size(self, channel_id: int, first: int, last: int) -> int:
        """Return the size of the packed hours from the first to the last one [byte]."""
        (size,) = self._connection.execute(
            "SELECT ifnull(sum(length(readings)), 0) FROM packed_hour"
            " WHERE hour_id BETWEEN ? AND ?",
            (_key(channel_id, first), _key(channel_id, last)),
        ).fetchone()
        return int(size)

    def write(self, channel_id: int, hour: int, rows: list[Row]) -> None:
        """Pack an hour's readings, of which there is one at least, in order."""
        self._connection.execute(
            "INSERT INTO packed_hour VALUES (?, ?)",
            (_key(channel_id, hour), pack(hour * HOUR_MS, rows)),
        )

    def remove(self, channel_id: int, hour: int) -> None:
        """Delete an hour."""
        key = _key(channel_id, hour)
        self._unpacked.pop(key, None)
        self._connection.execute("DELETE FROM packed_hour WHERE hour_id = ?", (key,))

    def set_apart(self, damaged: DamagedHourError, found_ms: int) -> None:
        """Keep what is left of a damaged hour where nobody stumbles over it."""
        key = _key(damaged.channel_id, damaged.hour)
        self._connection.execute(
            "INSERT OR REPLACE INTO damaged_hour (hour_id, readings, reason, found_ms)"
            " SELECT hour_id, readings, ?, ? FROM packed_hour WHERE hour_id = ?",
            (damaged.reason, found_ms, key),
        )
        self.remove(damaged.channel_id, damaged.hour)

    def _hour(self, query: str, channel_id: int, first: int, last: int) -> int | None:
        keys = (_key(channel_id, first), _key(channel_id, last))
        (key,) = self._connection.execute(query, keys).fetchone()
        return None if key is None else key & LAST_HOUR

    def _rows(self, key: int, packed: bytes) -> list[Row]:
        """Return what is packed; remembered as long as the bytes are the same."""
        known = self._unpacked.get(key)
        if known and known[0] == packed:
            self._unpacked.move_to_end(key)
            return known[1]
        channel_id, hour = key >> _HOUR_BITS, key & LAST_HOUR
        try:
            rows = unpack(hour * HOUR_MS, packed)
        except PackedHourError as err:
            raise DamagedHourError(channel_id, hour, str(err)) from err
        self._unpacked[key] = packed, rows
        if len(self._unpacked) > _REMEMBERED:
            self._unpacked.popitem(last=False)
        return rows


def _key(channel_id: int, hour: int) -> int:
    return (channel_id << _HOUR_BITS) | hour
