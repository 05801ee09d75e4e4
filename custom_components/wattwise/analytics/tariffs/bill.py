"""The bill of a period: energy, standing charge, capacity and what is paid for feeding in."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from .charges import Charges
from .demand_means import month_peaks
from .grid_slot import GridSlot, PriceSteps
from .local_days import days_between, days_in_month, month_start
from .price_walk import priced


@dataclass(frozen=True, slots=True)
class Bill:
    """Energy in kWh, the rest in the household's currency."""

    imported: float
    exported: float
    energy: float
    """For what was drawn."""
    standing: float
    capacity: float
    feed_in: float
    """Paid to the household."""

    @property
    def total(self) -> float:
        """What is to be paid; below 0 where feeding in pays more."""
        return self.energy + self.standing + self.capacity - self.feed_in


def bill(
    slots: Sequence[GridSlot],
    steps: PriceSteps,
    charges: Charges,
    start: float,
    end: float,
    timezone: tzinfo,
) -> Bill:
    """Return the bill of [start, end) [s since the epoch] for slots within it, in order.

    Charges count for each local day that has begun, in a month of which only some days
    are billed for their share of it.
    """
    days = Counter(month_start(day) for day in days_between(start, end, timezone))
    exported = sum(slot.exported for slot in slots)
    return Bill(
        imported=sum(slot.imported for slot in slots),
        exported=exported,
        energy=sum(slot.imported * price for slot, price in priced(slots, steps)),
        standing=_standing(days, charges),
        capacity=_capacity(days, slots, charges, timezone),
        feed_in=exported * charges.feed_in,
    )


def standing_charge(days: Iterable[date], charges: Charges) -> float:
    """Return what the given days cost without any use."""
    return _standing(Counter(month_start(day) for day in days), charges)


def _standing(days: Counter[date], charges: Charges) -> float:
    if not charges.standing_per_month:
        return charges.standing * days.total()
    return charges.standing * sum(
        count / days_in_month(month) for month, count in days.items()
    )


def _capacity(
    days: Counter[date],
    slots: Sequence[GridSlot],
    charges: Charges,
    timezone: tzinfo,
) -> float:
    if not charges.capacity:
        return 0.0
    peaks = month_peaks(slots, charges.demand_minutes, timezone)
    return charges.capacity * sum(
        peak * days[month] / days_in_month(month) for month, peak in peaks.items()
    )
