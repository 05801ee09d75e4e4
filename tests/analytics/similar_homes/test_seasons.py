"""How use is spread over a year, and how surely some days tell of the rest."""

from datetime import date, timedelta

import pytest

from custom_components.wattwise.analytics.similar_homes.climate import Climate
from custom_components.wattwise.analytics.similar_homes.seasons import (
    Seasons,
    dark_hours,
    seasons_of,
)

# About London: nothing to cool.
COLD = Climate((406, 364, 332, 253, 160, 75, 35, 38, 88, 196, 309, 397), (0.0,) * 12)
# About Singapore.
HOT = Climate((0.0,) * 12, (270, 260, 300, 300, 310, 300, 300, 300, 290, 290, 270, 265))
YEAR = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]


def cold(heating_share: float = 0.2, latitude: float = 51.5) -> Seasons:
    """Return the seasons of a home that is heated in winter."""
    return seasons_of(COLD, latitude, heating_share=heating_share, cooling_share=0.0)


@pytest.mark.parametrize(
    ("latitude", "day", "hours"),
    [
        # Sunrise and sunset of almanacs.
        (51.5, date(2025, 6, 21), 24 - 16.63),
        (51.5, date(2025, 12, 21), 24 - 7.83),
        (0.0, date(2025, 3, 20), 24 - 12.1),
        (-33.9, date(2025, 6, 21), 24 - 9.9),
        (69.6, date(2025, 12, 21), 24.0),
        (69.6, date(2025, 6, 21), 0.0),
        (90.0, date(2025, 6, 21), 0.0),
        (-90.0, date(2025, 6, 21), 24.0),
    ],
)
def test_dark_hours(latitude: float, day: date, hours: float) -> None:
    """How long the sun is down is what almanacs say, also beyond the polar circles."""
    number = day.timetuple().tm_yday
    assert dark_hours(latitude, number) == pytest.approx(hours, abs=0.1)


@pytest.mark.parametrize("latitude", [-90, -33.9, 0, 51.5, 90])
def test_a_year_is_a_year(latitude: float) -> None:
    """Its days have the mean 1, and its months are all of it."""
    seasons = cold(0.4, latitude)
    assert sum(map(seasons.rate, YEAR)) == pytest.approx(365)
    assert sum(seasons.month_shares()) == pytest.approx(1)
    assert min(map(seasons.rate, YEAR)) > 0


def test_winter_is_where_it_is_cold_and_dark() -> None:
    """Heating makes the difference, and a little stays without it."""
    heated, unheated = cold(0.6).month_shares(), cold(0.0).month_shares()
    assert heated[0] > 2 * heated[6]
    assert 1 < unheated[0] / unheated[6] < 1.5
    southern = cold(0.0, -51.5).month_shares()
    assert southern[6] > southern[0]


def test_no_step_from_month_to_month() -> None:
    """A day is much like the one before, also at the turn of a month and a year."""
    seasons = cold(0.6)
    for day in YEAR:
        after = seasons.rate(day + timedelta(days=1))
        assert after == pytest.approx(seasons.rate(day), abs=0.03)


def test_a_leap_day_is_like_the_day_before() -> None:
    """No year is missing a day for it."""
    seasons = cold()
    assert seasons.rate(date(2024, 2, 29)) == seasons.rate(date(2024, 2, 28))


def test_what_summer_says_of_winter() -> None:
    """Less, the more heating is expected; a whole year leaves nothing open."""
    july = [day for day in YEAR if day.month == 7]
    april = [day for day in YEAR if day.month == 4]
    assert cold(0.6).spread(july) > 2 * cold(0.2).spread(july)
    assert cold(0.2).spread(july) > 2 * cold(0.2).spread(april)
    assert cold(0.6).spread(YEAR) == pytest.approx(0, abs=0.001)


def test_no_seasons_without_weather() -> None:
    """What would follow a weather that there is not is spread evenly."""
    seasons = seasons_of(HOT, 1.3, heating_share=0.3, cooling_share=0.5)
    assert seasons.heating_share == 0
    assert seasons.month_shares()[4] > seasons.month_shares()[1]


def test_no_days_say_nothing() -> None:
    """Whoever asks of no days made a mistake."""
    with pytest.raises(ValueError, match="No days"):
        cold().spread([])
