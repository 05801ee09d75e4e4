"""Stretches of time of which a meter, or one of its channels, tells nothing.

They are found in the roll-ups: from days which are incomplete to their hours, from
these to their 5 minutes. So a gap is known to the minute where 5-minute roll-ups are
kept; from before that it is known how long it was, and in which hours it lay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ...metering.quantity import METER_CHANNELS, Channel
from ..periods.bucket import Bucket
from ..periods.calendar import SLOT_MS, Period
from ..periods.rollups import finest, periods
from .queries import Queries

# Nothing shorter can be told from 5-minute roll-ups.
SHORTEST_GAP_MS: Final = SLOT_MS

# Less than this is what rounding leaves of energy that was taken back.
_NOTHING_WH: Final = 1e-6

_ENERGY: Final = (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)


class GapKind(StrEnum):
    """What is known of a gap after all."""

    KNOWN_IN_SUM = "energy_known_in_sum"
    """Counters tell how much flowed, but not when."""
    NOTHING_KNOWN = "nothing_known"


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of time that no readings cover."""

    start_ms: int
    end_ms: int
    energy_wh: dict[Channel, float] = field(default_factory=dict)
    """What flowed in it, by the counters that tell the sum."""

    @property
    def kind(self) -> GapKind:
        """What is known of it."""
        return GapKind.KNOWN_IN_SUM if self.energy_wh else GapKind.NOTHING_KNOWN

    @property
    def duration_ms(self) -> int:
        """How long it is."""
        return self.end_ms - self.start_ms


@dataclass(slots=True)
class _Cell:
    """A piece of time, and for how much of it something is known."""

    start_ms: int
    end_ms: int
    covered_ms: int = 0
    energy_wh: dict[Channel, float] = field(default_factory=dict)
    """Of the channels that have a roll-up here."""
    is_edge: bool = False
    """Whether a reading in it may begin or end a gap, of which more is known beside it."""

    @property
    def missing_ms(self) -> int:
        return max(0, self.end_ms - self.start_ms - self.covered_ms)


@dataclass(frozen=True, slots=True)
class _Source:
    """A channel that tells what is asked about."""

    channel: Channel
    channel_id: int
    first_ms: int
    is_counter: bool


def find_gaps(
    queries: Queries,
    meter_id: str,
    channel: Channel | None,
    start_ms: int,
    end_ms: int,
    *,
    now_ms: int,
    shortest_ms: int,
    patience_ms: int = 0,
) -> list[Gap]:
    """Return the gaps of a channel between two times, in order.

    Without a channel they are those of the meter: of its energy, or of all that it
    measures if it has none. Time before the first reading is no gap, and what lasts
    until now is one only if it is longer than `patience_ms` as well: the next reading
    may be on its way.
    """
    wanted = [channel] if channel else list(_ENERGY)
    sources = _sources(queries, meter_id, wanted)
    if not sources and channel is None:
        sources = _sources(queries, meter_id, METER_CHANNELS)
    if not sources:
        return []
    calendar = queries.calendar
    begin = calendar.day_start(start_ms)
    until = min(now_ms, calendar.end(Period.DAY, calendar.day_start(end_ms - 1)))
    days = _buckets(queries, sources, Period.DAY, begin, until)
    if any(source.channel.is_energy for source in sources) and any(
        day.covered_ms and not day.count for _, day in days
    ):
        # Energy derived from power is that of one direction at a time; the power
        # tells both.
        power = _sources(queries, meter_id, [Channel.POWER])
        sources += power
        days += _buckets(queries, power, Period.DAY, begin, until)
    first_ms = min(source.first_ms for source in sources)
    cells = _cells(days, begin, until, first_ms)
    for period in (Period.HOUR, None):
        suspects = _suspects(cells, shortest_ms)
        cells = [
            piece
            for cell, suspect in zip(cells, suspects, strict=True)
            for piece in (
                _cells(
                    _buckets(queries, sources, period, cell.start_ms, cell.end_ms),
                    cell.start_ms,
                    cell.end_ms,
                    first_ms,
                )
                if suspect
                else [cell]
            )
        ]
    found = []
    for stretch in _stretches(cells):
        begin, end = stretch[0].start_ms, stretch[-1].end_ms
        patience = patience_ms if end >= now_ms else 0
        if end - begin >= max(shortest_ms, patience):
            found += _pieces(stretch)
    return [
        _clip(gap, start_ms, end_ms)
        for gap in found
        if gap.end_ms > start_ms and gap.start_ms < end_ms
    ]


def _sources(
    queries: Queries, meter_id: str, channels: Iterable[Channel]
) -> list[_Source]:
    """Return those of the channels that were ever heard of."""
    rows = queries.connection.execute(
        "SELECT name, channel_id, first_ms, last_value IS NOT NULL FROM channel"
        " WHERE meter_id = ? AND first_ms IS NOT NULL",
        (meter_id,),
    )
    known = {row[0]: row for row in rows}
    return [
        _Source(channel, *known[channel][1:])
        for channel in channels
        if channel in known
    ]


def _buckets(
    queries: Queries,
    sources: Iterable[_Source],
    period: Period | None,
    start_ms: int,
    end_ms: int,
) -> list[tuple[_Source, Bucket]]:
    """Return the roll-ups of all sources; the finest ones without a period."""
    connection, calendar = queries.connection, queries.calendar
    found: list[tuple[_Source, Bucket]] = []
    for source in sources:
        key = source.channel_id
        buckets = (
            finest(connection, calendar, key, start_ms, end_ms)
            if period is None
            else periods(connection, calendar, key, period, start_ms, end_ms)
        )
        found += [(source, bucket) for bucket in buckets]
    return found


