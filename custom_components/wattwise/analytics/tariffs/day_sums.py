"""What went through a grid connection on whole local days, and what it came to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Final

from .grid_slot import GridSlot, PriceSteps
from .local_days import local_day, midnight
from .price_walk import priced

# A day of which less was measured is not one to learn from.
_LEAST_COVERED: Final = 0.9


@dataclass(slots=True)
class DaySum:
    """Energy [kWh] of a day, its price [currency] and how much of the day is known.

    `counted` is the share of it whose energy is in the sum, be it that it was only
    counted in between; `share` is that of which one knows when it flowed.
    """

    imported: float = 0.0
    exported: float = 0.0
    cost: float | None = None
    """Of what was drawn; None where no price is known."""
    share: float = 0.0
    counted: float = 0.0

    @property
    def whole(self) -> bool:
        """Whether enough of the day was measured to learn from it."""
        return self.share >= _LEAST_COVERED

    @property
    def missing(self) -> float:
        """The share of the day that is still to be added to a sum."""
        return 0.0 if self.counted >= _LEAST_COVERED else 1.0 - self.counted


def day_sums(
    slots: Iterable[GridSlot], steps: PriceSteps, timezone: tzinfo
) -> dict[date, DaySum]:
    """Sum up slots by local days; prices count from the first step on."""
    days: dict[date, DaySum] = {}
    covered: dict[date, float] = {}
    counted: dict[date, float] = {}
    first = steps[0][0] if steps else float("inf")
    for slot, price in priced(slots, steps or [(0.0, 0.0)]):
        day = local_day(slot.start, timezone)
        found = days.setdefault(day, DaySum())
        found.imported += slot.imported
        found.exported += slot.exported
        covered[day] = covered.get(day, 0.0) + slot.covered
        counted[day] = counted.get(day, 0.0) + slot.counted
        if slot.start >= first:
            found.cost = (found.cost or 0.0) + slot.imported * price
    for day, found in days.items():
        begin = midnight(day, timezone)
        length = midnight(day + timedelta(days=1), timezone) - begin
        found.share = covered[day] / length
        found.counted = counted[day] / length
        if begin < first:
            # A part of its price would be taken for all of it.
            found.cost = None
    return days
