"""Reads what households used: a file with one column per home."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import gzip
from io import TextIOWrapper
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from custom_components.wattwise.analytics.forecasting.local_days import (
    DayRows,
    Floats,
    LocalClock,
)
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    Calendar,
    Past,
)


class HomesError(Exception):
    """The file is not one of homes; the message says where."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Energy [kWh] of homes: `energy` (slots, homes) of `step` seconds, NaN in gaps.

    `starts` (slots) are seconds since the epoch, evenly spaced.
    """

    names: tuple[str, ...]
    starts: np.ndarray
    energy: Floats
    step: int

    @classmethod
    def read(cls, file: Path, first: int) -> Homes:
        """Read the first so many homes of a CSV file, gzipped or not.

        Its first column is the start of a slot in UTC, the others are one home each.
        HomesError for what is no number, and for slots that are not evenly spaced.
        """
        with _opened(file) as lines:
            rows = csv.reader(lines)
            names = tuple(next(rows, []))[1 : first + 1]
            if len(names) < first:
                msg = f"{file.name} has {len(names)} homes, {first} were asked for"
                raise HomesError(msg)
            times: list[datetime] = []
            values: list[list[float]] = []
            for row in rows:
                try:
                    times.append(datetime.fromisoformat(row[0]).replace(tzinfo=UTC))
                    values.append([_number(cell) for cell in row[1 : first + 1]])
                except (ValueError, IndexError) as error:
                    msg = f"{file.name}, line {rows.line_num}: {error}"
                    raise HomesError(msg) from error
        starts = np.array([int(time.timestamp()) for time in times], np.int64)
        steps = np.unique(np.diff(starts))
        if len(steps) != 1 or {len(row) for row in values} != {first}:
            msg = f"{file.name} has rows of several lengths or steps {steps[:5]} s"
            raise HomesError(msg)
        return cls(names, starts, np.array(values), int(steps[0]))

    def at(self, step: int) -> Homes:
        """Return the same by longer slots; one that lacks a part is a gap."""
        parts, rest = divmod(step, self.step)
        if rest or not parts:
            msg = f"slots of {self.step} s do not make slots of {step} s"
            raise HomesError(msg)
        before = int(-self.starts[0] % step) // self.step
        slots = (len(self.starts) - before) // parts
        kept = slice(before, before + slots * parts)
        energy = self.energy[kept].reshape(slots, parts, -1).sum(axis=1)
        return Homes(self.names, self.starts[kept][::parts], energy, step)

    def past(self, home: int, zone: ZoneInfo) -> Past:
        """Lay a home into local days, from its first measured one to its last.

        Public holidays stay unknown: weekdays are all that every user's home has.
        """
        known = np.flatnonzero(~np.isnan(self.energy[:, home]))
        kept = slice(known[0], known[-1] + 1)
        rows = DayRows.from_slots(
            self.starts[kept], self.energy[kept, home], LocalClock(zone, self.step)
        )
        days = len(rows.energy) + DAYS_AHEAD
        weekday = np.array(
            [(rows.first + timedelta(days=day)).weekday() for day in range(days)]
        )
        calendar = Calendar(weekday, np.zeros(days, np.int64))
        return Past(rows.energy, calendar)


def _opened(file: Path) -> TextIOWrapper:
    if file.suffix == ".gz":
        return TextIOWrapper(gzip.open(file), encoding="utf-8", newline="")
    return file.open(encoding="utf-8", newline="")


def _number(cell: str) -> float:
    return float(cell) if cell.strip() else float("nan")
