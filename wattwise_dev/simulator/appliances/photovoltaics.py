"""Solar panels on a roof, with their inverter."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..living_day import LivingDay
from ..randomness import FloatArray

_STANDARD_SUN_W_M2: Final = 1000.0
_CELL_HEATING_K: Final = 28.0
_LOSS_PER_K: Final = 0.0038


@dataclass(frozen=True, slots=True)
class Photovoltaics:
    """Panels of one orientation.

    Clear sky by Haurwitz (1945), split into direct and diffuse light; clouds take
    the direct light away and leave a part of the diffuse.
    """

    peak_w: float
    inverter_w: float
    tilt: float = 32.0
    """From the horizontal [degrees]."""
    azimuth: float = 180.0
    """Clockwise from north [degrees]."""
    name: str = "pv"
    phase: int | None = None
    efficiency: float = 0.83
    """Of everything between the cells and the meter."""
    power_factor: float = 1.0

    def power(self, day: LivingDay) -> FloatArray:
        """Return what it produces [W] by the second."""
        weather = day.weather
        height = np.sin(weather.elevation).clip(0.0)
        clear = 1098 * height * np.exp(-0.057 / np.maximum(height, 0.01))
        tilt, azimuth = np.radians(self.tilt), np.radians(self.azimuth)
        facing = np.sin(weather.elevation) * np.cos(tilt) + np.cos(
            weather.elevation
        ) * np.sin(tilt) * np.cos(weather.azimuth - azimuth)
        # Near the horizon the ratio explodes while the light vanishes.
        gain = facing.clip(0.0) / np.maximum(height, 0.07)
        sunshine = weather.sunshine
        direct = 0.84 * clear * sunshine * gain.clip(0.0, 6.0)
        diffuse = (
            clear * (0.16 + 0.22 * (1 - sunshine)) * (1 - 0.55 * weather.thickness)
        )
        light = direct + diffuse * (1 + np.cos(tilt)) / 2
        cell = weather.temperature + _CELL_HEATING_K * light / _STANDARD_SUN_W_M2
        yield_w = self.peak_w * light / _STANDARD_SUN_W_M2 * self.efficiency
        yield_w *= 1 - _LOSS_PER_K * (cell - 25)
        limited = np.minimum(yield_w, self.inverter_w)
        minutes = np.arange(limited.size) * 60 + 30
        power = np.interp(np.arange(day.length), minutes, limited)
        # Below this the inverter sleeps.
        power[power < self.peak_w * 0.002] = 0.0
        shimmer = 1 + 0.004 * day.rng(self.name).standard_normal(day.length)
        return np.asarray(np.minimum(power * shimmer, self.inverter_w))
