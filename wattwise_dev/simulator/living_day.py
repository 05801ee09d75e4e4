"""One day of one household: what everything that uses electricity has to know."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from .presence import Presence, Routine
from .randomness import FloatArray, generator, smooth_noise
from .site import Site
from .weather import Weather, weather_of


@dataclass(frozen=True)
class LivingDay:
    """A day from four in the morning to four in the morning, local time.

    A pure function of its fields: nothing is carried over from the day before.
    """

    household: str
    seed: int
    day: date
    site: Site
    routine: Routine

    @cached_property
    def start(self) -> int:
        """Its first second [s since the epoch]."""
        return self.site.day_start(self.day)

    @cached_property
    def length(self) -> int:
        """How many seconds it has; a multiple of 60."""
        return self.site.day_length(self.day)

    @cached_property
    def presence(self) -> Presence:
        """Who is in and who is up, and what they do."""
        rng = self.rng("presence")
        return self.routine.plan(self.day, self.length // 60, rng)

    @cached_property
    def weather(self) -> Weather:
        """The day's weather."""
        return weather_of(self.site, self.seed, self.household, self.day)

    def rng(self, purpose: str) -> np.random.Generator:
        """Return the day's random numbers for a purpose."""
        return generator(self.seed, self.household, purpose, day=self.day)

    def noise(self, purpose: str, knot_s: int) -> FloatArray:
        """Return noise of about unit size by the second, joining the next day's."""
        names = (self.household, purpose)
        return smooth_noise(
            self.seed, *names, day=self.day, length=self.length, knot_s=knot_s
        )

    def by_second(self, minutes: FloatArray) -> FloatArray:
        """Spread values by the minute over their seconds."""
        return np.repeat(minutes, 60)

    def at_hour(self, hour: float) -> int:
        """Return the second of the day at a clock hour (over 24: next morning)."""
        return int((hour - 4) * 3600)
