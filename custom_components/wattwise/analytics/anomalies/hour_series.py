"""The hours of a home in a row, and where each stands on its clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cached_property
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ..forecasting.local_days import HOUR, Floats, Integers, LocalClock, Place

type Flags = NDArray[np.bool_]
type Stretches = Sequence[tuple[float, float]]

HOURS_OF_A_DAY: Final = 24


@dataclass(frozen=True)
class HourSeries:
    """Energy [kWh] of every hour from a first one on: (hours), NaN where unknown.

    `begin` is the start of the first hour [s since the epoch].
    """

    zone: tzinfo
    begin: int
    energy: Floats

    @classmethod
    def of(cls, hours: Mapping[float, float], zone: tzinfo) -> Self | None:
        """Put hours into their order; None if there is none.

        What is no energy that a home can use, negative or not finite, is unknown; so are
        hours that are missing.
        """
        starts = np.fromiter(hours.keys(), np.float64, len(hours))
        values = np.fromiter(hours.values(), np.float64, len(hours))
        kept = np.isfinite(starts) & np.isfinite(values) & (values >= 0)
        if not kept.any():
            return None
        index = np.floor(starts[kept] / HOUR).astype(np.int64)
        first = int(index.min())
        energy = np.full(int(index.max()) - first + 1, np.nan)
        energy[index - first] = values[kept]
        return cls(zone, first * HOUR, energy)

    def __len__(self) -> int:
        """Return the number of hours, known or not."""
        return len(self.energy)

    @property
    def starts(self) -> Integers:
        """When each hour begins [s since the epoch]."""
        return self.begin + HOUR * np.arange(len(self), dtype=np.int64)

    @property
    def first(self) -> date:
        """The local day of the first hour."""
        return datetime.fromtimestamp(self.begin, UTC).astimezone(self.zone).date()

    @cached_property
    def place(self) -> Place:
        """The local day and hour of each hour, days counted from `first`."""
        return LocalClock(self.zone, HOUR).places(self.starts, self.first)

    @property
    def days(self) -> int:
        """Local days it touches."""
        return int(self.place.day[-1]) + 1

    def rows(self, values: Floats) -> Floats:
        """Lay a value of each hour by local days and hours: (days, 24).

        Of the two hours that a day of 25 has at one place, the later one is kept.
        """
        rows = np.full((self.days, HOURS_OF_A_DAY), np.nan)
        rows[self.place.day, self.place.slot] = values
        return rows

    def within(self, stretches: Stretches) -> Flags:
        """Say of each hour whether it touches any of some stretches [begin, end)."""
        inside = np.zeros(len(self), dtype=bool)
        for begin, end in stretches:
            if end > begin:
                low, high = ((at - self.begin) / HOUR for at in (begin, end))
                inside[max(0, int(np.floor(low))) : max(0, int(np.ceil(high)))] = True
        return inside

    def until(self, moment: float) -> Self:
        """Return the hours that are over at a moment."""
        count = max(0, int((moment - self.begin) // HOUR))
        return type(self)(self.zone, self.begin, self.energy[:count])

    def since(self, moment: float) -> Self:
        """Return the hours that begin at a moment or later."""
        skipped = max(0, int(np.ceil((moment - self.begin) / HOUR)))
        return type(self)(self.zone, self.begin + skipped * HOUR, self.energy[skipped:])
