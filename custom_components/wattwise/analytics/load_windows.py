"""When an appliance runs cheapest, or mostly from the own roof.

A load of constant power draws from what the roof leaves over first, and the rest from the
grid. Its cost is a piecewise linear function of its start, so the best start is one at
which the load begins or ends together with a slot: those are all that are looked at.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

_HOUR: Final = 3600.0
# Costs are compared in steps of a ten thousandth: rounding makes nothing cheaper.
_CENTS: Final = 4

type Aim = Literal["cheapest", "greenest"]


@dataclass(frozen=True, slots=True)
class TimedValue:
    """A value that holds from `start` until `end` [s since the epoch]."""

    start: float
    end: float
    value: float


@dataclass(frozen=True, slots=True)
class SupplySlot:
    """What a load finds from `start` until `end` [s since the epoch].

    `price` [currency per kWh] is that of the grid, `surplus` [kW] what the roof leaves
    over; None where it is not known.
    """

    start: float
    end: float
    price: float | None
    surplus: float | None


@dataclass(frozen=True, slots=True)
class Load:
    """An appliance that runs for `duration` [s] with a constant `power` [kW]."""

    duration: float
    power: float

    @property
    def energy(self) -> float:
        """What it uses in all [kWh]."""
        return self.power * self.duration / _HOUR


@dataclass(frozen=True, slots=True)
class Window:
    """A run of a load: what it costs, and which share of it the roof gives.

    None where prices or the roof's surplus are not known for all of it.
    """

    start: float
    end: float
    cost: float | None
    own_share: float | None


def supply_slots(
    start: float,
    end: float,
    prices: Sequence[TimedValue],
    surplus: Sequence[TimedValue],
) -> list[SupplySlot]:
    """Cut a time into slots in which neither the price [per kWh] nor the surplus changes.

    `surplus` [kW] below zero is none. What overlaps counts from where it begins later.
    """
    times = {start, end}
    for timed in (*prices, *surplus):
        times.update(t for t in (timed.start, timed.end) if start < t < end)
    price_at, surplus_at = _Lookup(prices), _Lookup(surplus)
    slots = []
    for begin, until in pairwise(sorted(times)):
        left_over = surplus_at(begin)
        slots.append(
            SupplySlot(
                begin,
                until,
                price_at(begin),
                None if left_over is None else max(left_over, 0.0),
            )
        )
    return slots


class _Lookup:
    """Finds the value that holds at a time."""

    def __init__(self, values: Sequence[TimedValue]) -> None:
        self._values = sorted(values, key=lambda timed: timed.start)
        self._starts = [timed.start for timed in self._values]

    def __call__(self, moment: float) -> float | None:
        """Return the value, None between values."""
        index = bisect_right(self._starts, moment) - 1
        if index < 0 or self._values[index].end <= moment:
            return None
        return self._values[index].value


def windows(
    slots: Sequence[SupplySlot], load: Load, earliest: float, latest: float
) -> list[Window]:
    """Return the runs between `earliest` and `latest` [s] that may be the best.

    The first one begins at `earliest`; empty when the load does not fit.
    """
    last = min(latest, slots[-1].end if slots else earliest) - load.duration
    if not slots or earliest < slots[0].start or last < earliest:
        return []
    starts = {earliest, last}
    for slot in slots:
        starts.update((slot.start, slot.end, slot.start - load.duration))
    return [
        _window(slots, load, start)
        for start in sorted(starts)
        if earliest <= start <= last
    ]


def _window(slots: Sequence[SupplySlot], load: Load, start: float) -> Window:
    """Return what a run that begins at `start` draws from where."""
    end = start + load.duration
    cost: float | None = 0.0
    own: float | None = 0.0
    first = bisect_right(slots, start, key=lambda slot: slot.start) - 1
    for slot in slots[first:]:
        if slot.start >= end:
            break
        hours = (min(end, slot.end) - max(start, slot.start)) / _HOUR
        from_roof = min(slot.surplus or 0.0, load.power) * hours
        own = None if own is None or slot.surplus is None else own + from_roof
        if cost is not None and slot.price is not None:
            cost += (load.power * hours - from_roof) * slot.price
        else:
            cost = None
    share = None if own is None else min(own / load.energy, 1.0)
    return Window(start, end, cost, share)


def best_windows(found: Iterable[Window], aim: Aim, count: int = 1) -> list[Window]:
    """Return up to `count` windows that do not overlap, the best first.

    Of several equally good ones the first. Windows of which is not known how good they
    are do not take part.
    """
    ranked = sorted(
        (
            w
            for w in found
            if (w.cost if aim == "cheapest" else w.own_share) is not None
        ),
        key=lambda window: (*_rank(window, aim), window.start),
    )
    chosen: list[Window] = []
    for window in ranked:
        if len(chosen) == count:
            break
        if all(window.end <= c.start or window.start >= c.end for c in chosen):
            chosen.append(window)
    return chosen


def _rank(window: Window, aim: Aim) -> tuple[float, float]:
    cost = round(window.cost or 0.0, _CENTS)
    share = -round(window.own_share or 0.0, _CENTS)
    return (cost, share) if aim == "cheapest" else (share, cost)
