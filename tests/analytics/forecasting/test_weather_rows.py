"""Weather that is known by hours, and a home that is heated."""

from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.covariates import Covariates
from custom_components.wattwise.analytics.forecasting.local_days import (
    Floats,
    LocalClock,
)
from custom_components.wattwise.analytics.forecasting.model import FittedModel
from custom_components.wattwise.analytics.forecasting.models.analog_days import (
    AnalogDays,
)
from custom_components.wattwise.analytics.forecasting.models.median_regression import (
    MedianRegression,
)
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.models.weighted_days import (
    WeightedDays,
)
from custom_components.wattwise.analytics.forecasting.past import (
    DAYS_AHEAD,
    LEAST_WEATHER_DAYS,
    Past,
    Weather,
)
from custom_components.wattwise.analytics.forecasting.weather_rows import weather_rows

from .made_up_homes import home

BERLIN: Final = ZoneInfo("Europe/Berlin")
DAYS: Final = 110
# Days at the end that are forecast.
JUDGED: Final = 24


def hours_from(first: date, count: int, zone: ZoneInfo = BERLIN) -> range:
    """Return the starts of hours from a local midnight on."""
    begin = int(datetime.combine(first, datetime.min.time(), zone).timestamp())
    return range(begin, begin + 3600 * count, 3600)


