"""Cumulative energy counters: what to believe when one falls, jumps or restarts.

A real counter only rises, and no faster than the connection allows. Whatever
breaks this rule (a zero after a restart, a dip of the last digit, a swapped meter)
is held until `CONFIRMING` readings in a row agree with each other. Then the new
level is real and counting goes on from it; otherwise the held ones were errors.
The step to a new level counts nothing, save for a counter that restarted at zero and
has counted what it shows. An error upwards of less than a kWh cannot be told from a
counter that shows whole kWh, and is believed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from .reading import Refusal

CONFIRMING: Final = 3

# Counters that show whole kWh rise in steps of this size.
_RESOLUTION_WH: Final = 1_000.0
# A counter that lost less than this share of its value did not restart at zero
# (Home Assistant's own statistics draw the line at the same place).
_RESTART_BELOW: Final = 0.9
_MS_PER_HOUR: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class CounterPoint:
    """What a counter showed [Wh] at a time [ms since the epoch]."""

    time_ms: int
    value: float


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a new counter reading and of those held before it."""

    accepted: tuple[tuple[CounterPoint, float], ...] = ()
    """Points to keep, each with the energy [Wh] since the point before it."""
    held: tuple[CounterPoint, ...] = ()
    refused: tuple[tuple[CounterPoint, Refusal], ...] = ()


def follows(earlier: CounterPoint, later: CounterPoint, max_power_w: float) -> bool:
    """Whether a counter can have moved from one point to the other."""
    energy = later.value - earlier.value
    hours = (later.time_ms - earlier.time_ms) / _MS_PER_HOUR
    return 0 <= energy <= max_power_w * hours + _RESOLUTION_WH


def judge_next(
    last: CounterPoint,
    held: tuple[CounterPoint, ...],
    new: CounterPoint,
    max_power_w: float,
) -> Judgement:
    """Judge a reading that is later than everything known of its counter."""
    if follows(last, new, max_power_w):
        return Judgement(
            accepted=((new, new.value - last.value),),
            held=tuple(point for point in held if point.time_ms > new.time_ms),
            refused=_refuse((p for p in held if p.time_ms < new.time_ms), last),
        )
    chain = sorted((*held, new), key=lambda point: point.time_ms)
    agreeing = len(chain) - 1
    while agreeing and follows(chain[agreeing - 1], chain[agreeing], max_power_w):
        agreeing -= 1
    refused = _refuse(chain[:agreeing], last)
    chain = chain[agreeing:]
    if len(chain) < CONFIRMING:
        return Judgement(held=tuple(chain), refused=refused)
    accepted = [(chain[0], restart_energy(last, chain[0], max_power_w))]
    for before, after in pairwise(chain):
        accepted.append((after, after.value - before.value))
    return Judgement(accepted=tuple(accepted), refused=refused)


def restart_energy(
    last: CounterPoint, first: CounterPoint, max_power_w: float
) -> float:
    """Return the energy [Wh] a new level stands for: what a restart at zero counted."""
    restarted = first.value < last.value * _RESTART_BELOW
    from_zero = CounterPoint(last.time_ms, 0.0)
    if restarted and follows(from_zero, first, max_power_w):
        return first.value
    return 0.0


def judge_between(
    before: CounterPoint,
    new: CounterPoint,
    after: CounterPoint,
    after_energy: float,
    max_power_w: float,
) -> tuple[float, float] | None:
    """Judge a late reading between two known points.

    Returns the energy [Wh] from `before` to `new` and from `new` to `after`; None
    when the reading fits neither. `after_energy` is what was booked from `before`
    to `after` so far.
    """
    rises_from_before = follows(before, new, max_power_w)
    rises_to_after = follows(new, after, max_power_w)
    if rises_from_before and rises_to_after:
        return new.value - before.value, after.value - new.value
    if after.value >= before.value:
        return None
    # The counter took a new level between its neighbours: the late reading is of
    # the old level or of the new one.
    if rises_from_before:
        return new.value - before.value, after_energy
    if rises_to_after:
        to_after = after.value - new.value
        return max(0.0, after_energy - to_after), to_after
    return None


def _refuse(
    held: Iterable[CounterPoint], last: CounterPoint
) -> tuple[tuple[CounterPoint, Refusal], ...]:
    """Refuse held points that the counter's next reading proved wrong."""
    return tuple(
        (
            point,
            Refusal.COUNTER_FELL
            if point.value < last.value
            else Refusal.COUNTER_JUMPED,
        )
        for point in held
    )
