"""The past that stands in the history before anything is measured."""

from itertools import batched, chain
from pathlib import Path
from typing import Final

from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile

from .home import PushMeter
from .readings import STEP_MS, readings

DAY_MS: Final = 86_400_000
_COARSE_MS: Final = 900_000
_PER_COMMIT: Final = 10_000


async def fill_past(
    database: Path,
    time_zone: str,
    meters: list[PushMeter],
    end_ms: int,
    coarse_days: int,
    fine_days: int,
) -> int:
    """Write history up to `end_ms` and return how many readings it has.

    First `coarse_days` at 15 minutes, then `fine_days` at 10 seconds. Home Assistant
    must not be running.
    """
    fine_ms = end_ms - fine_days * DAY_MS
    coarse_ms = fine_ms - coarse_days * DAY_MS
    history = History(database, time_zone)
    await history.open()
    kept = 0
    try:
        for number, meter in enumerate(meters):
            profile = MeterProfile(meter.meter_id, energy_kind=EnergyKind.COUNTER)
            past = chain(
                readings(number, coarse_ms, fine_ms, _COARSE_MS),
                readings(number, fine_ms, end_ms, STEP_MS),
            )
            for part in batched(past, _PER_COMMIT, strict=False):
                receipt = await history.append(profile, part, live=False)
                kept += receipt.accepted
        await history.refresh_rollups()
    finally:
        await history.close()
    return kept
