"""The kitchen: oven, hob, kettle and coffee machine."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..living_day import LivingDay
from ..presence import Meal
from ..randomness import FloatArray
from . import profile

_WEEKEND: Final = (5, 6)


@dataclass(frozen=True, slots=True)
class Oven:
    """Preheats at full power, then holds its temperature with short pulses."""

    use: float = 0.3
    """Chance to be used for a dinner; for a lunch of the weekend too."""
    name: str = "oven"
    phase: int | None = 0
    rated_w: float = 2400.0
    power_factor: float = 1.0

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        for at, meal in day.presence.meals:
            warm = meal is Meal.DINNER or (
                meal is Meal.LUNCH and day.day.weekday() in _WEEKEND
            )
            if not warm or rng.random() >= self.use:
                continue
            preheat = int(rng.uniform(7, 12) * 60)
            pulses = int(rng.uniform(9, 24))
            on_s = [preheat, *rng.integers(25, 50, pulses).tolist()]
            off_s = rng.integers(55, 95, pulses + 1).tolist()
            bake = profile.switched(on_s, off_s, self.rated_w) + 45.0
            profile.add(power, at - bake.size, bake, bake.size)
        return power


@dataclass(frozen=True, slots=True)
class Hob:
    """Plates that switch on and off under pots and pans."""

    use: float = 0.75
    """Chance to be used for a warm meal."""
    name: str = "hob"
    phase: int | None = 0
    rated_w: float = 1700.0
    power_factor: float = 1.0

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        for at, meal in day.presence.meals:
            if meal is Meal.BREAKFAST or rng.random() >= self.use:
                continue
            for _ in range(int(rng.integers(1, 3))):
                pulses = int(rng.uniform(12, 40))
                on_s = [240, *rng.integers(8, 20, pulses).tolist()]
                off_s = rng.integers(15, 35, pulses + 1).tolist()
                watts = self.rated_w * rng.uniform(0.6, 1.0)
                cook = profile.switched(on_s, off_s, watts)
                start = at - cook.size - int(rng.uniform(0, 300))
                profile.add(power, start, cook, cook.size)
        return power


@dataclass(frozen=True, slots=True)
class Kettle:
    """Boils water for a few minutes: at meals and in between."""

    between_meals: float = 2.0
    """Uses in a day on which everybody is always up."""
    name: str = "kettle"
    phase: int | None = 0
    rated_w: float = 1950.0
    power_factor: float = 1.0

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        starts = [
            at - int(rng.uniform(0, 900))
            for at, meal in day.presence.meals
            if meal is Meal.BREAKFAST
        ]
        awake = day.presence.awake
        share = float(np.clip(awake.sum() / awake.size, 0, 1))
        if share:
            chances = awake / awake.sum()
            count = int(rng.poisson(self.between_meals * share))
            starts += (60 * rng.choice(awake.size, count, p=chances)).tolist()
        for start in starts:
            watts = self.rated_w * rng.normal(1, 0.01)
            profile.add(power, start, watts, int(rng.uniform(75, 210)))
        return power
