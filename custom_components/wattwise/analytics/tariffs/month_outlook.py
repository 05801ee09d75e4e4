"""The bill of a month that has begun: what is known, and what is to be expected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from typing import Final

from .bill import Bill, bill
from .charges import Charges
from .day_sums import DaySum, day_sums
from .demand_means import month_peaks
from .grid_slot import GridSlot, PriceSteps
from .local_days import (
    days_between,
    local_day,
    midnight,
    month_start,
    next_month,
)
from .month_end import Expectation, expect_rest

_PEAKS_OF_MONTHS: Final = 3
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a better forecast expects of the rest of today, and of whole days after.

    Energy in kWh, and what it costs.
    """

    energy: Mapping[date, float] = field(default_factory=dict)
    cost: Mapping[date, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonthOutlook:
    """What is known of a month at a moment; amounts in the household's currency."""

    month: date
    today: date
    day_start: float
    """When today began [s since the epoch]."""
    so_far: Bill | None
    """None without a price."""
    cost_of_today: float
    """Of the energy drawn since midnight, as `so_far` has it."""
    energy_so_far: float
    """Drawn from the grid [kWh]."""
    energy: Expectation | None
    """Of the whole month [kWh]; None while too little is known of the home."""
    cost: Expectation | None
    """The whole bill of the month."""
    days_known: int
    """Whole days of the past year of which the energy is known."""
    days_missing: float
    """Days of this month that nobody measured; they are expected like those to come."""

    @property
    def days_left(self) -> int:
        """How many days of the month are to come, today among them."""
        return (next_month(self.month) - self.today).days


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a home: its days, and the slots of this month, in order."""

    days: Mapping[date, DaySum]
    peaks: Mapping[date, float]
    """The highest mean power [kW] of a demand period in months before this one."""
    slots: Sequence[GridSlot]
    steps: PriceSteps | None
    """The prices that were noted of this month; None without any."""


def month_outlook(
    known: Known, charges: Charges, now: float, timezone: tzinfo, ahead: Ahead
) -> MonthOutlook:
    """Return what the month of `now` [s since the epoch] will bring."""
    today = local_day(now, timezone)
    month = month_start(today)
    begin, until = midnight(month, timezone), midnight(next_month(month), timezone)
    day_start = midnight(today, timezone)
    slots = [slot for slot in known.slots if slot.start >= begin]
    of_month = day_sums(slots, known.steps or [], timezone)
    days = {day: found for day, found in known.days.items() if day < today}
    whole = {day: found for day, found in days.items() if found.whole}
    rest = _rest(of_month, today, now, timezone)
    energy_so_far = sum(slot.imported for slot in slots)
    energy = expect_rest(
        {day: found.imported for day, found in whole.items()},
        today,
        rest,
        ahead.energy,
        floor=0.0,
    )
    so_far = cost = None
    cost_of_today = 0.0
    if known.steps:
        so_far = bill(slots, known.steps, charges, begin, now, timezone)
        of_today = [slot for slot in slots if slot.start >= day_start]
        cost_of_today = bill(
            of_today, known.steps, Charges(), day_start, now, timezone
        ).energy
        net = expect_rest(
            {
                day: found.cost - found.exported * charges.feed_in
                for day, found in whole.items()
                if found.cost is not None
            },
            today,
            rest,
            ahead.cost,
        )
        if net is not None:
            whole_month = bill([], known.steps, charges, begin, until, timezone)
            sure = so_far.energy - so_far.feed_in + whole_month.standing
            capacity = _capacity(known, slots, charges, month, timezone)
            cost = Expectation(
                net.low + sure + capacity.low,
                net.expected + sure + capacity.expected,
                net.high + sure + capacity.high,
            )
    return MonthOutlook(
        month=month,
        today=today,
        day_start=day_start,
        so_far=so_far,
        cost_of_today=cost_of_today,
        energy_so_far=energy_so_far,
        energy=energy.plus(energy_so_far) if energy else None,
        cost=cost,
        days_known=sum(today - day <= _YEAR for day in whole),
        days_missing=sum(share for day, share in rest.items() if day < today),
    )


def _rest(
    of_month: Mapping[date, DaySum],
    today: date,
    now: float,
    timezone: tzinfo,
) -> dict[date, float]:
    """Return the share of each day of the month that is to come, or was not measured."""
    rest: dict[date, float] = {}
    day = month_start(today)
    while day < today:
        missing = of_month[day].missing if day in of_month else 1.0
        if missing:
            rest[day] = missing
        day += timedelta(days=1)
    begin = midnight(today, timezone)
    until = midnight(today + timedelta(days=1), timezone)
    rest[today] = (until - now) / (until - begin)
    end = midnight(next_month(today), timezone)
    rest.update(dict.fromkeys(days_between(until, end, timezone), 1.0))
    return rest


def _capacity(
    known: Known,
    slots: Sequence[GridSlot],
    charges: Charges,
    month: date,
    timezone: tzinfo,
) -> Expectation:
    """Return the capacity charge: no lower than that of the peak there was."""
    if not charges.capacity:
        return Expectation(0.0, 0.0, 0.0)
    peak = month_peaks(slots, charges.demand_minutes, timezone).get(month, 0.0)
    before = [known.peaks[m] for m in sorted(known.peaks) if m < month]
    usual = before[-_PEAKS_OF_MONTHS:] or [peak]
    return Expectation(
        peak * charges.capacity,
        max(peak, sum(usual) / len(usual)) * charges.capacity,
        max(peak, *usual) * charges.capacity,
    )
