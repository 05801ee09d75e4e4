"""What is always on, and what people switch on by being there."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..living_day import LivingDay
from ..randomness import FloatArray

_MINUTES_PER_DRAW: Final = 12


@dataclass(frozen=True, slots=True)
class Standby:
    """Router, chargers and whatever else waits to be used."""

    watts: float
    name: str = "standby"
    phase: int | None = 0
    power_factor: float = 0.6

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        flicker = day.rng(self.name).standard_normal(day.length)
        wander = day.noise(self.name, 900)
        return np.maximum(self.watts * (1 + 0.05 * wander + 0.02 * flicker), 0.0)


@dataclass(frozen=True, slots=True)
class Lights:
    """Lamps in the rooms that are used while it is dark."""

    watts: float
    """With all lamps on."""
    daytime_share: float = 0.06
    """Share of the lamps that are on by bright day."""
    name: str = "lights"
    phase: int | None = 0
    power_factor: float = 0.9

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        dark = 1 - day.weather.daylight
        wanted = self.daytime_share + (1 - self.daytime_share) * dark
        used = _rooms_in_use(day, self.name, low=0.25)
        return day.by_second(self.watts * wanted * used * day.presence.awake)


@dataclass(frozen=True, slots=True)
class Electronics:
    """Television, computers and games, mostly in the evening."""

    watts: float
    """With everything on."""
    name: str = "electronics"
    phase: int | None = 0
    power_factor: float = 0.8

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        awake = day.presence.awake
        hour = 4 + np.arange(awake.size) / 60
        evening = 0.25 + 0.75 / (1 + np.exp(-(hour - 18.5) * 1.5))
        used = _rooms_in_use(day, self.name, low=0.1)
        flicker = 1 + 0.04 * day.rng("screen content").standard_normal(day.length)
        steady = day.by_second(self.watts * evening * used * awake)
        return np.maximum(steady * flicker, 0.0)


@dataclass(frozen=True, slots=True)
class OfficeEquipment:
    """Desks with computers, and a server room that never sleeps."""

    desks_w: float
    server_w: float
    name: str = "office equipment"
    phase: int | None = None
    power_factor: float = 0.92

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        rng = day.rng(self.name)
        # Screens sleep when nobody is there, some computers stay on.
        desks = self.desks_w * (0.07 + 0.93 * day.presence.home)
        load = 1 + 0.03 * rng.standard_normal(day.length)
        server = self.server_w * (1 + 0.06 * day.noise("server load", 1200))
        return np.maximum(day.by_second(desks) * load + server, 0.0)


def _rooms_in_use(day: LivingDay, name: str, low: float) -> FloatArray:
    """Return a share by minute that changes in steps, as switches are used."""
    rng = day.rng(f"{name} in use")
    minutes = day.length // 60
    values = rng.uniform(low, 1.0, minutes)
    changed = rng.random(minutes) < 1 / _MINUTES_PER_DRAW
    changed[0] = True
    return np.asarray(values[changed][np.cumsum(changed) - 1])
