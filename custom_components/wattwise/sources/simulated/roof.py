"""What the meter of a simulated roof measures, as a function of time and condition."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
import math
import random
from typing import Final

from ...metering.quantity import Channel
from .condition import Condition

_PEAK_W: Final = 5_000.0
_SECONDS_OF_A_DAY: Final = 86_400
_DAYS_OF_A_YEAR: Final = 365.25
# Since the winter solstice, 10 days before the year began; 1970 did on a first of January.
_SOLSTICE_DAYS: Final = 10
_TILT_OF_THE_EARTH: Final = math.radians(23.44)
_SECONDS_PER_DEGREE: Final = 240.0
# How much of a clear day's light the gloomiest day lets through.
_GLOOMIEST: Final = 0.25


@dataclass(frozen=True, slots=True)
class SimulatedRoof:
    """Flat panels of 5 kW at a place [degrees], under a sky that is made up."""

    latitude: float
    longitude: float

    def measure(
        self, time_s: float, condition: Condition, power_w: float
    ) -> Iterator[tuple[Channel, float]]:
        """Yield what its meter shows at a time [s since the epoch], in base units."""
        if condition is Condition.SILENT:
            return
        noise = random.Random(int(time_s * 1000))  # noqa: S311  (no secret)
        shown = power_w * (1 + noise.gauss(0, 0.004))
        yield Channel.POWER, round(max(0.0, shown), 1)

    def power(self, time_s: float, condition: Condition) -> float:
        """Return what it gives [W]."""
        if condition is Condition.PRODUCTION_DROP:
            return 0.0
        height = self._height_of_the_sun(time_s)
        if height <= 0:
            return 0.0
        sun_time_s = time_s + self.longitude * _SECONDS_PER_DEGREE
        sky = _sky(int(sun_time_s // _SECONDS_OF_A_DAY))
        clouds = 1 + math.sin(time_s / 700) * math.sin(time_s / 311)
        return _PEAK_W * height * sky * (1 - 0.3 * (1 - sky) * clouds)

    def _height_of_the_sun(self, time_s: float) -> float:
        """Return the sine of the sun's elevation; its noon may be 16 minutes off.

        By the declination of a circular orbit: Duffie and Beckman, Solar Engineering of
        Thermal Processes, equations 1.6.1 and 1.6.5.
        """
        days = time_s / _SECONDS_OF_A_DAY + _SOLSTICE_DAYS
        year = 2 * math.pi * days / _DAYS_OF_A_YEAR
        declination = -_TILT_OF_THE_EARTH * math.cos(year)
        noon_s = _SECONDS_OF_A_DAY / 2 - self.longitude * _SECONDS_PER_DEGREE
        hour_angle = 2 * math.pi * (time_s - noon_s) / _SECONDS_OF_A_DAY
        latitude = math.radians(self.latitude)
        return math.sin(latitude) * math.sin(declination) + math.cos(
            latitude
        ) * math.cos(declination) * math.cos(hour_angle)


@lru_cache(maxsize=256)
def _sky(day: int) -> float:
    """Return what share of the light comes through on a day."""
    return random.Random(day).uniform(_GLOOMIEST, 1.0)  # noqa: S311  (no secret)
