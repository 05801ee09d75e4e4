"""Heat that is kept between two limits by switching a heater on and off."""

from collections.abc import Iterable, Iterator
import math


def reheating(
    draws: Iterable[tuple[int, int, float]],
    length: int,
    heater_w: float,
    loss_w: float,
    allowed_wh: float,
    missing_wh: float,
) -> Iterator[tuple[int, int]]:
    """Yield from when to when [s] a heat store is heated.

    Draws are (start [s], duration [s], power [W]). The heater starts when
    `allowed_wh` are missing and stops when nothing is; `missing_wh` are missing at
    the start.
    """
    changes = {0: loss_w, length: 0.0}
    for start, duration, power in draws:
        for second, change in ((start, power), (start + duration, -power)):
            if 0 <= second < length:
                changes[second] = changes.get(second, 0.0) + change
    allowed, missing = allowed_wh * 3600, missing_wh * 3600
    drawn, now = 0.0, 0
    on_since: int | None = None
    for second in sorted(changes):
        while now < second:
            if on_since is None and missing >= allowed:
                on_since = now
            elif on_since is not None and missing <= 0:
                yield on_since, now
                on_since = None
            if on_since is None:
                rate, distance = drawn, allowed - missing
            else:
                rate, distance = drawn - heater_w, -missing
            ahead = distance / rate if rate * distance > 0 else math.inf
            step = min(
                float(second - now),
                max(1, math.ceil(ahead) if ahead < length else length),
            )
            missing += rate * step
            now += int(step)
        drawn += changes[second]
    if on_since is not None:
        yield on_since, length
