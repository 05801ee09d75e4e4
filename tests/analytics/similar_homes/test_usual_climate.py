"""The climate of a place is told nearly as its weather station would."""

from datetime import date, timedelta
from math import cos, pi

import pytest

from custom_components.wattwise.analytics.similar_homes.climate import (
    BASE_C,
    climate_of_days,
    climate_of_months,
)
from custom_components.wattwise.analytics.similar_homes.usual_climate import (
    climate_at,
    climate_table,
    degree_days_of_country,
)

# Degree days of a year, base 18.3 °C, from the daily means of NOAA's Global Surface
# Summary of the Day, 2000 to 2013, at the station of each city (latitude, longitude,
# altitude).
STATIONS = {
    "Munich": ((48.14, 11.71, 529), 3450, 132),
    "London": ((51.48, -0.45, 25), 2571, 85),
    "Oslo": ((60.2, 11.08, 204), 4722, 28),
    "Madrid": ((40.45, -3.55, 582), 2047, 732),
    "New York": ((40.78, -73.87, 9), 2507, 713),
    "Houston": ((29.97, -95.35, 33), 747, 1710),
    "Winnipeg": ((49.9, -97.23, 239), 5568, 182),
    "Delhi": ((28.58, 77.2, 216), 339, 2769),
    "Singapore": ((1.37, 103.98, 16), 0, 3468),
}


@pytest.mark.parametrize("city", STATIONS)
def test_cities(city: str) -> None:
    """Cities all over the world get their own climate, within an eighth."""
    place, heating, cooling = STATIONS[city]
    climate = climate_at(*place)
    assert climate.heating_year == pytest.approx(heating, rel=0.125, abs=50)
    assert climate.cooling_year == pytest.approx(cooling, rel=0.125, abs=150)


def test_seasons_are_those_of_the_hemisphere() -> None:
    """In the south the middle of the year is cold."""
    sydney = climate_at(-33.9, 151.2, 20)
    assert sydney.heating[6] - 130 > sydney.heating[0]
    assert sydney.cooling[0] - 80 > sydney.cooling[6]
    munich = climate_at(48.1, 11.6, 520)
    assert munich.heating[0] - 450 > munich.heating[6]


def test_higher_is_colder() -> None:
    """Davos, a kilometre above its neighbourhood, needs more heat than where most live."""
    valley, davos = climate_at(46.8, 9.83), climate_at(46.8, 9.83, 1560)
    assert davos.heating_year > valley.heating_year + 1000
    assert davos.heating_year == pytest.approx(5300, rel=0.15)


def test_any_place_has_a_climate() -> None:
    """Beyond where people live, across the date line and at the poles there is one too."""
    assert climate_at(90, 0).heating_year > 5000
    assert climate_at(-90, 0).heating_year > 5000
    assert climate_at(-30, -120).heating_year < 2000
    east, west = climate_at(-17.8, 179.99), climate_at(-17.8, -179.99)
    assert east.cooling_year == pytest.approx(west.cooling_year, rel=0.02)
    dublin, same = climate_at(53.3, -6.2), climate_at(53.3, 353.8)
    assert dublin.heating == pytest.approx(same.heating)


@pytest.mark.parametrize("place", [(91, 0), (-90.1, 0), (0, 361), (float("nan"), 0)])
def test_what_is_no_place(place: tuple[float, float]) -> None:
    """Coordinates that are none are refused."""
    with pytest.raises(ValueError, match="Not on earth"):
        climate_at(*place)


def test_countries() -> None:
    """Where a country's people live is told, also of large countries."""
    norway, brazil = degree_days_of_country("NO"), degree_days_of_country("BR")
    assert norway is not None
    assert brazil is not None
    assert norway == pytest.approx((4250, 70), rel=0.1, abs=30)
    assert brazil == pytest.approx((150, 1850), rel=0.1, abs=50)
    assert degree_days_of_country("XX") is None
    assert len(climate_table().countries) > 200


def test_months_and_days_tell_the_same() -> None:
    """Means of months come to the degree days that the days themselves come to."""
    first = date(2023, 1, 1)
    days = {
        first + timedelta(days=index): 10
        - 9 * cos(2 * pi * (index - 20) / 365)
        + 6 * cos(index * 2.4)
        for index in range(365)
    }
    months = [
        sum(mean for day, mean in days.items() if day.month == month)
        / sum(day.month == month for day in days)
        for month in range(1, 13)
    ]
    exact, estimated = climate_of_days(days), climate_of_months(months)
    assert estimated.heating_year == pytest.approx(exact.heating_year, rel=0.02)
    assert estimated.cooling_year == pytest.approx(exact.cooling_year, abs=40)
    assert exact.heating_year == pytest.approx(
        sum(max(BASE_C - mean, 0) for mean in days.values()), rel=0.002
    )


def test_a_month_without_days() -> None:
    """A year that lacks a month has no climate."""
    with pytest.raises(ValueError, match="No day of month 2"):
        climate_of_days({date(2023, 1, 1): 3.0})