def test_hours_are_laid_where_their_slots_are() -> None:
    """Each slot has the weather of the hour in which it begins; others have none."""
    first = date(2026, 6, 8)
    degrees = {start: float(i) for i, start in enumerate(hours_from(first, 30))}
    rows = weather_rows(
        Covariates(temperature=degrees), LocalClock(BERLIN, 1800), first, 3
    )
    assert rows
    assert rows.temperature.shape == (3, 48)
    assert rows.temperature[0].tolist() == [index // 2 for index in range(48)]
    assert rows.temperature[1, :12].tolist() == [24 + index // 2 for index in range(12)]
    assert np.isnan(rows.temperature[1, 12:]).all()
    assert np.isnan(rows.temperature[2]).all()
    assert np.isnan(rows.cloud).all()


@pytest.mark.parametrize(
    ("zone", "day", "slots"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 24),
        ("Asia/Kolkata", date(2026, 6, 8), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 24),
    ],
)
def test_hours_of_any_clock(zone: str, day: date, slots: int) -> None:
    """On days on which the clock is changed, no hour gets the weather of another day."""
    local = ZoneInfo(zone)
    begin = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
    degrees = {
        at: float(datetime.fromtimestamp(at, local).day)
        for at in range(begin, begin + 365 * 86400, 3600)
    }
    rows = weather_rows(
        Covariates(temperature=degrees), LocalClock(local, 3600), day, 2
    )
    assert rows
    known = rows.temperature[0][~np.isnan(rows.temperature[0])]
    assert len(known) == slots
    # Where hours begin at half past in UTC, the first slot begins in an older one.
    assert set(known[1:].tolist()) == {float(day.day)}


def test_what_no_place_ever_had_is_not_known() -> None:
    """Not a number, 999 degrees, or clouds of 80 instead of 0.8 are no weather."""
    first = date(2026, 6, 8)
    starts = list(hours_from(first, 4))
    known = Covariates(
        temperature=dict(zip(starts, [999.0, float("nan"), 12.0, -300.0], strict=True)),
        cloud=dict.fromkeys(starts, 80.0),
    )
    rows = weather_rows(known, LocalClock(BERLIN, 3600), first, 1)
    assert rows
    assert np.nansum(rows.temperature) == 12.0
    assert np.isnan(rows.cloud).all()
    nothing = Covariates(cloud=dict.fromkeys(starts, 80.0))
    assert weather_rows(nothing, LocalClock(BERLIN, 3600), first, 1) is None


def heated_home(*, heating: float, seed: int) -> tuple[Past, Weather]:
    """Return a home whose heating follows the cold, and the weather as forecast."""
    usual = home(DAYS, seed=seed)
    rng = np.random.default_rng(seed + 100)
    daily = np.zeros(DAYS + DAYS_AHEAD)
    for day in range(1, len(daily)):
        daily[day] = 0.75 * daily[day - 1] + rng.normal(0, 2.5)
    by_hour = 3 * np.sin((np.arange(24) - 9) / 24 * 2 * np.pi)
    degrees = 6 + daily[:, None] + by_hour
    heat = np.maximum(15 - degrees[:DAYS], 0) * heating
    issued = degrees + rng.normal(0, 1, (len(daily), 1))
    cloud = rng.random(degrees.shape)
    return (
        Past(usual.measured * 0.7 + heat, usual.calendar, first_day=usual.first_day),
        Weather(issued, cloud),
    )


def error(past: Past, weather: Weather | None) -> float:
    """Return how far the mean of what models say is off in the judged days."""
    known = Past(past.measured, past.calendar, weather, past.first_day)
    models = [WeightedDays(), AnalogDays(), MedianRegression(), RidgeRegression()]
    for model in models:
        if isinstance(model, FittedModel):
            model.fit(known.until(DAYS - JUDGED))
    off = []
    for day in range(DAYS - JUDGED, DAYS):
        said = [model.predict(known.until(day), 0).median for model in models]
        off.append(np.abs(np.mean(said, axis=0) - past.measured[day]).mean())
    return float(np.mean(off))


def known_since(weather: Weather, day: int) -> Weather:
    """Return weather that was not archived before a day."""
    rows: list[Floats] = []
    for part in (weather.temperature, weather.cloud):
        later = part.copy()
        later[:day] = np.nan
        rows.append(later)
    return Weather(*rows)


@pytest.mark.timeout(60)
def test_cold_days_are_known_beforehand() -> None:
    """Where heating follows the cold, the weather makes forecasts much better."""
    past, weather = heated_home(heating=0.08, seed=1)
    without = error(past, None)
    assert error(past, weather) < 0.75 * without


@pytest.mark.timeout(60)
@pytest.mark.parametrize("heating", [0.0, 0.08])
def test_a_young_archive_does_no_harm(heating: float) -> None:
    """With the weather of five days, nobody says more than without; later no worse."""
    past, weather = heated_home(heating=heating, seed=2)
    without = error(past, None)
    five_days = known_since(weather, DAYS - 5)
    assert Past(past.measured, past.calendar, five_days).usable_weather is None
    assert error(past, five_days) == without
    growing = known_since(weather, DAYS - JUDGED - LEAST_WEATHER_DAYS)
    assert error(past, growing) < 1.03 * without


def test_clouds_tell_what_a_roof_gives() -> None:
    """A roof under clouds gives a third; who knows them beforehand is much nearer."""
    rng = np.random.default_rng(4)
    days = DAYS + DAYS_AHEAD
    sun = np.maximum(np.cos((np.arange(24) - 13) / 8 * np.pi / 2), 0) ** 2
    sun[np.abs(np.arange(24) - 13) > 8] = 0
    cloud = np.clip(
        rng.beta(0.8, 0.8, (days, 1)) + rng.normal(0, 0.1, (days, 24)), 0, 1
    )
    measured = 3 * sun * (1 - 0.67 * cloud[:DAYS])
    calendar = home(DAYS).calendar
    told = np.clip(cloud + rng.normal(0, 0.1, (days, 1)), 0, 1)
    weather = Weather(np.full_like(cloud, np.nan), told)
    errors = []
    for known in (None, weather):
        past = Past(measured, calendar, known)
        model = RidgeRegression()
        model.fit(past.until(DAYS - JUDGED))
        errors.append(
            np.mean(
                [
                    np.abs(
                        model.predict(past.until(day), 0).mean - measured[day]
                    ).mean()
                    for day in range(DAYS - JUDGED, DAYS)
                ]
            )
        )
    assert errors[1] < 0.5 * errors[0]


def test_weather_without_clouds_is_weather() -> None:
    """What is known of too few days is not looked at; the rest is."""
    past, weather = heated_home(heating=0.08, seed=3)
    few = known_since(weather, DAYS - 5)
    mixed = Weather(weather.temperature, few.cloud)
    usable = Past(past.measured, past.calendar, mixed).usable_weather
    assert usable
    assert (usable.temperature == weather.temperature).all()
    assert np.isnan(usable.cloud).all()


def test_a_day_is_as_warm_as_its_known_hours() -> None:
    """A day with fewer than half its hours known has no temperature."""
    degrees = np.full((3, 24), 10.0)
    degrees[1, :10] = np.nan
    degrees[2, :14] = np.nan
    warmth = Weather(degrees, degrees).warmth
    assert warmth[:2].tolist() == [10.0, 10.0]
    assert np.isnan(warmth[2])
