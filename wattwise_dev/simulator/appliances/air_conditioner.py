"""A reversible air conditioner with a thermostat."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..living_day import LivingDay
from ..randomness import FloatArray
from . import profile

# The room is looked at again at least this often [s].
_STEP_S: Final = 300
_INRUSH_S: Final = 3
_ASLEEP_BELOW: Final = 0.05


@dataclass(frozen=True, slots=True)
class AirConditioner:
    """Keeps one room between its limits while somebody is there.

    The room is a first-order store: it drifts towards the outdoor temperature and
    what sun and people add, and the compressor moves it at a constant rate.
    """

    name: str = "ac"
    phase: int | None = 0
    rated_w: float = 1050.0
    """Of the running compressor at 30 °C outdoors."""
    fan_w: float = 28.0
    cool_to: float = 24.5
    heat_to: float | None = 20.5
    night_relief: float = 1.5
    """How much warmer (when heating: cooler) it may be at night [K]."""
    empty_relief: float | None = None
    """The same for an empty house; None switches it off."""
    cools_above: float = 20.0
    """Mean outdoor temperature of a day on which it is set to cooling [°C]."""
    heats_below: float = 12.0
    drift_h: float = 9.0
    """Time constant of the room."""
    gain_k: float = 4.0
    """How much sun and people warm the room above the outdoors."""
    pull_k_h: float = 4.0
    """What the compressor moves the room by in an hour."""
    hysteresis_k: float = 0.8
    power_factor: float = 0.93

    def power(self, day: LivingDay) -> FloatArray:
        """Return its power [W] by the second."""
        outdoors = day.weather.temperature
        mean = float(outdoors.mean())
        if mean > self.cools_above:
            direction, base = 1.0, self.cool_to
        elif self.heat_to is not None and mean < self.heats_below:
            direction, base = -1.0, self.heat_to
        else:
            return profile.nothing(day.length)
        limits = self._limits(day, base, direction)
        power = np.where(np.isnan(limits), 0.0, self.fan_w).repeat(60)
        rng = day.rng(self.name)
        strain = 1 + 0.012 * direction * (outdoors - (30 if direction > 0 else 7))
        for start, end in self._runs(day, limits, direction, rng):
            watts = self.rated_w * strain[start // 60] * rng.normal(1, 0.015)
            # The compressor settles within the first minutes.
            settling = 1 - 0.12 * np.exp(-np.arange(end - start) / 90)
            settling[:_INRUSH_S] = 1.7
            profile.add(power, start, watts * settling - self.fan_w, end - start)
        return np.asarray(np.maximum(power, 0.0))

    def _limits(self, day: LivingDay, base: float, direction: float) -> FloatArray:
        """Return by minute what the room is kept below (or above); NaN while off."""
        plan = day.presence
        asleep = plan.awake < _ASLEEP_BELOW
        limits = base + direction * self.night_relief * asleep
        empty = plan.home < _ASLEEP_BELOW
        if self.empty_relief is None:
            limits[empty] = np.nan
        else:
            limits[empty] = base + direction * self.empty_relief
        return np.asarray(limits)

    def _runs(
        self,
        day: LivingDay,
        limits: FloatArray,
        direction: float,
        rng: np.random.Generator,
    ) -> list[tuple[int, int]]:
        """Return from when to when [s] the compressor runs."""
        outdoors: list[float] = (day.weather.temperature + self.gain_k).tolist()
        wanted: list[float] = limits.tolist()
        drift, pull = 1 / (self.drift_h * 3600), direction * self.pull_k_h / 3600
        # Where an untouched room would be, held by the thermostat if it is on.
        room = sum(outdoors) / len(outdoors)
        if wanted[0] == wanted[0] and (room - wanted[0]) * direction > 0:
            room = wanted[0] - direction * self.hysteresis_k * rng.random()
        runs = []
        now, on_since = 0, -1
        while now < day.length:
            minute = now // 60
            limit = wanted[minute]
            excess = (room - limit) * direction
            # Comparisons with NaN are false: an AC that is off does not start.
            if on_since < 0 and excess >= 0:
                on_since = now
            elif on_since >= 0 and not excess > -self.hysteresis_k:
                runs.append((on_since, now))
                on_since = -1
            rate = (outdoors[minute] - room) * drift
            distance = -excess
            if on_since >= 0:
                rate -= pull
                distance = -self.hysteresis_k - excess
            towards = rate * direction
            ahead = distance / towards if distance * towards > 0 else _STEP_S
            step = max(5, min(int(ahead) + 1, _STEP_S, day.length - now))
            room += rate * step
            now += step
        if on_since >= 0:
            runs.append((on_since, day.length))
        return runs
