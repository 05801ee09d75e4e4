"""Readings for tests of the history."""

import random
import time

from custom_components.wattwise.history.periods.calendar import SLOT_MS
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

METER = MeterProfile("meter")
BY_POWER = MeterProfile("meter", energy_kind=EnergyKind.POWER)
BY_AMOUNT = MeterProfile("meter", energy_kind=EnergyKind.INTERVAL)
STEP_MS = 10_000


def now_ms() -> int:
    """Return the time, to the full slot."""
    return int(time.time() * 1000) // SLOT_MS * SLOT_MS


def power(time_ms: int, value: float) -> Reading:
    """Return a power reading [W]."""
    return Reading(Channel.POWER, time_ms, value)


def counter(time_ms: int, value: float) -> Reading:
    """Return what a counter shows [Wh]."""
    return Reading(Channel.ENERGY_IMPORT, time_ms, value)


def three_hours(kind: EnergyKind, start_ms: int) -> tuple[list[Reading], float]:
    """Return readings of three hours and their energy [Wh]."""
    rng = random.Random(7)
    readings, shown = [], 5_000_000.0
    for number in range(1_080):
        at = start_ms + number * STEP_MS
        watts = rng.randrange(100, 4_000)
        energy = watts * STEP_MS / 3_600_000 if number else 0.0
        shown += energy
        if kind is EnergyKind.POWER:
            readings.append(power(at, watts))
        elif kind is EnergyKind.COUNTER:
            readings.append(counter(at, shown))
        else:
            readings.append(counter(at, energy))
    if kind is EnergyKind.POWER:
        held = [reading.value for reading in readings[:-1]]
        return readings, sum(held) * STEP_MS / 3_600_000
    return readings, shown - 5_000_000.0
