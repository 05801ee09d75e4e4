"""The 5-minute roll-ups, kept up to date by every reading.

Each reading adds its value to its own slot, and each segment of time adds (or, when
a late reading divides it, takes back) its shares. Sums do not depend on the order
in which readings come, so nothing is ever computed anew from raw readings.
"""

from collections.abc import Collection
from dataclasses import dataclass
import sqlite3
from typing import Final

from ...metering.segment import Segment, shares
from ..periods.calendar import SLOT_MS, LocalCalendar

# Energy over a longer segment is known in sum but not when it flowed.
MAX_COVERED_ENERGY_MS: Final = 7_200_000

_UPSERT: Final = """
INSERT INTO rollup_5min VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (slot, channel_id) DO UPDATE SET
    count = count + excluded.count,
    first = CASE WHEN first_ms IS NULL OR excluded.first_ms < first_ms
        THEN excluded.first ELSE first END,
    first_ms = min(ifnull(first_ms, excluded.first_ms),
        ifnull(excluded.first_ms, first_ms)),
    last = CASE WHEN last_ms IS NULL OR excluded.last_ms > last_ms
        THEN excluded.last ELSE last END,
    last_ms = max(ifnull(last_ms, excluded.last_ms),
        ifnull(excluded.last_ms, last_ms)),
    min = min(ifnull(min, excluded.min), ifnull(excluded.min, min)),
    max = max(ifnull(max, excluded.max), ifnull(excluded.max, max)),
    integral = integral + excluded.integral,
    covered_ms = covered_ms + excluded.covered_ms,
    energy_wh = energy_wh + excluded.energy_wh
"""


@dataclass(slots=True)
class _SlotChange:
    count: int = 0
    first_ms: int | None = None
    first: float | None = None
    last_ms: int | None = None
    last: float | None = None
    min: float | None = None
    max: float | None = None
    integral: float = 0.0
    covered_ms: int = 0
    energy_wh: float = 0.0


class SlotChanges:
    """What a transaction changes in the 5-minute roll-ups."""

    def __init__(self) -> None:
        """Start with no change."""
        self._changes: dict[tuple[int, int], _SlotChange] = {}

    @property
    def changed(self) -> list[tuple[int, int]]:
        """The slots that changed so far, and their channels."""
        return list(self._changes)

    def count(self, slot: int, channel_id: int) -> int:
        """Return how many readings were added to a slot."""
        change = self._changes.get((slot, channel_id))
        return change.count if change else 0

    def add_reading(self, channel_id: int, time_ms: int, value: float | None) -> None:
        """Count a reading in its slot; `value` is None for amounts of energy."""
        change = self._change(channel_id, time_ms)
        change.count += 1
        if value is None:
            return
        if change.first_ms is None or time_ms < change.first_ms:
            change.first_ms, change.first = time_ms, value
        if change.last_ms is None or time_ms > change.last_ms:
            change.last_ms, change.last = time_ms, value
        if change.min is None or value < change.min:
            change.min = value
        if change.max is None or value > change.max:
            change.max = value

    def add_level(
        self, channel_id: int, start_ms: int, end_ms: int, level: float, sign: int = 1
    ) -> None:
        """Add (or with sign -1 take back) a momentary value held for a while."""
        duration = end_ms - start_ms
        if 0 < duration <= SLOT_MS - start_ms % SLOT_MS:
            # Most are short: a backlog has hundreds of thousands of them.
            change = self._change(channel_id, start_ms)
            change.integral += sign * (level * duration)
            change.covered_ms += sign * duration
            return
        for share in shares(Segment(start_ms, end_ms, level=level), SLOT_MS):
            change = self._change(channel_id, share.start_ms)
            change.integral += sign * share.integral
            change.covered_ms += sign * share.duration_ms

    def add_energy(
        self,
        channel_id: int,
        start_ms: int,
        end_ms: int,
        energy_wh: float,
        sign: int = 1,
    ) -> None:
        """Add (or with sign -1 take back) an amount of energy spread over a while."""
        duration = end_ms - start_ms
        if 0 < duration <= SLOT_MS - start_ms % SLOT_MS:
            change = self._change(channel_id, start_ms)
            # Rounded like the share of a longer one: what is taken back is the same.
            change.energy_wh += sign * (energy_wh * duration / duration)
            change.covered_ms += sign * duration
            return
        covered = duration <= MAX_COVERED_ENERGY_MS
        for share in shares(Segment(start_ms, end_ms, energy_wh=energy_wh), SLOT_MS):
            change = self._change(channel_id, share.start_ms)
            change.energy_wh += sign * share.energy_wh
            if covered:
                change.covered_ms += sign * share.duration_ms

    def write(self, connection: sqlite3.Connection, calendar: LocalCalendar) -> None:
        """Apply the changes and mark the hours they make stale."""
        if not self._changes:
            return
        connection.executemany(
            _UPSERT,
            (
                (
                    slot,
                    channel_id,
                    change.count,
                    change.first_ms,
                    change.first,
                    change.last_ms,
                    change.last,
                    change.min,
                    change.max,
                    change.integral,
                    change.covered_ms,
                    change.energy_wh,
                )
                for (slot, channel_id), change in self._changes.items()
            ),
        )
        connection.executemany(
            "INSERT OR IGNORE INTO stale_hour VALUES (?, ?)",
            {
                (channel_id, calendar.hour_start(slot * SLOT_MS))
                for slot, channel_id in self._changes
            },
        )
        self._changes.clear()

    def keep_only(self, wanted: Collection[tuple[int, int]]) -> None:
        """Forget all changes but those of these slots and channels."""
        for key in [key for key in self._changes if key not in wanted]:
            del self._changes[key]

    def discard(self) -> None:
        """Forget the changes of a transaction that was rolled back."""
        self._changes.clear()

    def _change(self, channel_id: int, time_ms: int) -> _SlotChange:
        key = (time_ms // SLOT_MS, channel_id)
        change = self._changes.get(key)
        if change is None:
            change = self._changes[key] = _SlotChange()
        return change
