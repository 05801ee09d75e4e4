"""The readings of a meter in a file, batch by batch."""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ...metering.quantity import to_base_unit
from ...metering.reading import Reading, Refusal, RefusedReading
from ..giving_way import giving_way
from .clock import Clock
from .formats import open_table
from .layout import Layout
from .number_format import read_number
from .step import Step
from .survey import survey
from .table import Cell

# Readings that are in memory together. Python looks for garbage after 2,000 new objects;
# what is still in use then adds up to a look through all of Home Assistant's, which
# stops everything for a fifth of a second.
BATCH_ROWS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a file; the index of a reading is the number of its row.

    `interval_s` is how long an amount flowed when no row before it tells [s],
    `starts_ms` when the periods of the readings begin.
    """

    interval_s: float
    readings: list[Reading] = field(default_factory=list)
    starts_ms: list[int] = field(default_factory=list)
    refused: list[RefusedReading] = field(default_factory=list)

    def add(self, reading: Reading, start_ms: int) -> None:
        """Add a reading of the period that starts at a time."""
        self.readings.append(reading)
        self.starts_ms.append(start_ms)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row whose cells are read; None is what could not be understood."""

    number: int
    time_ms: int | None
    value: float | None


class MeterFile:
    """A file that is understood; belongs to worker threads, one at a time."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Look at the first rows.

        Raises FileError and OSError.
        """
        self._table = open_table(path)
        self._layout = layout
        self._survey = survey(self._table, layout)

    @property
    def interval_s(self) -> float:
        """The usual time between two rows [s]."""
        return self._survey.interval_s

    @property
    def done(self) -> float:
        """How much of the file was read, from 0 to 1."""
        return self._table.done

    def batches(self) -> Generator[Batch]:
        """Yield the file's readings; empty cells are gaps and left out.

        An amount is read at the end of its interval, a momentary value at the start.
        Raises FileError, OSError and UnknownUnitError.
        """
        for batch in self._batches():
            if batch.readings or batch.refused:
                yield batch

    def _batches(self) -> Iterator[Batch]:
        layout, interval_s = self._layout, self.interval_s
        channel = layout.channel
        factor = to_base_unit(1.0, channel.quantity, layout.unit)
        step = Step(interval_s, layout.time_zone)
        batch = Batch(interval_s)
        read_ms: int | None = None
        for before, row, after in self._with_neighbours():
            if row.time_ms is None or row.value is None:
                reason = (
                    Refusal.INVALID_TIME
                    if row.time_ms is None
                    else Refusal.NOT_A_NUMBER
                )
                batch.refused.append(RefusedReading(row.number, channel, reason))
            else:
                start_ms = end_ms = at_ms = row.time_ms
                if layout.stamped_at_end:
                    start_ms = step.neighbour(at_ms, before, -1)
                else:
                    end_ms = step.neighbour(at_ms, after, 1)
                if layout.is_amount:
                    at_ms = end_ms
                elif channel.is_energy:
                    start_ms = at_ms
                else:
                    at_ms = start_ms
                reading = Reading(channel, at_ms, row.value * factor, row.number)
                follows, read_ms = read_ms == start_ms, at_ms
                own_s = (end_ms - start_ms) / 1000
                if (
                    layout.is_amount
                    and step.varies
                    and not follows
                    and own_s != interval_s
                ):
                    # The first row and one after a gap may be a day or a month of
                    # another length than is usual.
                    yield from (batch, Batch(own_s, [reading], [start_ms]))
                    batch = Batch(interval_s)
                    continue
                batch.add(reading, start_ms)
            if len(batch.readings) + len(batch.refused) >= BATCH_ROWS:
                yield batch
                batch = Batch(interval_s)
        yield batch

    def _with_neighbours(self) -> Iterator[tuple[int | None, _Row, int | None]]:
        """Yield each row between the times of those before and after it in time.

        Rows without a value are left out, but end the interval of their neighbour.
        """
        rows = self._rows()
        newest_first = self._survey.newest_first
        before_ms: int | None = None
        row, is_empty = next(rows, (None, True))
        while row:
            after, is_next_empty = next(rows, (None, True))
            after_ms = after.time_ms if after else None
            if not is_empty:
                if newest_first:
                    yield after_ms, row, before_ms
                else:
                    yield before_ms, row, after_ms
            before_ms, row, is_empty = row.time_ms, after, is_next_empty

    def _rows(self) -> Iterator[tuple[_Row, bool]]:
        """Yield each row, and whether it holds no value."""
        found = self._survey
        clock = Clock(
            self._layout,
            found.date_order,
            newest_first=found.newest_first,
            interval_s=found.interval_s,
        )
        mark = found.decimal_mark
        for number, cells in giving_way(self._table.rows(self._layout.columns)):
            time_ms = _time(clock, cells)
            value = read_number(cells[0], mark)
            yield _Row(number, time_ms, value), value is None and _is_empty(cells[0])


def _time(clock: Clock, cells: Sequence[Cell]) -> int | None:
    return clock.read(cells[1]) if len(cells) == 2 else clock.read(cells[1], cells[2])


def _is_empty(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
