"""What several homes together will use or produce."""

from collections.abc import Callable, Sequence

from .expectation import Expected, ExpectedSlot, Outlook
from .sum_of_surprises import sum_of_expected, sum_under_one_sky


def sum_of_homes(
    outlooks: Sequence[Outlook], *, under_one_sky: bool = False
) -> Outlook:
    """Add outlooks of different homes that were made for the same slots.

    Means add up, so that the whole and its parts always agree; a forecast of the sum of
    the homes by itself was no better (docs/accuracy.md). Bands of what homes use do not,
    see `sum_of_expected`; those of roofs `under_one_sky` do. ValueError without any, or
    if slots are of different lengths.
    """
    add = sum_under_one_sky if under_one_sky else sum_of_expected
    steps = {outlook.step for outlook in outlooks}
    if len(steps) != 1:
        msg = f"outlooks of slots of {sorted(steps)} s cannot be added"
        raise ValueError(msg)
    names = dict.fromkeys(name for outlook in outlooks for name in outlook.weights)
    return Outlook(
        max(outlook.made for outlook in outlooks),
        steps.pop(),
        _sum_of_slots([outlook.slots for outlook in outlooks], add),
        _sum_of_slots([outlook.two_days for outlook in outlooks], add),
        add([outlook.today for outlook in outlooks]),
        add([outlook.rest_of_today for outlook in outlooks]),
        add([outlook.tomorrow for outlook in outlooks]),
        {
            name: sum(outlook.weights.get(name, 0.0) for outlook in outlooks)
            / len(outlooks)
            for name in names
        },
        min(outlook.days_known for outlook in outlooks),
        max(outlook.midnight for outlook in outlooks),
    )


def _sum_of_slots(
    homes: Sequence[tuple[ExpectedSlot, ...]],
    add: Callable[[Sequence[Expected]], Expected],
) -> tuple[ExpectedSlot, ...]:
    """Add what is expected of the slots that all homes have."""
    by_start = [{slot.start: slot.energy for slot in slots} for slots in homes]
    return tuple(
        ExpectedSlot(slot.start, add([known[slot.start] for known in by_start]))
        for slot in homes[0]
        if all(slot.start in known for known in by_start)
    )
