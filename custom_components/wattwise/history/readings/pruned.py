"""Stretches of time of which something was pruned, and what that means for late news.

The readings at both ends of a stretch are kept: what comes after or before it finds
its neighbour there, as if nothing had been pruned. What lies between is known in sum
only, so nothing can be added to it without counting twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
import sqlite3
from typing import Self


class Pruned(StrEnum):
    """What was pruned of a channel."""

    READINGS = "readings"
    DERIVED = "derived"
    """Readings of power from which energy was derived."""
    SLOTS = "slots"
    """Roll-ups of 5 minutes."""


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of time from `start_ms` to `end_ms`, in order, none touches another."""

    items: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, stretches: Iterable[tuple[int, int]]) -> Self:
        """Join stretches that touch or overlap."""
        joined: list[tuple[int, int]] = []
        for start_ms, end_ms in sorted(stretches):
            if joined and start_ms <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(joined[-1][1], end_ms)
            else:
                joined.append((start_ms, end_ms))
        return cls(tuple(joined))

    @property
    def end_ms(self) -> int | None:
        """The end of the last one."""
        return self.items[-1][1] if self.items else None

    def covers(self, time_ms: int) -> bool:
        """Whether a time lies within one; its ends do not."""
        return self.overlaps(time_ms, time_ms)

    def overlaps(self, start_ms: int, end_ms: int) -> bool:
        """Whether any of them has time in common with a stretch, or a moment within."""
        place = bisect_right(self.items, (start_ms, start_ms))
        following = self.items[place : place + 1]
        return (place > 0 and self.items[place - 1][1] > start_ms) or any(
            start < end_ms for start, _ in following
        )

    def end_over(self, start_ms: int, end_ms: int) -> int | None:
        """Return the end of the last one that has time in common with a stretch."""
        place = bisect_left(self.items, (end_ms, end_ms))
        if place and self.items[place - 1][1] > start_ms:
            return self.items[place - 1][1]
        return None

    def starts(self, time_ms: int) -> bool:
        """Whether one starts at this time."""
        return any(start == time_ms for start, _ in self.items)

    def ends(self, time_ms: int) -> bool:
        """Whether one ends at this time."""
        return any(end == time_ms for _, end in self.items)

    def without(self, other: Self) -> Iterator[tuple[int, int]]:
        """Yield what is left when other stretches are taken out."""
        for start_ms, end_ms in self.items:
            at_ms = start_ms
            for other_start, other_end in other.items:
                if other_end > at_ms and other_start < end_ms:
                    if other_start > at_ms:
                        yield at_ms, other_start
                    at_ms = other_end
            if at_ms < end_ms:
                yield at_ms, end_ms


def load_pruned(
    connection: sqlite3.Connection, channel_id: int, what: Pruned
) -> Stretches:
    """Return the stretches of which this was pruned."""
    rows = connection.execute(
        "SELECT start_ms, end_ms FROM pruned WHERE channel_id = ? AND what = ?",
        (channel_id, what),
    )
    return Stretches.of(rows)


def add_pruned(
    connection: sqlite3.Connection,
    channel_id: int,
    what: Pruned,
    stretches: Iterable[tuple[int, int]],
) -> Stretches:
    """Note more stretches; return all of them."""
    before = load_pruned(connection, channel_id, what)
    after = Stretches.of((*before.items, *stretches))
    connection.execute(
        "DELETE FROM pruned WHERE channel_id = ? AND what = ?", (channel_id, what)
    )
    connection.executemany(
        "INSERT INTO pruned VALUES (?, ?, ?, ?)",
        [(channel_id, what, start, end) for start, end in after.items],
    )
    return after
