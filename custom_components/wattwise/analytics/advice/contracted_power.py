"""Whether the power a home has contracted fits what it draws."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
import math
from typing import Final

from .advice import Advice, AdviceKind

# Each season must have been.
LEAST_DAYS: Final = 330
_YEAR: Final = timedelta(days=365)
# What is needed beyond the highest power that was seen; beyond the highest mean of a
# quarter of an hour, within which an oven and a kettle may have run together, if no more
# is known.
MARGIN: Final = 1.2
MARGIN_OVER_MEANS: Final = 2.0
TOO_LARGE_SHARE: Final = 0.6
_LEAST_KW: Final = 1.0
_STEP_KW: Final = 0.5

_OVERLOADS_SINCE: Final = timedelta(days=90)
LEAST_OVERLOADED_DAYS: Final = 3

type Peaks = Sequence[tuple[int, float]]


def contract_too_large(
    peaks: Peaks,
    highest_w: float | None,
    contracted_w: float,
    zone: tzinfo,
    today: date,
) -> Advice | None:
    """Find a contract for far more than was ever drawn in a year.

    `peaks` are the means [W] of quarters of an hour, by their starts [ms since the epoch],
    `highest_w` is the highest power that was read in the year, if any was. Needed is that
    and 20 % more, or else twice the highest mean, to the next half kW; too large is a
    contract of which 60 % would be enough. Nobody says what it would save: tariffs differ.
    Needs readings of 330 of the last 365 days.
    """
    begin = today - _YEAR
    means = [
        (day, mean_w)
        for day, mean_w in ((_day(at_ms, zone), w) for at_ms, w in peaks)
        if begin <= day < today
    ]
    days = {day for day, _ in means}
    if len(days) < LEAST_DAYS:
        return None
    highest_mean = max(mean_w for _, mean_w in means)
    if highest_w is None or highest_w < highest_mean:
        needed_w = highest_mean * MARGIN_OVER_MEANS
    else:
        needed_w = highest_w * MARGIN
    contracted = contracted_w / 1000
    needed = math.ceil(needed_w / 1000 / _STEP_KW) * _STEP_KW
    spare = contracted - needed
    if needed > TOO_LARGE_SHARE * contracted or spare < _LEAST_KW or needed <= 0.0:
        return None
    return Advice(
        AdviceKind.CONTRACT_TOO_LARGE,
        {
            "days": float(len(days)),
            "highest_kw": max(highest_mean, highest_w or 0.0) / 1000,
            "contracted_kw": contracted,
            "enough_kw": needed,
        },
        size=spare,
        priority=1,
    )


def contract_too_small(
    peaks: Peaks, contracted_w: float, zone: tzinfo, today: date
) -> Advice | None:
    """Find more than the contract in quarters of an hour on at least three days of 90."""
    begin = today - _OVERLOADS_SINCE
    over = [
        (day, mean_w)
        for day, mean_w in (
            (_day(at_ms, zone), w) for at_ms, w in peaks if w > contracted_w
        )
        if begin <= day < today
    ]
    days = {day for day, _ in over}
    if len(days) < LEAST_OVERLOADED_DAYS:
        return None
    return Advice(
        AdviceKind.CONTRACT_TOO_SMALL,
        {
            "days": float(len(days)),
            "quarters_of_an_hour": float(len(over)),
            "highest_kw": max(mean_w for _, mean_w in over) / 1000,
            "contracted_kw": contracted_w / 1000,
        },
        size=float(len(over)),
        priority=9,
    )


def _day(at_ms: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()
