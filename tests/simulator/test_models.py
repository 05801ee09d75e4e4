"""Sun, heat and randomness, against what can be worked out by hand."""

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

import wattwise_dev.simulator
from wattwise_dev.simulator import household_named
from wattwise_dev.simulator.appliances.photovoltaics import Photovoltaics
from wattwise_dev.simulator.appliances.thermostat import reheating
from wattwise_dev.simulator.ledger import appliance_powers
from wattwise_dev.simulator.randomness import smooth_noise
from wattwise_dev.simulator.site import Site
from wattwise_dev.simulator.weather import sun_position, weather_of

EQUATOR = Site("UTC", 0.0, 0.0, 26.0, 1.0, 4.0)
CAPE = Site("Africa/Johannesburg", -33.9, 18.4, 17.0, 4.5, 5.0)
OSLO = Site("Europe/Oslo", 59.9, 10.75, 6.0, 10.5, 4.0)


def highest_sun(site: Site, day: date) -> float:
    """Return the elevation of the sun at its highest [degrees]."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    elevation, _ = sun_position(site, int(midnight) + np.arange(0, 86_400, 60))
    return float(np.degrees(elevation.max()))


@pytest.mark.parametrize(
    ("site", "day", "degrees"),
    [
        # 90 - |latitude - declination|, the declination being 23.44 at the solstice.
        (OSLO, date(2026, 6, 21), 53.5),
        (OSLO, date(2026, 12, 21), 6.7),
        (EQUATOR, date(2026, 3, 20), 90.0),
        (CAPE, date(2026, 12, 21), 79.5),
        (CAPE, date(2026, 6, 21), 32.7),
    ],
)
def test_the_sun_stands_where_it_does(site: Site, day: date, degrees: float) -> None:
    """The height at noon follows from latitude and date."""
    assert highest_sun(site, day) == pytest.approx(degrees, abs=0.7)


def test_the_sun_is_south_at_noon_in_the_north() -> None:
    """And in the east in the morning."""
    noon = datetime(2026, 6, 21, 11, 19, tzinfo=UTC)
    _, azimuth = sun_position(OSLO, np.array([int(noon.timestamp())]))
    assert float(np.degrees(azimuth[0])) == pytest.approx(180, abs=2)
    _, azimuth = sun_position(OSLO, np.array([int(noon.timestamp()) - 6 * 3600]))
    assert 60 < float(np.degrees(azimuth[0])) < 110


def test_winter_is_in_july_in_the_south() -> None:
    """Seasons follow the sign of the latitude."""
    january, july = (
        np.mean(
            [
                weather_of(CAPE, 0, "cape", date(2026, month, day)).temperature.mean()
                for day in range(1, 29)
            ]
        )
        for month in (1, 7)
    )
    assert 6 < january - july < 12


def test_temperature_has_no_steps() -> None:
    """Neighbouring days meet at the same temperature."""
    one, other = (weather_of(OSLO, 5, "home", date(2026, 5, day)) for day in (3, 4))
    assert one.temperature[-1] == pytest.approx(other.temperature[0], abs=0.1)
    assert np.abs(np.diff(one.temperature)).max() < 0.1


def test_noise_joins_the_next_day() -> None:
    """The last value of a day leads to the first one of the next."""
    one, other = (
        smooth_noise(1, "home", "noise", day=date(2026, 5, day), length=3600, knot_s=60)
        for day in (3, 4)
    )
    assert abs(one[-1] - other[0]) < 0.2
    assert 0.5 < one.std() < 1.3


def test_a_year_of_photovoltaics() -> None:
    """A kilowatt peak in Vienna yields about 1,050 kWh a year."""
    household = household_named("family")
    (panels,) = household.producers
    assert isinstance(panels, Photovoltaics)
    days = [
        date.fromordinal(date(2026, 1, 1).toordinal() + n) for n in range(0, 365, 5)
    ]
    sums = [panels.power(household.living_day(3, day)).sum() / 3.6e6 for day in days]
    assert 880 < 5 * sum(sums) / (panels.peak_w / 1000) < 1250


def test_heat_store_is_refilled_exactly() -> None:
    """What is drawn and lost is heated again, and no more."""
    periods = list(
        reheating(
            [(3_600, 600, 6_000.0)],
            length=86_400,
            heater_w=2_000.0,
            loss_w=0.0,
            allowed_wh=450.0,
            missing_wh=0.0,
        )
    )
    # 450 Wh are gone after 270 s; in all 1,000 Wh are drawn: half an hour of heating.
    ((start, end),) = periods
    assert start == 3_600 + 270
    assert end - start == 1_800


def test_heat_store_makes_up_for_losses() -> None:
    """Losses alone switch it on now and then, for the right share of the day."""
    periods = list(reheating([], 86_400, 2_000.0, 50.0, 400.0, 0.0))
    # 400 Wh are lost in eight hours, and heated again at 2,000 - 50 W.
    assert [end - start for start, end in periods] == [739, 739]
    assert periods[0][0] == 8 * 3600
    assert periods[1][0] == pytest.approx(16 * 3600 + 739, abs=60)


def test_powers_are_never_negative_and_as_long_as_the_day() -> None:
    """Whatever the day, also those on which clocks change."""
    for name in ("family", "shift_worker"):
        household = household_named(name)
        for day in (date(2026, 3, 28), date(2026, 10, 24), date(2026, 7, 1)):
            length = household.site.day_length(day)
            for what, power in appliance_powers(household, 9, day).items():
                assert power.shape == (length,), what
                assert power.min() >= 0, what
                assert np.isfinite(power).all(), what


def test_independent_of_what_it_tests() -> None:
    """The simulator imports neither Home Assistant nor the integration."""
    folder = Path(wattwise_dev.simulator.__file__).parent
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in getattr(node, "names", [])]
            module = getattr(node, "module", None) or ""
            for name in (module, *names):
                assert not str(name).startswith(("homeassistant", "custom_components"))
