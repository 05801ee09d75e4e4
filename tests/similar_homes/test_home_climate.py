"""A household's climate is that of its own weather, once a year of it is known."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.analytics.similar_homes.climate import Climate
from custom_components.wattwise.analytics.similar_homes.usual_climate import climate_at
from custom_components.wattwise.similar_homes.home_climate import climate_of_home

LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=LORD_HOWE)
PLACE = (-31.55, 159.08, 5.0)


def _hours(days: int, celsius: Callable[[datetime], float]) -> dict[int, float]:
    """Return temperatures of the last days and of two to come."""
    end = int((NOW + timedelta(days=2)).timestamp()) // 3600 * 3600
    return {
        start: celsius(datetime.fromtimestamp(start, LORD_HOWE))
        for start in range(end - (days + 2) * 86_400, end, 3600)
    }


def _of(temperature: dict[int, float]) -> Climate:
    return climate_of_home(temperature, NOW, *PLACE)


def test_a_new_home_has_the_climate_of_its_place() -> None:
    """Without a year of weather, the table is asked; eleven months are no year."""
    usual = climate_at(*PLACE)
    assert _of({}) == usual
    assert _of(_hours(330, lambda _: 0.0)) == usual


def test_a_year_of_weather_is_better() -> None:
    """A year as cold as this one is told by its own days, over changes of the clock."""
    climate = _of(_hours(400, lambda at: 8.3 if at.month == 7 else 20.3))
    assert climate.heating[6] == pytest.approx(310, rel=0.001)
    assert climate.heating[5] == 0
    assert climate.cooling[0] == pytest.approx(62, rel=0.001)
    assert climate.cooling[6] == 0


def test_only_the_last_year_counts() -> None:
    """A hot year before the last one, and the days to come, change nothing."""
    boiling = NOW - timedelta(days=366)

    def celsius(at: datetime) -> float:
        return 60.0 if at < boiling or at > NOW else 8.3

    climate = _of(_hours(700, celsius))
    assert climate.cooling_year == 0
    assert climate.heating_year == pytest.approx(3652, rel=0.001)


def test_days_with_holes_do_not_count() -> None:
    """Nights alone are no days: the place is asked instead."""
    nights = {
        start: celsius
        for start, celsius in _hours(400, lambda _: 0.0).items()
        if datetime.fromtimestamp(start, LORD_HOWE).hour < 18
    }
    assert _of(nights) == climate_at(*PLACE)
