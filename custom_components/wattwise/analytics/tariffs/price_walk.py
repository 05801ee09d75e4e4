"""The price of each slot of a row, from the times at which the price changes."""

from collections.abc import Iterable, Iterator

from .grid_slot import GridSlot, PriceSteps


def priced(
    slots: Iterable[GridSlot], steps: PriceSteps
) -> Iterator[tuple[GridSlot, float]]:
    """Yield slots in order with their mean prices [currency/kWh]; `steps` not empty.

    Before the first step its price counts, too. Within a slot energy is taken to flow
    evenly.
    """
    at = 0
    for slot in slots:
        while at + 1 < len(steps) and steps[at + 1][0] <= slot.start:
            at += 1
        yield slot, _mean(slot, steps, at)


def _mean(slot: GridSlot, steps: PriceSteps, at: int) -> float:
    """Return the mean price of a slot that begins while the step `at` counts."""
    weighted, since, price = 0.0, float(slot.start), steps[at][1]
    while at + 1 < len(steps) and steps[at + 1][0] < slot.end:
        at += 1
        moment, following = steps[at]
        weighted += (moment - since) * price
        since, price = moment, following
    if since == slot.start:
        return price
    return (weighted + (slot.end - since) * price) / (slot.end - slot.start)
