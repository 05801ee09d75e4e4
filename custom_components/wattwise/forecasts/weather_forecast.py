"""What a weather entity expects of the coming days, hour by hour."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
import math
from typing import Any, Final

from homeassistant.components.weather.const import (
    ATTR_WEATHER_TEMPERATURE_UNIT,
    DOMAIN as WEATHER_DOMAIN,
    SERVICE_GET_FORECASTS,
    WeatherEntityFeature,
)
from homeassistant.const import (
    ATTR_ENTITY_ID,
    ATTR_SUPPORTED_FEATURES,
    ATTR_TEMPERATURE,
    UnitOfTemperature,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import TemperatureConverter

from .resolutions import HOUR

_ANSWERED_WITHIN_S: Final = 20.0
# Days of which hours are wanted: today, and those that forecasts look at.
DAYS: Final = 4
# What is told at least this often is taken as told for the hours between.
_LONGEST_STEP: Final = timedelta(hours=6).total_seconds()
# When a day is coldest and warmest, for who tells only the two.
_COLDEST: Final = time(5)
_WARMEST: Final = time(15)
_NOON: Final = time(12)
_COARSE_STEP: Final = timedelta(hours=26).total_seconds()
_HALF_A_DAY: Final = timedelta(hours=15).total_seconds()

type HourlyValues = dict[int, float]
type _Points = dict[float, float]
type _Told = Mapping[str, Any]


class WeatherUnavailableError(Exception):
    """The weather entity tells nothing at the moment."""


@dataclass(frozen=True, slots=True)
class WeatherHours:
    """Temperature [degrees Celsius] and cloud cover [0 to 1].

    By the start of the hour [s since the epoch]; what is not known is left out.
    """

    temperature: HourlyValues
    cloud: HourlyValues


async def async_weather_forecast(
    hass: HomeAssistant, entity_id: str, now: datetime
) -> WeatherHours:
    """Ask a weather entity for the hours of today and the coming days.

    Hours that it does not tell are taken from its forecast of half or whole days, if it
    has one. Raises WeatherUnavailableError.
    """
    if (state := hass.states.get(entity_id)) is None:
        raise WeatherUnavailableError("it is not there")
    features = state.attributes.get(ATTR_SUPPORTED_FEATURES) or 0
    today = dt_util.as_local(now).date()
    wanted = list(hours_of(today, DAYS))
    found = WeatherHours({}, {})
    for feature, kind in (
        (WeatherEntityFeature.FORECAST_HOURLY, "hourly"),
        (WeatherEntityFeature.FORECAST_TWICE_DAILY, "twice_daily"),
        (WeatherEntityFeature.FORECAST_DAILY, "daily"),
    ):
        if not features & feature or (found.temperature and _reaches(found, wanted)):
            continue
        told = await _async_told(hass, entity_id, kind)
        coarser = (_hourly if kind == "hourly" else _by_days)(told, state, wanted)
        found = WeatherHours(
            coarser.temperature | found.temperature, coarser.cloud | found.cloud
        )
    if not found.temperature and not found.cloud:
        raise WeatherUnavailableError("it tells no forecast")
    return found


def hours_of(day: date, days: int = 1) -> Iterator[int]:
    """Yield the starts of the hours of local days, counted from each midnight."""
    for index in range(days):
        begin, end = (
            int(dt_util.start_of_local_day(day + timedelta(index + more)).timestamp())
            for more in (0, 1)
        )
        yield from range(begin, end, HOUR)


def _reaches(found: WeatherHours, wanted: list[int]) -> bool:
    return max(found.temperature) >= wanted[-1]


async def _async_told(hass: HomeAssistant, entity_id: str, kind: str) -> list[_Told]:
    try:
        async with asyncio.timeout(_ANSWERED_WITHIN_S):
            answer = await hass.services.async_call(
                WEATHER_DOMAIN,
                SERVICE_GET_FORECASTS,
                {ATTR_ENTITY_ID: entity_id, "type": kind},
                blocking=True,
                return_response=True,
            )
    except HomeAssistantError as err:
        raise WeatherUnavailableError(str(err)) from err
    except TimeoutError as err:
        raise WeatherUnavailableError("it did not answer in time") from err
    except Exception as err:
        # Whatever goes wrong in somebody else's integration.
        raise WeatherUnavailableError(repr(err)) from err
    of_entity = (answer or {}).get(entity_id)
    forecast = of_entity.get("forecast") if isinstance(of_entity, dict) else None
    if not isinstance(forecast, list):
        return []
    return [told for told in forecast if isinstance(told, dict)]


def _hourly(told: Iterable[_Told], state: State, wanted: list[int]) -> WeatherHours:
    """Return what is told by hours, or by steps of a few hours."""
    temperature: _Points = {}
    cloud: _Points = {}
    for entry in told:
        if moment := _moment(entry):
            at = moment.timestamp()
            _add(temperature, at, _degrees(entry.get(ATTR_TEMPERATURE), state))
            _add(cloud, at, _share(entry))
    return WeatherHours(
        _sampled(temperature, wanted, _LONGEST_STEP, before=0.0, after=HOUR),
        _sampled(cloud, wanted, _LONGEST_STEP, before=0.0, after=HOUR),
    )


def _by_days(told: Iterable[_Told], state: State, wanted: list[int]) -> WeatherHours:
    """Return hours between the coldest and the warmest ones of days or half days."""
    temperature: _Points = {}
    cloud: _Points = {}
    for entry in told:
        if (moment := _moment(entry)) is None:
            continue
        local = dt_util.as_local(moment)
        day, low = local.date(), entry.get("templow")
        high = entry.get(ATTR_TEMPERATURE)
        if entry.get("is_daytime") is False:
            # A night is as cold as the morning it ends in.
            low, high = high, None
            day += timedelta(1 if local.time() >= _NOON else 0)
        _add(temperature, _at(day, _COLDEST), _degrees(low, state))
        _add(temperature, _at(day, _WARMEST), _degrees(high, state))
        _add(cloud, _at(day, _NOON), _share(entry))
    return WeatherHours(
        *(
            _sampled(points, wanted, _COARSE_STEP, _HALF_A_DAY, _HALF_A_DAY)
            for points in (temperature, cloud)
        )
    )


def _sampled(
    points: _Points, wanted: list[int], longest: float, before: float, after: float
) -> HourlyValues:
    """Return the values on the lines between points that are not too far apart.

    Up to `before` the first and `after` the last of a row of points [s], its value.
    """
    times = sorted(points)
    hours: HourlyValues = {}
    for start in wanted:
        at = bisect_right(times, start)
        left = times[at - 1] if at else None
        right = times[at] if at < len(times) else None
        if left is not None and right is not None and right - left <= longest:
            share = (start - left) / (right - left)
            hours[start] = points[left] + share * (points[right] - points[left])
        elif left is not None and start - left < after:
            hours[start] = points[left]
        elif right is not None and right - start <= before:
            hours[start] = points[right]
    return hours


def _add(points: _Points, at: float, value: float | None) -> None:
    if value is not None:
        points[at] = value


def _at(day: date, moment: time) -> float:
    zone = dt_util.get_default_time_zone()
    return datetime.combine(day, moment, zone).timestamp()


def _moment(entry: _Told) -> datetime | None:
    told = entry.get("datetime")
    moment = dt_util.parse_datetime(told) if isinstance(told, str) else None
    if moment and moment.tzinfo is None:
        return moment.replace(tzinfo=dt_util.get_default_time_zone())
    return moment


def _degrees(value: object, state: State) -> float | None:
    number = _number(value)
    unit = state.attributes.get(ATTR_WEATHER_TEMPERATURE_UNIT)
    if number is None or unit not in TemperatureConverter.VALID_UNITS:
        return None
    return TemperatureConverter.convert(number, unit, UnitOfTemperature.CELSIUS)


def _share(entry: _Told) -> float | None:
    number = _number(entry.get("cloud_coverage"))
    return None if number is None else min(max(number / 100, 0.0), 1.0)


def _number(value: object) -> float | None:
    if not isinstance(value, int | float | str) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
