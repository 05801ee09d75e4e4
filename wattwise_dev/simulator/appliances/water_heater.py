"""An electric water heater with a tank: a geyser."""

from dataclasses import dataclass
from typing import Final

from ..living_day import LivingDay
from ..randomness import FloatArray
from . import profile
from .thermostat import reheating

_MINUTE: Final = 60
# Hot water runs about this long for each use [min].
_SHOWER_MIN: Final = (4.0, 9.0)
_RINSE_MIN: Final = (0.3, 1.0)
_DISHES_MIN: Final = (2.0, 5.0)


@dataclass(frozen=True, slots=True)
class WaterHeater:
    """Heats after water was drawn, and now and then against its losses."""

    name: str = "water_heater"
    phase: int | None = 0
    rated_w: float = 2000.0
    loss_w: float = 65.0
    """What the tank loses to the room."""
    allowed_wh: float = 450.0
    """What may be missing before the thermostat switches on."""
    shower_w: float = 15_000.0
    """Heat in the water of a running shower: 6.5 l/min, warmed by 33 K."""
    rinses: float = 8.0
    """Short uses in a day on which somebody is always up."""
    power_factor: float = 1.0

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        missing = rng.uniform(0.1, 0.9) * self.allowed_wh
        for start, end in reheating(
            self._draws(day),
            day.length,
            self.rated_w,
            self.loss_w,
            self.allowed_wh,
            missing,
        ):
            profile.add(power, start, self.rated_w * rng.normal(1, 0.006), end - start)
        return power

    def _draws(self, day: LivingDay) -> list[tuple[int, int, float]]:
        """Return the day's draws: start [s], duration [s], heat [W]."""
        rng = day.rng(f"{self.name} draws")
        plan = day.presence
        draws = [
            (at, int(rng.uniform(*_SHOWER_MIN) * _MINUTE), self.shower_w)
            for at in plan.showers
        ]
        draws += [
            (at + 2400, int(rng.uniform(*_DISHES_MIN) * _MINUTE), self.shower_w * 0.5)
            for at, _ in plan.meals
            if rng.random() < 0.7
        ]
        awake = plan.awake
        for _ in range(rng.poisson(self.rinses)):
            minute = int(rng.integers(awake.size))
            if rng.random() < awake[minute]:
                lasts = int(rng.uniform(*_RINSE_MIN) * _MINUTE)
                draws.append((minute * _MINUTE, lasts, self.shower_w * 0.5))
        return draws
