"""Whether the loads of a home are spread over its phases."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

from .advice import Advice, AdviceKind

LATELY_DAYS: Final = 28
LEAST_DAYS: Final = 14
LEAST_HOURS: Final = 40
# Below that, no fuse minds which phase it is.
LOADED_A: Final = 10.0
# One phase carries more than this many times the mean of the three, mostly.
UNEQUAL: Final = 1.8
_MOSTLY: Final = 0.7


def phase_balance(
    currents: Mapping[int, tuple[float, float, float]], zone: tzinfo, today: date
) -> Advice | None:
    """Find one phase that carries most of the load whenever there is one.

    `currents` are the mean currents of three phases [A] by the start of the hour. Only
    hours in which a phase carries at least 10 A count; there must be 40 of them, on 14 of
    the last 28 days. In 70 % of them the same phase must carry most, and the median of
    that phase over the mean of the three must be 1.8 at least (3 if it carries all).
    """
    begin = today - timedelta(days=LATELY_DAYS)
    loaded: list[tuple[float, float, float]] = []
    days: set[date] = set()
    for start, phases in currents.items():
        day = datetime.fromtimestamp(start, UTC).astimezone(zone).date()
        if begin <= day < today and max(map(abs, phases)) >= LOADED_A:
            loaded.append(phases)
            days.add(day)
    if len(loaded) < LEAST_HOURS or len(days) < LEAST_DAYS:
        return None
    amperes = np.abs(np.array(loaded))
    most = np.argmax(amperes, axis=1)
    phase = int(np.bincount(most, minlength=3).argmax())
    share = float(np.mean(most == phase))
    ratio = float(np.median(amperes[:, phase] / amperes.mean(axis=1)))
    if share < _MOSTLY or ratio < UNEQUAL:
        return None
    means = amperes.mean(axis=0)
    return Advice(
        AdviceKind.PHASE_BALANCE,
        {
            "days": float(len(days)),
            "hours": float(len(loaded)),
            "phase": float(phase + 1),
            "share": share,
            "times_the_mean": ratio,
            **{f"current_l{i + 1}_a": float(means[i]) for i in range(3)},
            # The highest mean of an hour; the current of a moment was higher.
            "highest_a": float(amperes[:, phase].max()),
        },
        # What is unequal grows only with what flows.
        size=float(means[phase] - means.mean()),
        priority=2,
    )
