"""What several homes together will use or produce."""

from collections.abc import Iterable, Sequence
from math import copysign, sqrt

from .expectation import Expected, ExpectedSlot, Outlook


def sum_of_homes(outlooks: Sequence[Outlook]) -> Outlook:
    """Add outlooks of different homes that were made for the same slots.

    Means add up. Bands do not: the surprises of different homes are taken as independent
    of each other, so that in a sum some of them cancel. Where one cause moves all homes,
    such as the sun above several roofs, the band is too narrow. ValueError without any,
    or if slots are of different lengths.
    """
    steps = {outlook.step for outlook in outlooks}
    if len(steps) != 1:
        msg = f"outlooks of slots of {sorted(steps)} s cannot be added"
        raise ValueError(msg)
    names = dict.fromkeys(name for outlook in outlooks for name in outlook.weights)
    return Outlook(
        max(outlook.made for outlook in outlooks),
        steps.pop(),
        _sum_of_slots([outlook.slots for outlook in outlooks]),
        _sum_of_slots([outlook.two_days for outlook in outlooks]),
        sum_of_independent([outlook.today for outlook in outlooks]),
        sum_of_independent([outlook.rest_of_today for outlook in outlooks]),
        sum_of_independent([outlook.tomorrow for outlook in outlooks]),
        {
            name: sum(outlook.weights.get(name, 0.0) for outlook in outlooks)
            / len(outlooks)
            for name in names
        },
        min(outlook.days_known for outlook in outlooks),
        max(outlook.midnight for outlook in outlooks),
    )


def sum_of_independent(parts: Sequence[Expected]) -> Expected:
    """Add energies whose errors have nothing to do with each other.

    Variances add up: at each level the squares of the distances from quantile to mean
    do, by their signs. That is exact for normal distributions, and draws the median of
    skewed ones towards the mean, as sums of many do.
    """
    mean = sum(part.mean for part in parts)
    levels = sorted(set.intersection(*(set(part.quantiles) for part in parts)))
    never_negative = all(min(part.quantiles.values()) >= 0 for part in parts)
    floor = 0.0 if never_negative else float("-inf")
    return Expected(
        mean,
        {
            level: max(
                mean + _distance(part.quantiles[level] - part.mean for part in parts),
                floor,
            )
            for level in levels
        },
    )


def _distance(distances: Iterable[float]) -> float:
    squares = sum(copysign(distance**2, distance) for distance in distances)
    return copysign(sqrt(abs(squares)), squares)


def _sum_of_slots(
    homes: Sequence[tuple[ExpectedSlot, ...]],
) -> tuple[ExpectedSlot, ...]:
    """Add what is expected of the slots that all homes have."""
    by_start = [{slot.start: slot.energy for slot in slots} for slots in homes]
    return tuple(
        ExpectedSlot(
            slot.start, sum_of_independent([known[slot.start] for known in by_start])
        )
        for slot in homes[0]
        if all(slot.start in known for known in by_start)
    )
