"""How long readings and 5-minute roll-ups are kept, and the pruning of older ones.

Hours and longer are kept for ever. Pruning takes whole packed hours, and only those
whose neighbours on both sides are known: where readings begin, end, or have a gap, the
hours at the edge stay, so that late readings and imports find their neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
import time
from typing import Final

from ...metering.quantity import Channel
from ..loads.records import kept_for_undoing
from ..periods.calendar import (
    HOUR_MS,
    SLOT_MS,
    LocalCalendar,
    Period,
)
from ..writer import Transaction
from .packed_hours import PackedHours
from .packing import Row
from .pruned import (
    Pruned,
    Stretches,
    add_pruned,
    load_pruned,
)
from .raw_readings import RawReadings

DEFAULT_READINGS_DAYS: Final = 60
DEFAULT_SLOTS_MONTHS: Final = 24

# Devices keep readings for days while they reach nobody, and charts show two days.
_SHORTEST_DAYS: Final = 7
_DAYS_PER_MONTH: Final = 30.44
# A clock is believed once it has told so many days without leaving one out. Small
# computers without a clock of their own begin anywhere, and are set right within
# hours, mostly.
_BELIEVED_DAYS: Final = 7
# From one day's start to the next it is 25 hours at the most.
_NEXT_DAY_MS: Final = 36 * HOUR_MS
# Pruning is done in transactions of this duration: readings wait meanwhile.
_PRUNING_S: Final = 0.008
# Between readings that are further apart there is a gap, which a file may fill.
_GAP_MS: Final = 2 * HOUR_MS
# A value is held for a while: 5-minute roll-ups near the edge of a stretch may change.
_MARGIN_MS: Final = HOUR_MS


@dataclass(frozen=True, slots=True)
class Retention:
    """How long the readings of a meter are kept; 0 is for ever."""

    readings_days: int = DEFAULT_READINGS_DAYS
    slots_months: int = DEFAULT_SLOTS_MONTHS

    @property
    def is_too_short(self) -> bool:
        """Whether readings that come days late would find theirs pruned."""
        return 0 < self.readings_days < _SHORTEST_DAYS

    @property
    def drops_slots_first(self) -> bool:
        """Whether roll-ups would have to go before the readings they are made of."""
        days = self.slots_months * _DAYS_PER_MONTH
        return self.slots_months > 0 and not 0 < self.readings_days <= days

    def readings_from(self, calendar: LocalCalendar, now_ms: int) -> int | None:
        """Return the start of the first day whose readings are kept, None for all."""
        return _days_ago(calendar, now_ms, self.readings_days)

    def slots_from(self, calendar: LocalCalendar, now_ms: int) -> int | None:
        """Return the start of the first day whose roll-ups of 5 minutes are kept."""
        days = round(self.slots_months * _DAYS_PER_MONTH)
        return _days_ago(calendar, now_ms, days)


@dataclass(frozen=True, slots=True)
class PrunedChannel:
    """A channel that is pruned; the price is none, as old costs depend on it."""

    channel_id: int
    meter_id: str
    channel: Channel


def channels_to_prune(transaction: Transaction) -> list[PrunedChannel]:
    """Return all channels of which something may be pruned."""
    rows = transaction.connection.execute(
        "SELECT channel_id, meter_id, name FROM channel WHERE name != ?",
        (Channel.PRICE,),
    )
    return [PrunedChannel(number, meter, Channel(name)) for number, meter, name in rows]


def believed_now(transaction: Transaction, now_ms: int) -> int | None:
    """Return the time by which ages are counted, None while too little is known.

    A clock that is ahead would drop what is to be kept, and for good, and the readings
    that come meanwhile have its times. So a clock that left days out is not believed
    for some days, however far it went: until then the last day before is now.
    """
    connection, calendar = transaction.connection, transaction.ledger.calendar
    days: set[int] = set()
    for (channel_id,) in connection.execute("SELECT channel_id FROM channel"):
        # Energy may be spread over days on which nothing was told.
        found = connection.execute(
            "SELECT start_ms FROM rollup WHERE channel_id = ? AND period = ?"
            " AND start_ms <= ? AND count > 0 ORDER BY start_ms DESC LIMIT ?",
            (channel_id, Period.DAY, now_ms, _BELIEVED_DAYS),
        )
        days.update(start_ms for (start_ms,) in found)
    newest = sorted(days)[-_BELIEVED_DAYS:]
    if len(newest) < _BELIEVED_DAYS:
        return None
    for day, following in pairwise((*newest, calendar.day_start(now_ms))):
        if following - day > _NEXT_DAY_MS:
            return day
    return now_ms


def prune_readings(
    transaction: Transaction, of: PrunedChannel, before_ms: int, from_hour: int = 0
) -> int | None:
    """Delete readings from before a time, for some milliseconds.

    Returns the hour (number since 1970) to go on from in another transaction, None
    when there are no more.
    """
    connection, channel_id = transaction.connection, of.channel_id
    raw, packed = RawReadings(connection), PackedHours(connection)
    known = load_pruned(connection, channel_id, Pruned.READINGS)
    span = connection.execute(
        "SELECT first_ms, last_ms FROM channel WHERE channel_id = ?", (channel_id,)
    ).fetchone()
    if span is None:
        # Its history was deleted meanwhile.
        return None
    first_ms, last_ms = span
    until = time.monotonic() + _PRUNING_S
    undoable = kept_for_undoing(connection, channel_id)
    pruned: list[tuple[int, int]] = []
    derived: list[tuple[int, int]] = []
    hour = _first_of_no_load(packed, channel_id, from_hour, undoable)
    while hour is not None and (hour + 1) * HOUR_MS <= before_ms:
        if time.monotonic() > until:
            break
        rows = packed.read(channel_id, hour)
        first, last = rows[0], rows[-1]
        before: Row | None = None
        after: Row | None = None
        if not (begun := known.ends(first[0])):
            before = raw.previous(channel_id, first[0], first_ms)
        if not (ended := known.starts(last[0])):
            after = raw.next(channel_id, last[0], last_ms)
        inside = (begun or _are_near(before, first)) and (
            ended or _are_near(last, after)
        )
        around = [row for row in (before, *rows, after) if row is not None]
        stretch = around[0][0], around[-1][0]
        # What a stretch ends in must stay: no reading that may be taken back.
        inside = inside and not undoable.overlaps(stretch[0], stretch[1] + 1)
        if inside and not _is_stale(
            transaction, of, (hour - 1) * HOUR_MS, hour * HOUR_MS + HOUR_MS
        ):
            pruned.append(stretch)
            known = Stretches.of((*known.items, stretch))
            if of.channel is Channel.POWER and (times := _derived(around)):
                derived.append(times)
            packed.remove(channel_id, hour)
        hour = _first_of_no_load(packed, channel_id, hour + 1, undoable)
    else:
        hour = None
    if pruned:
        known = add_pruned(connection, channel_id, Pruned.READINGS, pruned)
        connection.execute(
            "UPDATE channel SET pruned_ms = ? WHERE channel_id = ?",
            (known.end_ms, channel_id),
        )
        if derived:
            add_pruned(connection, channel_id, Pruned.DERIVED, derived)
        transaction.ledger.states.forget()
    return hour


def prune_slots(transaction: Transaction, of: PrunedChannel, before_ms: int) -> bool:
    """Delete 5-minute roll-ups from before a time, for some milliseconds.

    Only of hours whose readings were pruned: nothing can change them any more.
    Returns whether there are more: call again, in another transaction.
    """
    connection, calendar = transaction.connection, transaction.ledger.calendar
    gone = load_pruned(connection, of.channel_id, Pruned.SLOTS)
    until = time.monotonic() + _PRUNING_S
    pruned: list[tuple[int, int]] = []
    more = False
    for start_ms, end_ms in _fixed(transaction, of, before_ms).without(gone):
        hour = calendar.hour_start(start_ms)
        if hour < start_ms:
            hour = calendar.end(Period.HOUR, hour)
        while (after := calendar.end(Period.HOUR, hour)) <= end_ms:
            if more := time.monotonic() > until:
                break
            if not _is_stale(transaction, of, hour, after):
                connection.executemany(
                    "DELETE FROM rollup_5min WHERE slot = ? AND channel_id = ?",
                    [
                        (slot, of.channel_id)
                        for slot in range(hour // SLOT_MS, after // SLOT_MS)
                    ],
                )
                pruned.append((hour, after))
            hour = after
        if more:
            break
    if pruned:
        gone = add_pruned(connection, of.channel_id, Pruned.SLOTS, pruned)
        connection.execute(
            "UPDATE channel SET pruned_5min_ms = ? WHERE channel_id = ?",
            (gone.end_ms, of.channel_id),
        )
    return more


def _fixed(transaction: Transaction, of: PrunedChannel, before_ms: int) -> Stretches:
    """Return the time up to `before_ms` in which no 5-minute roll-up can change."""
    connection = transaction.connection
    stretches = load_pruned(connection, of.channel_id, Pruned.READINGS).items
    if of.channel.is_energy:
        power = connection.execute(
            "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?",
            (of.meter_id, Channel.POWER),
        ).fetchone()
        if power:
            stretches += load_pruned(connection, power[0], Pruned.DERIVED).items
    return Stretches(
        tuple(
            (start + _MARGIN_MS, min(end - _MARGIN_MS, before_ms))
            for start, end in Stretches.of(stretches).items
            if start + _MARGIN_MS < min(end - _MARGIN_MS, before_ms)
        )
    )


def _is_stale(
    transaction: Transaction, of: PrunedChannel, start_ms: int, end_ms: int
) -> bool:
    """Whether an hour that starts in a time is still to be rolled up."""
    row = transaction.connection.execute(
        "SELECT 1 FROM stale_hour WHERE channel_id = ? AND start_ms >= ?"
        " AND start_ms < ? LIMIT 1",
        (of.channel_id, start_ms, end_ms),
    ).fetchone()
    return row is not None


def _first_of_no_load(
    packed: PackedHours, channel_id: int, from_hour: int, undoable: Stretches
) -> int | None:
    """Return the first packed hour in which nothing may have to be taken back."""
    hour = packed.first_from(channel_id, from_hour)
    while hour is not None:
        end_ms = undoable.end_over(hour * HOUR_MS, (hour + 1) * HOUR_MS)
        if end_ms is None:
            break
        hour = packed.first_from(channel_id, (end_ms - 1) // HOUR_MS + 1)
    return hour


def _are_near(earlier: Row | None, later: Row | None) -> bool:
    """Whether nobody will tell more of what lies between two readings."""
    return earlier is not None and later is not None and later[0] - earlier[0] < _GAP_MS


def _derived(readings: Sequence[Row]) -> tuple[int, int] | None:
    """Return when energy was derived from power, None if never."""
    segments = [(a[0], b[0]) for a, b in pairwise(readings) if b[3] is not None]
    return (segments[0][0], segments[-1][1]) if segments else None


def _days_ago(calendar: LocalCalendar, now_ms: int, days: int) -> int | None:
    if days <= 0:
        return None
    return calendar.days_before(calendar.day_start(now_ms), days)
