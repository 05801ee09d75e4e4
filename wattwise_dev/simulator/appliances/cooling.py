"""Fridges and freezers."""

from dataclasses import dataclass

import numpy as np

from ..living_day import LivingDay
from ..randomness import FloatArray
from . import profile


@dataclass(frozen=True, slots=True)
class Fridge:
    """A compressor that runs a third of the time, more when the house is in use."""

    name: str = "fridge"
    phase: int | None = 0
    rated_w: float = 88.0
    cycle_min: float = 48.0
    duty: float = 0.32
    defrost_w: float = 0.0
    """Of the heater of a no-frost appliance, once a day."""
    power_factor: float = 0.72

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        awake = day.presence.awake
        now = -int(rng.uniform(0, self.cycle_min * 60))
        while now < day.length:
            minute = min(max(now // 60, 0), awake.size - 1)
            duty = self.duty * (1 + 0.25 * awake[minute]) * rng.normal(1, 0.06)
            cycle = self.cycle_min * 60 * max(0.5, rng.normal(1, 0.08))
            runs = max(60, int(cycle * duty))
            watts = self.rated_w * (1 + 0.15 * np.exp(-np.arange(runs) / 240))
            watts[:1] = self.rated_w * 5
            profile.add(power, now, watts, runs)
            now += int(cycle)
        if self.defrost_w:
            start = int(rng.uniform(0, day.length - 1800))
            profile.add(power, start, self.defrost_w, int(rng.uniform(900, 1500)))
        return power
