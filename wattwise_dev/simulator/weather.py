"""Sun, clouds and outdoor temperature of a site, by the minute."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from .randomness import FloatArray, IntArray, correlated_day_normal, smooth_noise
from .site import Site

_YEAR_DAYS: Final = 365.25
_COLDEST_DAY: Final = 20
# Standard deviation of the temperature from its seasonal normal [K].
_ANOMALY_K: Final = 2.8


@dataclass(frozen=True, slots=True)
class Weather:
    """A day's weather, one value per minute."""

    temperature: FloatArray
    """Outdoors [°C]."""
    elevation: FloatArray
    """Of the sun above the horizon [rad]."""
    azimuth: FloatArray
    """Of the sun, clockwise from north [rad]."""
    sunshine: FloatArray
    """Share of the direct sunlight that clouds let through."""
    thickness: float
    """How thick the day's clouds are, from 0 to 1."""

    @property
    def daylight(self) -> FloatArray:
        """How bright it is, from 0 (lamps needed) to 1 (bright)."""
        height = np.clip((np.degrees(self.elevation) + 2) / 14, 0, 1)
        return np.asarray(height * (0.55 + 0.45 * self.sunshine))


def weather_of(site: Site, seed: int, name: str, day: date) -> Weather:
    """Return the weather at a site on a living day."""
    start, length = site.day_start(day), site.day_length(day)
    times = start + 60 * np.arange(length // 60) + 30
    elevation, azimuth = sun_position(site, times)
    clouds = _cloudiness(site, seed, name, day)
    sunshine = _sunshine(clouds, seed, name, day, length)
    temperature = _temperature(site, seed, name, day, times)
    return Weather(temperature, elevation, azimuth, sunshine, clouds)


def sun_position(site: Site, times: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return elevation and azimuth of the sun [rad] at epoch seconds.

    Declination and equation of time by Spencer (1971); good to half a degree.
    """
    days = times / 86_400
    # 1970 began at a new year; leap days drift by less than the model's accuracy.
    angle = 2 * np.pi * (days % _YEAR_DAYS) / _YEAR_DAYS
    declination = (
        0.006918
        - 0.399912 * np.cos(angle)
        + 0.070257 * np.sin(angle)
        - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle)
    )
    equation_h = (229.18 / 60) * (
        0.000075
        + 0.001868 * np.cos(angle)
        - 0.032077 * np.sin(angle)
        - 0.014615 * np.cos(2 * angle)
        - 0.040849 * np.sin(2 * angle)
    )
    solar_h = (days % 1) * 24 + site.longitude / 15 + equation_h
    hour_angle = np.pi * (solar_h - 12) / 12
    latitude = np.radians(site.latitude)
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(
        declination
    ) * np.cos(hour_angle)
    elevation = np.arcsin(np.clip(sine, -1, 1))
    azimuth = np.pi + np.arctan2(
        np.sin(hour_angle),
        np.cos(hour_angle) * np.sin(latitude) - np.tan(declination) * np.cos(latitude),
    )
    return elevation, azimuth


def _season(site: Site, ordinal: FloatArray | float) -> FloatArray:
    """Return the season from -1 (deep winter) to 1 (high summer)."""
    year_day = ordinal - date(2000, 1, 1).toordinal()
    north = -np.cos(2 * np.pi * (year_day - _COLDEST_DAY) / _YEAR_DAYS)
    return np.asarray(north if site.latitude >= 0 else -north)


def _cloudiness(site: Site, seed: int, name: str, day: date) -> float:
    """Return the share of the sky under clouds on a day."""
    normal = correlated_day_normal(seed, name, "clouds", ordinal=day.toordinal())
    season = float(_season(site, day.toordinal()))
    return float(1 / (1 + np.exp(-1.6 * normal + 0.1 + 0.75 * season)))


def _sunshine(
    clouds: float, seed: int, name: str, day: date, length: int
) -> FloatArray:
    """Return the share of direct sunlight by minute: clouds drift and have edges."""
    slow, fast = (
        smooth_noise(seed, name, part, day=day, length=length // 60, knot_s=minutes)
        for part, minutes in (("cloud fields", 50), ("single clouds", 5))
    )
    # Interpolation shrinks noise between its knots; this brings the sum back to a
    # standard deviation of about one.
    field = (0.8 * slow + 0.6 * fast) / 0.82
    threshold = 2.6 * (clouds - 0.5) * 2
    return np.asarray(1 / (1 + np.exp(-6 * (field * 0.9 - threshold))))


def _temperature(
    site: Site,
    seed: int,
    name: str,
    day: date,
    times: IntArray,
) -> FloatArray:
    """Return the outdoor temperature [°C] by minute."""
    ordinal = day.toordinal()
    noon = site.day_start(day) + 8 * 3600
    hours = (times - noon) / 3600
    neighbours = [date.fromordinal(ordinal + lag) for lag in (-1, 0, 1)]
    warmth = [
        _ANOMALY_K * correlated_day_normal(seed, name, "warmth", ordinal=d.toordinal())
        for d in neighbours
    ]
    clouds = [_cloudiness(site, seed, name, d) for d in neighbours]
    clearness = 1 - np.interp(hours, [-24, 0, 24], clouds)
    season = _season(site, ordinal + hours / 24)
    solar_h = (times % 86_400) / 3600 + site.longitude / 15
    swing = site.daily_swing * (0.75 + 0.25 * season) * (0.35 + 0.65 * clearness)
    return np.asarray(
        site.mean_temperature
        + site.seasonal_swing * season
        + np.interp(hours, [-24, 0, 24], warmth)
        + swing * np.cos(2 * np.pi * (solar_h - 15) / 24)
    )
