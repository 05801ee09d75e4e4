"""The charger of an electric car."""

from dataclasses import dataclass

import numpy as np

from ..living_day import LivingDay
from ..randomness import FloatArray
from . import profile


@dataclass(frozen=True, slots=True)
class EvCharger:
    """Charges what the car has used when it is plugged in, about every second day."""

    name: str = "ev"
    phase: int | None = None
    rated_w: float = 11_000.0
    idle_w: float = 4.0
    use: float = 0.45
    """Chance that the car is plugged in on a day."""
    mean_kwh: float = 13.0
    power_factor: float = 0.99

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = np.full(day.length, self.idle_w)
        returns = day.presence.arrivals
        if not returns or rng.random() >= self.use:
            return power
        start = max(returns) + int(rng.uniform(120, 5400))
        energy_wh = 1000 * float(np.clip(rng.gamma(5, self.mean_kwh / 5), 4, 38))
        full = int(energy_wh * 0.96 / self.rated_w * 3600)
        ramp = np.linspace(0, 1, 20)
        # The battery takes less and less at the end.
        taper = np.exp(-np.arange(900) / 300)
        watts = self.rated_w * np.concatenate([ramp, np.ones(full), taper])
        profile.add(power, start, watts, watts.size)
        return power
