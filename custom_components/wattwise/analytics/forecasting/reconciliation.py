"""Forecasts of a whole and of its parts, made to add up.

Each series is forecast by itself, from its own past; only by chance would the parts of
a home be together what the home is. Here the whole stands: it is what was calibrated
and is scored, and on real homes sums of parts forecast it no better. What its parts
miss or exceed is shared among them by how unsure they are.

This is reconciliation by weighted least squares with the variances of the forecasts
(Wickramasuriya, Athanasopoulos and Hyndman 2019, MinT with a diagonal), under the
conditions that the whole keeps its forecast and that nothing is below zero. What no
meter measures by itself is whatever is left: the rest takes all that the parts do not
claim, and only parts that claim more than there is are moved.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Final

from .expectation import Expected, ExpectedSlot, Outlook

# Key of the whole in the places where parts name what they are a part of.
WHOLE: Final = None

# Distance between P10 and P90 of a normal distribution, in standard deviations.
_BAND: Final = 2.563
_LEAST_VARIANCE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Tree:
    """What is part of what.

    `parents` names the part that contains a part; others are in the WHOLE directly.
    `complete` are those (or WHOLE) that are nothing but their parts: they have no rest.
    """

    parents: Mapping[str, str]
    complete: Collection[str | None] = ()


def reconcile(
    whole: Outlook, parts: Mapping[str, Outlook], tree: Tree
) -> dict[str, Outlook]:
    """Return the outlooks of the parts such that they add up to the whole's.

    In every slot, in the rest of today and in tomorrow, the means of the parts of
    anything sum to its mean at most, and to exactly that where it has no rest. What was
    measured today stays. Bands move with their means. ValueError if parts contain each
    other.
    """
    found: dict[str, Outlook] = {}
    wholes: list[tuple[str | None, Outlook]] = [(WHOLE, whole)]
    while wholes:
        key, outlook = wholes.pop()
        inside = {
            name: part
            for name, part in parts.items()
            if tree.parents.get(name, WHOLE) == key
        }
        if inside:
            fitted = _fit(outlook, inside, exactly=key in tree.complete)
            found |= fitted
            wholes += fitted.items()
    if lost := parts.keys() - found.keys():
        msg = f"not a part of the whole: {', '.join(sorted(lost))}"
        raise ValueError(msg)
    return found


def _fit(
    whole: Outlook, parts: Mapping[str, Outlook], *, exactly: bool
) -> dict[str, Outlook]:
    """Make the parts directly inside a whole fit into it, or fill it."""
    names, outlooks = list(parts), list(parts.values())

    def fit(limit: Expected, inside: Sequence[Expected]) -> list[Expected]:
        return fit_parts(limit, inside, exactly=exactly)

    def fit_slots(
        limits: tuple[ExpectedSlot, ...], inside: list[tuple[ExpectedSlot, ...]]
    ) -> list[tuple[ExpectedSlot, ...]]:
        by_start = [{slot.start: slot.energy for slot in slots} for slots in inside]
        rows = {
            limit.start: fit(limit.energy, [known[limit.start] for known in by_start])
            for limit in limits
            if all(limit.start in known for known in by_start)
        }
        return [
            tuple(
                replace(slot, energy=rows[slot.start][index])
                if slot.start in rows
                else slot
                for slot in slots
            )
            for index, slots in enumerate(inside)
        ]

    slots = fit_slots(whole.slots, [part.slots for part in outlooks])
    two_days = fit_slots(whole.two_days, [part.two_days for part in outlooks])
    # Sums follow their slots; what is left of the running slot is in none of them.
    rests = fit(
        whole.rest_of_today,
        [
            _moved_by(
                part.rest_of_today, _change(part.slots, fitted, until=part.midnight)
            )
            for part, fitted in zip(outlooks, slots, strict=True)
        ],
    )
    tomorrows = fit(
        whole.tomorrow,
        [
            _moved_by(
                part.tomorrow, _change(part.two_days, fitted, since=part.midnight)
            )
            for part, fitted in zip(outlooks, two_days, strict=True)
        ],
    )
    return {
        name: replace(
            part,
            slots=slots[index],
            two_days=two_days[index],
            today=_moved_by(part.today, rests[index].mean - part.rest_of_today.mean),
            rest_of_today=rests[index],
            tomorrow=tomorrows[index],
        )
        for index, (name, part) in enumerate(zip(names, outlooks, strict=True))
    }


def fit_parts(
    whole: Expected, parts: Sequence[Expected], *, exactly: bool
) -> list[Expected]:
    """Return the parts of one slot or sum, moved so that they fit into the whole.

    The squares of the moves, each divided by the variance of its part, are least. With
    `exactly` the parts fill the whole, else they are moved only if they exceed it.
    """
    limit = whole.mean
    missing = limit - sum(part.mean for part in parts)
    if missing == 0 or (missing > 0 and not exactly):
        return list(parts)
    variances = [_variance(part) for part in parts]
    means = [part.mean for part in parts]
    # A home that feeds in more than it takes has no parts that could be at fault.
    floor = 0.0 if limit >= 0 and min(means) >= 0 else -inf
    moving = set(range(len(parts)))
    fitted = list(means)
    while moving:
        left = limit - sum(fitted[i] for i in range(len(parts)) if i not in moving)
        missing = left - sum(means[i] for i in moving)
        shared = sum(variances[i] for i in moving)
        for i in moving:
            fitted[i] = means[i] + missing * variances[i] / shared
        below = {i for i in moving if fitted[i] < floor}
        if not below:
            break
        # What cannot be moved so far stays at zero, and the others move for it.
        for i in below:
            fitted[i] = floor
        moving -= below
    return [
        _moved_by(part, mean - part.mean)
        for part, mean in zip(parts, fitted, strict=True)
    ]


def _variance(expected: Expected) -> float:
    """Return how unsure a forecast is, from its band.

    What is used rarely may have no band, and a mean above it: so far it may be off.
    """
    levels = sorted(expected.quantiles)
    low, high = expected.quantiles[levels[0]], expected.quantiles[levels[-1]]
    rare = max(expected.mean - high, 0.0)
    return max(((high - low) / _BAND) ** 2, rare**2, _LEAST_VARIANCE)


def _moved_by(expected: Expected, change: float) -> Expected:
    """Move a forecast and its band; what was never negative stays so."""
    if change == 0:
        return expected
    floor = 0.0 if min(expected.quantiles.values()) >= 0 else -inf
    return Expected(
        expected.mean + change,
        {q: max(value + change, floor) for q, value in expected.quantiles.items()},
    )


def _change(
    before: tuple[ExpectedSlot, ...],
    after: tuple[ExpectedSlot, ...],
    *,
    since: float = -inf,
    until: float = inf,
) -> float:
    """Return how much was added to the slots that begin in [since, until)."""
    return sum(
        new.energy.mean - old.energy.mean
        for old, new in zip(before, after, strict=True)
        if since <= old.start < until
    )