def _cells(
    buckets: Iterable[tuple[_Source, Bucket]], start_ms: int, end_ms: int, first_ms: int
) -> list[_Cell]:
    """Return cells without holes between them from one time to another.

    Of several channels that tell the same, the one that is covered best counts. What
    was before `first_ms` is not missed.
    """
    known: dict[tuple[int, int], _Cell] = {}
    for source, bucket in buckets:
        span = (bucket.start_ms, bucket.end_ms)
        cell = known.setdefault(span, _Cell(*span))
        cell.covered_ms = max(cell.covered_ms, bucket.covered_ms)
        cell.is_edge |= bucket.count > 0
        # A counter that stood still tells that nothing flowed. Of amounts and power
        # nothing is what is left when a late reading took back what was told before.
        if source.channel.is_energy and (
            source.is_counter or bucket.energy_wh > _NOTHING_WH
        ):
            cell.energy_wh[source.channel] = bucket.energy_wh
    cells: list[_Cell] = []
    at = start_ms
    for _, cell in sorted(known.items()):
        cell.start_ms = max(cell.start_ms, at)
        cell.end_ms = min(cell.end_ms, end_ms)
        if cell.start_ms < cell.end_ms:
            if cell.start_ms > at:
                cells.append(_Cell(at, cell.start_ms))
            cells.append(cell)
            at = cell.end_ms
    if at < end_ms:
        cells.append(_Cell(at, end_ms))
    for cell in cells:
        cell.covered_ms += max(0, min(first_ms, cell.end_ms) - cell.start_ms)
    return cells


def _suspects(cells: Sequence[_Cell], shortest_ms: int) -> list[bool]:
    """Say which cells are to be looked at more closely.

    Those that may begin, end or contain a gap, and of those that are not covered at
    all the ones with a reading in them, or with a sum that their neighbour lacks.
    """
    before, after = _reach(cells), _reach(cells[::-1])[::-1]
    suspects = []
    for at, cell in enumerate(cells):
        if cell.covered_ms:
            missing_ms = before[at] + cell.missing_ms + after[at]
            suspects.append(bool(cell.missing_ms) and missing_ms >= shortest_ms)
        else:
            near = (*cells[max(0, at - 1) : at], *cells[at + 1 : at + 2])
            suspects.append(
                cell.is_edge
                or any(
                    not other.covered_ms
                    and other.energy_wh.keys() < cell.energy_wh.keys()
                    for other in near
                )
            )
    return suspects


def _reach(cells: Sequence[_Cell]) -> list[int]:
    """Return for each cell how long a gap may have lasted when it begins [ms]."""
    reach, lasted_ms = [], 0
    for cell in cells:
        reach.append(lasted_ms)
        lasted_ms = cell.missing_ms + (0 if cell.covered_ms else lasted_ms)
    return reach


def _stretches(cells: Sequence[_Cell]) -> list[list[_Cell]]:
    """Return the stretches that are not covered, each in cells that are not at all.

    Where in a cell that is covered in part the gap lies is told by its neighbours:
    next to the one that is incomplete too, and half on either side if both are. What
    it tells of energy is that of its covered part, and not handed on.
    """
    stretches: list[list[_Cell]] = []
    for at, cell in enumerate(cells):
        if not cell.missing_ms:
            continue
        head_ms, tail_ms = 0, cell.missing_ms
        goes_on = at > 0 and cells[at - 1].missing_ms > 0
        if goes_on:
            will_go_on = at + 1 < len(cells) and cells[at + 1].missing_ms > 0
            head_ms = tail_ms // 2 if cell.covered_ms and will_go_on else tail_ms
            tail_ms -= head_ms
        if not cell.covered_ms:
            if goes_on:
                stretches[-1].append(cell)
            else:
                stretches.append([cell])
            continue
        if head_ms:
            stretches[-1].append(_edge(cell.start_ms, cell.start_ms + head_ms))
        if tail_ms:
            stretches.append([_edge(cell.end_ms - tail_ms, cell.end_ms)])
    return stretches


def _edge(start_ms: int, end_ms: int) -> _Cell:
    return _Cell(start_ms, end_ms, is_edge=True)


def _pieces(stretch: list[_Cell]) -> list[Gap]:
    """Make gaps of a stretch: one for each part of which the same channels tell."""
    # From the last on, each takes after the next; the last after the one before.
    for at in range(len(stretch) - 1, -1, -1):
        cell, near = stretch[at], stretch[at + 1 : at + 2] or stretch[at - 1 : at]
        if cell.is_edge and near and near[0].energy_wh.keys() != cell.energy_wh.keys():
            cell.energy_wh = _share(near[0], cell)
    groups: list[list[_Cell]] = []
    for cell in stretch:
        if groups and groups[-1][-1].energy_wh.keys() == cell.energy_wh.keys():
            groups[-1].append(cell)
        else:
            groups.append([cell])
    return [
        Gap(
            group[0].start_ms,
            group[-1].end_ms,
            {
                channel: sum(cell.energy_wh[channel] for cell in group)
                for channel in group[0].energy_wh
            },
        )
        for group in groups
    ]


def _share(known: _Cell, part: _Cell) -> dict[Channel, float]:
    """Return the energy of a part in which as much flows as in a cell beside it."""
    ratio = (part.end_ms - part.start_ms) / (known.end_ms - known.start_ms)
    return {channel: wh * ratio for channel, wh in known.energy_wh.items()}


def _clip(gap: Gap, start_ms: int, end_ms: int) -> Gap:
    start, end = max(gap.start_ms, start_ms), min(gap.end_ms, end_ms)
    ratio = (end - start) / gap.duration_ms
    energy = {channel: wh * ratio for channel, wh in gap.energy_wh.items()}
    return Gap(start, end, energy)
