"""Whether a home's reactive power is worth looking at."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

import numpy as np

from .advice import Advice, AdviceKind
from .days import DAYS_OF_A_YEAR, Hours

LATELY_DAYS: Final = 28
LEAST_DAYS: Final = 20
# Little power is reactive in any home, and costs nobody anything.
_LOADED_KWH: Final = 0.5
_LEAST_HOURS: Final = 100
# Below 0.9, firms pay in most countries: half as many kvarh as kWh are free.
FREE_SHARE: Final = 0.4843
LEAST_KVARH: Final = 1000.0


def power_factor(
    bought: Hours, factors: Hours, zone: tzinfo, today: date
) -> Advice | None:
    """Find much reactive energy beyond what a power factor of 0.9 has.

    `bought` is the energy from the grid [kWh] and `factors` the power factor, by hours.
    Hours of less than 0.5 kWh are left out. Reactive energy is E * tan(arccos(pf)) of each
    hour, as if there were no harmonics. Needs 100 such hours on 20 of the last 28 days; what
    is not known of them counts as nothing.
    """
    begin = today - timedelta(days=LATELY_DAYS)
    loaded: list[tuple[float, float]] = []
    days: set[date] = set()
    for start in bought.keys() & factors.keys():
        factor = abs(factors[start])
        day = datetime.fromtimestamp(start, UTC).astimezone(zone).date()
        if (
            begin <= day < today
            and bought[start] >= _LOADED_KWH
            and 0.0 < factor <= 1.0
        ):
            loaded.append((bought[start], factor))
            days.add(day)
    if len(loaded) < _LEAST_HOURS or len(days) < LEAST_DAYS:
        return None
    energy = np.array([e for e, _ in loaded])
    factors_then = np.array([f for _, f in loaded])
    reactive = energy * np.sqrt(1.0 - factors_then**2) / factors_then
    beyond = float(reactive.sum() - FREE_SHARE * energy.sum())
    a_year = beyond * DAYS_OF_A_YEAR / LATELY_DAYS
    if a_year < LEAST_KVARH:
        return None
    whole = float(energy.sum() / np.hypot(energy.sum(), reactive.sum()))
    return Advice(
        AdviceKind.POWER_FACTOR,
        {
            "days": float(len(days)),
            "power_factor": whole,
            "reactive_kvarh": float(reactive.sum()),
            "beyond_0_9_kvarh_per_year": a_year,
        },
        size=a_year,
        priority=0,
    )
