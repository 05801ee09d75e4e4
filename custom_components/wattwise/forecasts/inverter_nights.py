"""When an inverter slept: what it did not tell then is no gap, it gave nothing."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Final

_DAY: Final = 86_400
# An inverter that is silent for up to so long slept through a night.
_LONGEST_NIGHT: Final = 18 * 3600
# It cannot sleep at a time of day at which it gave more than this share of its best, on
# most of so many days before and after.
_DIM: Final = 0.25
_DAYS_ALIKE: Final = 3
# Who reads a long time part by part begins each part so much earlier: a night on the
# border is then seen whole.
READ_EARLIER: Final = timedelta(days=1)


def nights(
    given: Mapping[int, float], step: int, end: int, awake: Collection[int] | None
) -> set[int]:
    """Return the slots in which an inverter that told nothing may have slept.

    `given` is the energy of those in which it told something, by their start [s since the
    epoch]; all are `step` seconds long. They lie between known slots, or between the last
    one and the `end` of what is known at all: then only if others told something
    (`awake`, None if there are no others) and if its days are known already. A roof that
    is silent at noon does not sleep.
    """
    known = sorted(given)
    if not known:
        return set()
    asleep = set[int]()
    for before, after in pairwise(known):
        if after - before <= _LONGEST_NIGHT:
            asleep.update(range(before + step, after, step))
    first, last = known[0], known[-1]
    best: dict[int, float] = {}
    for slot, energy in given.items():
        best[slot // _DAY] = max(best.get(slot // _DAY, 0.0), energy)
    tonight = range(last + step, min(end, last + _LONGEST_NIGHT) - step + 1, step)
    asleep.update(
        slot
        for slot in tonight
        if slot - first >= _DAY and (awake is None or slot in awake)
    )
    return {slot for slot in asleep if not _is_bright(given, first, last, best, slot)}


def _is_bright(
    given: Mapping[int, float],
    first: int,
    last: int,
    best: Mapping[int, float],
    slot: int,
) -> bool:
    """Whether the sun shone at this time of day, on most of the days around.

    `best` is the most of each day, by its number.
    """
    around = [
        other
        for days in range(-_DAYS_ALIKE, _DAYS_ALIKE + 1)
        if first <= (other := slot + days * _DAY) <= last and days
    ]
    dim = _DIM * max((best.get(other // _DAY, 0.0) for other in around), default=0.0)
    bright = sum(given.get(other, 0.0) > dim for other in around)
    return 2 * bright > len(around)
