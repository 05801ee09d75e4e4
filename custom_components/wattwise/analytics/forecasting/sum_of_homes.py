"""What several homes together will use or produce."""

from collections.abc import Sequence

from .expectation import ExpectedSlot, Outlook
from .sum_of_surprises import sum_of_expected


def sum_of_homes(outlooks: Sequence[Outlook]) -> Outlook:
    """Add outlooks of different homes that were made for the same slots.

    Means add up, so that the whole and its parts always agree; a forecast of the sum of
    the homes by itself was no better (docs/accuracy.md). Bands do not, see
    `sum_of_expected`. ValueError without any, or if slots are of different lengths.
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
        sum_of_expected([outlook.today for outlook in outlooks]),
        sum_of_expected([outlook.rest_of_today for outlook in outlooks]),
        sum_of_expected([outlook.tomorrow for outlook in outlooks]),
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
) -> tuple[ExpectedSlot, ...]:
    """Add what is expected of the slots that all homes have."""
    by_start = [{slot.start: slot.energy for slot in slots} for slots in homes]
    return tuple(
        ExpectedSlot(
            slot.start, sum_of_expected([known[slot.start] for known in by_start])
        )
        for slot in homes[0]
        if all(slot.start in known for known in by_start)
    )
