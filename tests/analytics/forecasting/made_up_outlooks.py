"""Outlooks whose numbers are known, because they are made up."""

from collections.abc import Sequence
from datetime import UTC, datetime

from custom_components.wattwise.analytics.forecasting.expectation import (
    Expected,
    ExpectedSlot,
    Outlook,
)

MIDNIGHT = datetime(2026, 6, 10, tzinfo=UTC)
NOW = MIDNIGHT.replace(hour=13, minute=30)
_HOUR = 3600


def expected(mean: float, width: float = 0.5) -> Expected:
    """Return a mean with a band that is so wide, as a share of it."""
    shares = {0.1: -1.0, 0.25: -0.5, 0.5: 0.0, 0.75: 0.5, 0.9: 1.0}
    half = abs(mean) * width / 2
    return Expected(mean, {q: mean + share * half for q, share in shares.items()})


def outlook(
    hours: Sequence[float], measured: float = 1.0, width: float = 0.5
) -> Outlook:
    """Return what is expected at NOW by the means of today's and tomorrow's 48 hours.

    The running hour is half over; after two days it goes on as tomorrow ends.
    """
    begin = int(MIDNIGHT.timestamp())
    means = [*hours, *hours[24:38]]
    slots = [
        ExpectedSlot(begin + index * _HOUR, expected(mean, width))
        for index, mean in enumerate(means)
    ]
    rest = hours[13] / 2 + sum(hours[14:24])
    return Outlook(
        NOW,
        _HOUR,
        tuple(slots[14:62]),
        tuple(slots[:48]),
        expected(measured + rest, width),
        expected(rest, width),
        expected(sum(hours[24:]), width),
        {"made_up": 1.0},
        100,
        begin + 24 * _HOUR,
    )
