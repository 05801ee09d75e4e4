"""Machines that run a programme: washing machine and dishwasher."""

from dataclasses import dataclass

import numpy as np

from ..living_day import LivingDay
from ..randomness import FloatArray
from . import profile


@dataclass(frozen=True, slots=True)
class WashingMachine:
    """Fills, heats, tumbles, rinses and spins."""

    use: float = 0.3
    """Chance of a wash on a working day; nearly twice that at the weekend."""
    name: str = "washing_machine"
    phase: int | None = 0
    heater_w: float = 1950.0
    power_factor: float = 0.95

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        chance = self.use if day.day.weekday() < 5 else min(1.0, self.use * 1.8)
        start = _start(day, rng)
        if start is not None and rng.random() < chance:
            wash = self._programme(rng)
            profile.add(power, start, wash, wash.size)
        return power

    def _programme(self, rng: np.random.Generator) -> FloatArray:
        """Return the power of one wash by the second."""
        heating = rng.choice([7.0, 12.0, 20.0], p=[0.3, 0.5, 0.2])
        parts = [profile.phases((3, 12.0), (heating, self.heater_w + 120.0))]
        parts.append(_tumbling(rng, minutes=35, watts=160.0))
        for _ in range(3):
            parts.append(profile.phases((2.5, 28.0)))
            parts.append(_tumbling(rng, minutes=6, watts=140.0))
            parts.append(profile.phases((1.5, 300.0)))
        spin = np.linspace(150.0, 520.0, 150)
        parts += [spin, np.full(270, 430.0), np.full(120, 8.0)]
        return np.concatenate(parts)


@dataclass(frozen=True, slots=True)
class Dishwasher:
    """Heats twice: to wash and to rinse."""

    use: float = 0.6
    """Chance to run after dinner."""
    name: str = "dishwasher"
    phase: int | None = 0
    heater_w: float = 1900.0
    power_factor: float = 0.96

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        power = profile.nothing(day.length)
        if not day.presence.meals or rng.random() >= self.use:
            return power
        dinner = day.presence.meals[-1][0]
        run = profile.phases(
            (12, 60.0),
            (rng.uniform(12, 17), self.heater_w),
            (30, 75.0),
            (4, 25.0),
            (12, 70.0),
            (rng.uniform(10, 14), self.heater_w),
            (18, 6.0),
        )
        start = min(dinner + int(rng.uniform(2700, 7200)), day.length - run.size)
        profile.add(power, start, run, run.size)
        return power


def _start(day: LivingDay, rng: np.random.Generator) -> int | None:
    """Return a second at which somebody is up and has time left for a programme."""
    candidates = np.flatnonzero(day.presence.awake > 0)
    candidates = candidates[candidates < 18 * 60]
    if not candidates.size:
        return None
    return int(rng.choice(candidates)) * 60


def _tumbling(rng: np.random.Generator, minutes: float, watts: float) -> FloatArray:
    """Return the power of a drum that turns, rests and turns the other way."""
    turns = int(minutes * 60 / 20)
    drum = np.tile(np.repeat([1.0, 0.12], [14, 6]), turns)
    return np.asarray(watts * drum * rng.normal(1, 0.08, drum.size).clip(0.5, 1.5))
