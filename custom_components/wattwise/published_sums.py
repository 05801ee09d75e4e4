"""The hourly sums of energy that a statistic is to have, and what to write for it.

Sums are in kWh, by the start of their UTC hour [ms], each at the end of its hour.
"""

from collections.abc import Iterable, Mapping
from itertools import accumulate
from typing import Final

from .history.periods.bucket import Bucket
from .history.periods.calendar import HOUR_MS
from .metering.segment import Segment, shares

# Sums that differ by less say the same [kWh].
_SAME_KWH: Final = 1e-6

type Sums = dict[int, float]


def sums_of(buckets: Iterable[Bucket], limit_ms: int) -> Sums:
    """Return the sums since the first hour, up to a limit.

    Hours of the home's clock may begin at half past in UTC; those are divided. Hours
    of which nothing is known are left out.
    """
    amounts: Sums = {}
    for bucket in buckets:
        if not bucket.covered_ms and not bucket.energy_wh:
            continue
        hour = Segment(
            bucket.start_ms, bucket.end_ms, energy_wh=max(0.0, bucket.energy_wh)
        )
        for share in shares(hour, HOUR_MS):
            if share.start_ms + HOUR_MS <= limit_ms:
                known = amounts.get(share.start_ms, 0.0)
                amounts[share.start_ms] = known + share.energy_wh / 1000
    in_order = sorted(amounts)
    return dict(
        zip(in_order, accumulate(amounts[hour] for hour in in_order), strict=True)
    )


def changed_sums(wanted: Mapping[int, float], there: Mapping[int, float]) -> Sums:
    """Return what is to be written so that `there` shows what is wanted.

    The recorder cannot delete single hours, and to delete all and write them again
    would lose them in a power cut. In an hour that is not wanted nothing flows; and in
    none does any flow back, however little, which would be shown as "-0".
    """
    changed: Sums = {}
    total = before = 0.0
    for hour in sorted(wanted.keys() | there.keys()):
        total = wanted.get(hour, total)
        known = there.get(hour)
        if known is None or abs(known - total) > _SAME_KWH or known < before:
            changed[hour] = known = max(total, before)
        before = known
    return changed


def has_more(
    there: Mapping[int, float], wanted: Mapping[int, float], limit_ms: int
) -> bool:
    """Whether energy is shown, in hours before the limit, of which we know nothing."""
    before = 0.0
    for hour, total in sorted(there.items()):
        if hour < limit_ms and hour not in wanted and abs(total - before) > _SAME_KWH:
            return True
        before = total
    return False
