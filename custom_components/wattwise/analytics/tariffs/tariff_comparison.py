"""What the past of a home would have cost under several tariffs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from .bill import Bill, bill
from .charges import Charges
from .grid_slot import GridSlot, PriceSteps

_YEAR_DAYS: Final = 365.25
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True)
class Offer:
    """A tariff by its name; `steps` are its prices over the time of the comparison."""

    name: str
    steps: PriceSteps
    charges: Charges


@dataclass(frozen=True, slots=True)
class Compared:
    """A tariff's bill of what was measured, and what a year like that costs."""

    offer: Offer
    bill: Bill
    per_year: float


def coverage(slots: Sequence[GridSlot], start: float, end: float) -> float:
    """Return the share of [start, end) whose energy is known, 0 to 1."""
    return min(sum(slot.counted for slot in slots) / (end - start), 1.0)


def compare(
    slots: Sequence[GridSlot],
    offers: Sequence[Offer],
    start: float,
    end: float,
    timezone: tzinfo,
) -> list[Compared]:
    """Return the bills of [start, end) [s since the epoch] in the order of the offers.

    For a year, what was not measured is taken to be like what was; some of the time must
    be known.
    """
    known = coverage(slots, start, end)
    years = (end - start) / _DAY_S / _YEAR_DAYS
    found = []
    for offer in offers:
        sums = bill(slots, offer.steps, offer.charges, start, end, timezone)
        flow = (sums.energy - sums.feed_in) / known
        per_year = (flow + sums.standing + sums.capacity) / years
        found.append(Compared(offer, sums, per_year))
    return found
