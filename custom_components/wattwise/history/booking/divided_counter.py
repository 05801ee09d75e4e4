"""A counter's reading that divides what was counted from one known reading to another."""

from typing import NamedTuple

from ...metering.counter import CounterPoint, follows, judge_between
from ...metering.joint import JointLimit


class Divided(NamedTuple):
    """What was counted before a reading and after it [Wh], and in what times [ms]."""

    to_new_ms: int
    to_new_wh: float
    to_after_ms: int
    to_after_wh: float


def divide(
    before: CounterPoint | None,
    new: CounterPoint,
    after: CounterPoint,
    booked_wh: float,
    max_power_w: float,
    limit: JointLimit | None,
) -> Divided | None:
    """Judge a reading that is older than the newest one; None if it does not fit.

    `booked_wh` is what was counted up to `after` so far. Of a file, whose readings
    have a `limit`, what was counted where it meets others may be left open.
    """
    to_new_ms = new.time_ms - before.time_ms if before else 0
    to_after_ms = after.time_ms - new.time_ms
    fits = judge_between(before or new, new, after, booked_wh, max_power_w)
    if fits is None:
        if not _is_end_of_file(before, new, after, max_power_w, limit):
            return None
        # The file is right by itself; it is of another counter than what follows.
        fits = new.value - (before or new).value, after.value - new.value
        is_apart = True
    else:
        is_apart = limit is not None and limit.is_exceeded(
            new.time_ms, after.time_ms, fits[1]
        )
    to_new_wh, to_after_wh = fits
    if limit and limit.is_exceeded(new.time_ms - to_new_ms, new.time_ms, to_new_wh):
        to_new_ms, to_new_wh = 0, 0.0
    if is_apart:
        to_after_ms, to_after_wh = 0, 0.0
    return Divided(to_new_ms, to_new_wh, to_after_ms, to_after_wh)


def _is_end_of_file(
    before: CounterPoint | None,
    new: CounterPoint,
    after: CounterPoint,
    max_power_w: float,
    limit: JointLimit | None,
) -> bool:
    """Whether a reading goes on from its file, and only what follows is too far off."""
    if limit is None or after.time_ms <= limit.last_ms or after.value < new.value:
        return False
    return before is None or (
        before.time_ms >= limit.first_ms and follows(before, new, max_power_w)
    )
