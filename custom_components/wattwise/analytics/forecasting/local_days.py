"""Energy by local days: what turns a series in UTC into rows of days and back.

Households live by the clock on the wall, so models see a day as a row of equally many
slots of that clock. A day of 23 hours has slots that never were (NaN); in a day of 25
hours two slots share a place (their mean). Going back, each slot in UTC asks the place
that its start has on the clock: nothing is shifted when the clock changes.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]
type Integers = NDArray[np.int64]

SECONDS_OF_A_DAY: Final = 86_400
# Slots of these lengths [s] divide the hour, so that hours are made of whole slots.
QUARTER: Final = 900
HOUR: Final = 3600
STEPS: Final = (QUARTER, 1800, HOUR)


@dataclass(frozen=True, slots=True)
class Place:
    """Where slots stand: `day` counts from a first day, `slot` from its midnight."""

    day: Integers
    slot: Integers


class LocalClock:
    """The clock on the wall of a home, cut into slots of `step` seconds."""

    def __init__(self, zone: tzinfo, step: int) -> None:
        """Cut days of a time zone; ValueError for a step that does not divide the hour."""
        if step not in STEPS:
            msg = f"a slot is 15, 30 or 60 minutes long, not {step} s"
            raise ValueError(msg)
        self.zone = zone
        self.step = step

    @property
    def slots_of_a_day(self) -> int:
        """Slots of a day of 24 hours."""
        return SECONDS_OF_A_DAY // self.step

    def slots_from(self, start: datetime, end: datetime) -> Integers:
        """Return the starts [s since the epoch] of the slots in [start, end)."""
        return np.arange(_seconds(start), _seconds(end), self.step, dtype=np.int64)

    def slots_of(self, day: date, days: int = 1) -> Integers:
        """Return the starts of all slots of local days of 23, 24 or 25 hours."""
        return self.slots_from(self.midnight(day), self.midnight(day, days))

    def midnight(self, day: date, later: int = 0) -> datetime:
        """When a local day begins, some days `later`."""
        return datetime.combine(
            day + timedelta(days=later), datetime.min.time(), self.zone
        ).astimezone(UTC)

    def date_of(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return moment.astimezone(self.zone).date()

    def places(self, starts: Integers, first: date) -> Place:
        """Where slots stand in days counted from `first`."""
        local = starts + self._offsets(starts)
        first_day = (first - date(1970, 1, 1)).days
        day, second = np.divmod(local, SECONDS_OF_A_DAY)
        return Place(day - first_day, second // self.step)

    def _offsets(self, starts: Integers) -> Integers:
        """Distance of the local clock from UTC [s] at each start.

        Zones change at whole quarters of an hour, a few times a year: they are asked
        once per UTC day, and per slot only in days whose ends differ.
        """
        if not starts.size:
            return np.zeros(0, np.int64)
        day = starts // SECONDS_OF_A_DAY
        days, where = np.unique(day, return_inverse=True)
        at = np.array([self._offset(int(d) * SECONDS_OF_A_DAY) for d in days])
        after = np.array([self._offset(int(d + 1) * SECONDS_OF_A_DAY) for d in days])
        offsets: Integers = at[where].astype(np.int64)
        for index in np.flatnonzero((at != after)[where]):
            offsets[index] = self._offset(int(starts[index]))
        return offsets

    def _offset(self, second: int) -> int:
        offset = datetime.fromtimestamp(second, self.zone).utcoffset()
        assert offset is not None
        return int(offset.total_seconds())


@dataclass(frozen=True, slots=True)
class DayRows:
    """Energy [kWh] per slot by local days: (days, slots), NaN where unknown."""

    first: date
    energy: Floats

    @classmethod
    def from_slots(cls, starts: Integers, energy: Floats, clock: LocalClock) -> DayRows:
        """Lay slots of any order into whole days, from the first one's to the last one's.

        `starts` (n) are seconds since the epoch, `energy` (n) is kWh of the slot that
        begins there; NaN is a gap. ValueError if there is none.
        """
        if not starts.size:
            msg = "no slot, no days"
            raise ValueError(msg)
        first = clock.date_of(datetime.fromtimestamp(int(starts.min()), UTC))
        place = clock.places(starts, first)
        days = int(place.day.max()) + 1
        shape = (days, clock.slots_of_a_day)
        total, count = np.zeros(shape), np.zeros(shape)
        known = ~np.isnan(energy)
        at = place.day[known], place.slot[known]
        np.add.at(total, at, energy[known])
        np.add.at(count, at, 1.0)
        rows = np.full(shape, np.nan)
        np.divide(total, count, out=rows, where=count > 0)
        return cls(first, rows)


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
