"""Expectations of the survey are brought to what homes of a country use."""

from datetime import date
import json
from typing import Any

import pytest

from custom_components.wattwise.analytics.similar_homes import typical_homes
from custom_components.wattwise.analytics.similar_homes.comparison import (
    ExpectedYear,
    HomeFacts,
    compare,
)
from custom_components.wattwise.analytics.similar_homes.country_levels import (
    BY_USER,
    Level,
    level_factor,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.local_expectation import (
    expect_here,
)
from custom_components.wattwise.analytics.similar_homes.parts_of_use import (
    parts_of_use,
)
from custom_components.wattwise.analytics.similar_homes.typical_homes import (
    climate_of_country,
    kinds_of_homes,
    use_of_country,
)
from custom_components.wattwise.analytics.similar_homes.usual_climate import (
    climate_at,
    degree_days_of_country,
)

PLACES = {
    "SE": (59.3, 18.1),
    "NO": (59.9, 10.75),
    "FI": (60.2, 24.9),
    "DE": (52.5, 13.4),
    "GB": (51.5, -0.1),
    "GR": (38.0, 23.7),
}


def expected(country: str, profile: HouseholdProfile) -> ExpectedYear:
    """Return what is expected of a home in the capital."""
    latitude, longitude = PLACES[country]
    climate = climate_at(latitude, longitude)
    today = date(2025, 11, 22)
    found = compare(HomeFacts(profile, climate, latitude, country, None, today))
    assert found.expected is not None
    return found.expected


def home(
    dwelling: Dwelling,
    floor_area_m2: float,
    occupants: int,
    heating: Heating,
    hot_water: HotWater,
    air_conditioning: AirConditioning = AirConditioning.NONE,
) -> HouseholdProfile:
    """Return a home that answered all six questions."""
    return HouseholdProfile(
        dwelling=dwelling,
        floor_area_m2=floor_area_m2,
        occupants=occupants,
        heating=heating,
        hot_water=hot_water,
        air_conditioning=air_conditioning,
    )


def level(country: str | None, average_kwh: float | None = None) -> Level:
    """Return a level that there is."""
    found = level_factor(country, average_kwh)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def table() -> Any:
    """Read the table as it is shipped."""
    return json.loads(typical_homes._FILE.read_text(encoding="utf-8"))


FLAT = (Dwelling.APARTMENT_5PLUS, 65, 2)
HOUSE = (Dwelling.DETACHED, 130, 4)
TERRACED = (Dwelling.ATTACHED, 85, 3)
DISTRICT = (Heating.DISTRICT, HotWater.DISTRICT)
GAS = (Heating.GAS, HotWater.FUEL)
ELECTRIC = (Heating.ELECTRIC, HotWater.ELECTRIC)
PUMP = (Heating.HEAT_PUMP, HotWater.HEAT_PUMP)


@pytest.mark.parametrize(
    ("country", "size", "heat", "low", "high"),
    [
        # A Swedish utility: 5,000 in a house, and 20,000 to 25,000 where it is heated with
        # electricity. About 2,000 is said of flats. The table was chosen by these.
        ("SE", FLAT, DISTRICT, 1_400, 2_700),
        ("SE", HOUSE, DISTRICT, 4_000, 6_500),
        ("SE", HOUSE, ELECTRIC, 15_000, 28_000),
        # A Finnish utility: 2,500; terraced 4,000, with electric heating 12,000.
        ("FI", FLAT, DISTRICT, 1_900, 3_200),
        ("FI", TERRACED, DISTRICT, 3_000, 5_000),
        ("FI", TERRACED, ELECTRIC, 9_500, 15_000),
        ("DE", FLAT, GAS, 1_500, 2_300),
        # 4,000 without heating, and 3,500 to 6,000 for the pump.
        ("DE", (Dwelling.DETACHED, 150, 4), PUMP, 7_000, 9_500),
        ("GB", (Dwelling.ATTACHED, 90, 3), GAS, 2_300, 3_400),
    ],
)
def test_published_homes(
    country: str,
    size: tuple[Dwelling, float, int],
    heat: tuple[Heating, HotWater],
    low: float,
    high: float,
) -> None:
    """What guides and statistics tell of kinds of homes is about what is expected."""
    assert low < expected(country, home(*size, *heat)).year.kwh < high


def test_cooling_needs_warm_days() -> None:
    """The same devices take next to nothing in Oslo, and more in Athens than in Berlin."""

    def more(country: str) -> float:
        none = home(*HOUSE, *GAS)
        rooms = home(*HOUSE, *GAS, AirConditioning.ROOM_UNITS)
        return expected(country, rooms).year.kwh - expected(country, none).year.kwh

    assert 0 <= more("NO") < 100
    assert more("NO") < more("DE") < 300
    assert 300 < more("GR") < 1_200


def test_a_mild_year_moves_heat_alone() -> None:
    """A home that burns gas is expected the same anywhere, an electric one less."""
    climate = climate_at(*PLACES["DE"])
    here = level("DE")

    def kwh(heating: Heating, part: float) -> float:
        mild = type(climate)(tuple(part * d for d in climate.heating), climate.cooling)
        profile = home(*HOUSE, heating, HotWater.FUEL)
        return expect_here("DE", here, profile, mild).median_kwh

    assert kwh(Heating.GAS, 0.85) == pytest.approx(kwh(Heating.GAS, 1))
    heat = kwh(Heating.ELECTRIC, 1) - kwh(Heating.GAS, 1)
    less = kwh(Heating.ELECTRIC, 1) - kwh(Heating.ELECTRIC, 0.85)
    assert less == pytest.approx(0.15 * heat, rel=0.05)


def test_months_of_electric_heat() -> None:
    """More than a third of a Norwegian house's use is in the three coldest months."""
    year = expected("NO", home(*HOUSE, *ELECTRIC))
    winter = sum(year.months[month].kwh for month in (11, 0, 1))
    assert 0.35 < winter / year.year.kwh < 0.5


def test_the_survey_is_its_own_country() -> None:
    """In the country of the survey, nothing has to be brought anywhere."""
    assert level("US").factor == pytest.approx(1, abs=0.06)


def test_levels_differ_less_than_uses() -> None:
    """That Norwegians use eight times as much as Romanians is mostly how they heat."""
    norway, romania = level("NO"), level("RO")
    assert norway.average_kwh > 8 * romania.average_kwh
    assert norway.factor < 4 * romania.factor


def test_the_mean_home_uses_the_average(table: Any) -> None:
    """All kinds of homes of a country together use what was published."""
    for country in table["countries"]:
        here, climate = level(country), climate_of_country(country)
        mean = sum(
            share
            * parts_of_use(country, kind, climate).mean_by_median
            * expect_here(country, here, kind, climate).median_kwh
            for share, kind in kinds_of_homes(country)
        )
        assert mean == pytest.approx(here.average_kwh), country


def test_the_household_knows_better() -> None:
    """A figure of its own replaces the published one, and is said to be its own."""
    published, own = level("DE"), level("DE", 2500)
    assert own.source == BY_USER
    assert published.source == "BDEW, 2020"
    assert own.average_kwh == 2500
    # Homes are heated alike all the same: the rest is less.
    assert own.factor < published.factor * 2500 / published.average_kwh
    assert own.weather == published.weather == 1
    # Of so little, heat can only be a part.
    poor = level("NO", 2_000)
    assert poor.weather < 0.2
    assert poor.factor > 0.05


def test_how_sure_a_level_is() -> None:
    """Least where households are guessed and homes are heated with electricity."""
    assert level("DE").off >= 0.15
    assert level("GB").off > level("DE").off
    assert level("NO").off > level("GB").off
    assert "estimate" in level("NO").source
    assert "IEA" in level("NO").source


def test_countries_nobody_counted() -> None:
    """Without a figure nothing is made up; with one's own, any country has a level."""
    assert level_factor("KI", None) is None
    assert level_factor(None, None) is None
    assert level_factor("KI", 0) is None
    for country in ("KI", None, "not a country"):
        assert 0.05 < level(country, 1500).factor < 1


def test_every_row_is_one(table: Any) -> None:
    """Shares are shares, and each country has a climate and a level that can be."""
    for country, row in table["countries"].items():
        detached, attached, area, people, *shares = row["home"]
        assert 0 < detached + attached <= 1, country
        assert 40 <= area <= 250, country
        assert 1.5 <= people <= 6, country
        heating, pumps, water, rooms, central = shares
        assert max(heating + pumps, water, rooms + central) <= 1, country
        assert min(shares) >= 0, country
        assert degree_days_of_country(country), country
        assert 0.15 < level(country).factor < 1.3, country
        assert str(row["year"]) in level(country).source


def test_kinds_of_homes_add_up(table: Any) -> None:
    """All kinds of a country's homes are all of them, and as large as they are."""
    for country, row in [*table["countries"].items(), ("??", {})]:
        homes = typical_homes.CountryHomes(*row.get("home", table["elsewhere"]))
        kinds = kinds_of_homes(country)
        assert min(share for share, _ in kinds) > 0, country
        assert sum(share for share, _ in kinds) == pytest.approx(1), country
        area = sum(share * (profile.floor_area_m2 or 0) for share, profile in kinds)
        assert area == pytest.approx(homes.floor_area_m2)
        people = sum(share * (profile.occupants or 0) for share, profile in kinds)
        assert people == pytest.approx(homes.people)
        pumps = sum(share for share, one in kinds if one.heating is Heating.HEAT_PUMP)
        assert pumps == pytest.approx(homes.heat_pumps)


def test_flats_of_cold_countries_have_other_heat() -> None:
    """Swedish houses have electric heat, Swedish flats hardly ever do."""

    def electric(dwelling: Dwelling) -> float:
        kinds = [one for one in kinds_of_homes("SE") if one[1].dwelling is dwelling]
        burning = sum(share for share, one in kinds if one.heating is Heating.GAS)
        return 1 - burning / sum(share for share, _ in kinds)

    assert electric(Dwelling.APARTMENT_5PLUS) < 0.15
    assert electric(Dwelling.DETACHED) > 0.6


def test_what_is_skipped_is_usual_for_such_homes() -> None:
    """A Swedish flat that does not say what heats it is not taken for a house."""
    climate = climate_of_country("SE")
    flat = HouseholdProfile(dwelling=Dwelling.APARTMENT_5PLUS, floor_area_m2=100)
    house = HouseholdProfile(dwelling=Dwelling.DETACHED, floor_area_m2=100)
    of_flat = parts_of_use("SE", flat, climate).heating_kwh
    assert of_flat == 0
    assert parts_of_use("SE", house, climate).heating_kwh > 2_000


def test_no_average_no_use() -> None:
    """Countries that nobody counted have none."""
    assert use_of_country("NO") is not None
    assert use_of_country("KI") is None
