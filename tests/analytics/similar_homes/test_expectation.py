"""What is expected of homes by the model that is shipped."""

from dataclasses import replace
from itertools import combinations, pairwise, product
import json
import subprocess
import sys

import pytest

from custom_components.wattwise.analytics.similar_homes.climate import Climate
from custom_components.wattwise.analytics.similar_homes.expectation import expect
from custom_components.wattwise.analytics.similar_homes.expected_use import (
    ExpectedUse,
    HouseholdGroup,
    percentile,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.model_file import FILE


def climate(heating: float, cooling: float) -> Climate:
    """Return a climate of so many degree days a year."""
    return Climate((heating / 12,) * 12, (cooling / 12,) * 12)


MILD = climate(2500, 300)
HOUSE = HouseholdProfile(
    dwelling=Dwelling.DETACHED,
    floor_area_m2=150,
    occupants=3,
    heating=Heating.GAS,
    hot_water=HotWater.FUEL,
    air_conditioning=AirConditioning.NONE,
    electric_heaters=False,
)
ALL_ELECTRIC = replace(HOUSE, heating=Heating.ELECTRIC, hot_water=HotWater.ELECTRIC)


def median(profile: HouseholdProfile, place: Climate | None = MILD) -> float:
    """Return what is expected."""
    return expect(profile, place).median_kwh


def test_more_of_a_home_uses_more() -> None:
    """Area, people, rooms, televisions and cooling add; so does electric heat."""
    for more in (
        {"floor_area_m2": 250},
        {"occupants": 5},
        {"air_conditioning": AirConditioning.CENTRAL},
        {"heating": Heating.ELECTRIC},
        {"hot_water": HotWater.ELECTRIC},
        {"electric_heaters": True},
    ):
        assert median(replace(HOUSE, **more)) > median(HOUSE), more
    with_both = replace(HOUSE, rooms=5, televisions=1)
    assert median(replace(with_both, rooms=9)) > median(with_both)
    assert median(replace(with_both, televisions=4)) > median(with_both)


def test_each_more_counts() -> None:
    """Nowhere between small and large does more area or one more person use less."""
    for profile in (HOUSE, ALL_ELECTRIC):
        areas = [
            median(replace(profile, floor_area_m2=m2)) for m2 in range(40, 500, 20)
        ]
        people = [median(replace(profile, occupants=count)) for count in range(1, 9)]
        assert areas == sorted(areas)
        assert people == sorted(people)


def test_heat_pumps_lie_between() -> None:
    """A heat pump uses less than heaters, and more than no electric heat."""
    pump = replace(HOUSE, heating=Heating.HEAT_PUMP)
    assert (
        median(HOUSE) < median(pump) < median(replace(pump, heating=Heating.ELECTRIC))
    )
    water = replace(HOUSE, hot_water=HotWater.HEAT_PUMP)
    assert (
        median(HOUSE)
        < median(water)
        < median(replace(water, hot_water=HotWater.ELECTRIC))
    )


def test_electric_heat_follows_the_cold() -> None:
    """Its part grows with heating degree days, and is next to nothing with gas."""
    parts = [
        expect(ALL_ELECTRIC, climate(heating, 300)).heating_kwh
        for heating in (0, 500, 1500, 3000)
    ]
    assert parts[0] == 0
    assert parts == sorted(parts)
    gas = expect(HOUSE, climate(3000, 300))
    assert gas.heating_kwh < 0.1 * gas.median_kwh


def test_cooling_follows_the_heat() -> None:
    """Its part grows with cooling degree days; without air conditioning there is none."""
    cooled = replace(HOUSE, air_conditioning=AirConditioning.CENTRAL)
    parts = [
        expect(cooled, climate(1500, cooling)).cooling_kwh
        for cooling in (0, 300, 1000, 2500)
    ]
    assert parts[0] == 0
    assert parts == sorted(parts)
    assert expect(HOUSE, climate(1500, 2000)).cooling_kwh == 0


@pytest.mark.parametrize(
    ("profile", "group"),
    [
        (HOUSE, HouseholdGroup.HOUSE),
        (
            replace(HOUSE, floor_area_m2=90, occupants=2),
            HouseholdGroup.SMALL_HOUSE,
        ),
        (
            replace(HOUSE, dwelling=Dwelling.APARTMENT_5PLUS, floor_area_m2=60),
            HouseholdGroup.SMALL_APARTMENT,
        ),
        (
            replace(ALL_ELECTRIC, dwelling=Dwelling.APARTMENT_5PLUS, floor_area_m2=60),
            HouseholdGroup.ELECTRIC_APARTMENT,
        ),
        (
            replace(
                ALL_ELECTRIC,
                floor_area_m2=260,
                occupants=4,
                air_conditioning=AirConditioning.CENTRAL,
            ),
            HouseholdGroup.LARGE_ELECTRIC_HOUSE,
        ),
        (
            replace(
                HOUSE,
                floor_area_m2=320,
                occupants=5,
                air_conditioning=AirConditioning.CENTRAL,
            ),
            HouseholdGroup.LARGE_HOUSE,
        ),
    ],
)
def test_groups(profile: HouseholdProfile, group: HouseholdGroup) -> None:
    """A home is in the group whose name fits it."""
    assert expect(profile, MILD).group is group


@pytest.mark.parametrize("place", [MILD, climate(600, 1800), climate(4500, 100)])
def test_no_group_contradicts_what_was_answered(place: Climate) -> None:
    """Flats are no houses, and by heat no home without electric heat is called electric."""
    for dwelling, area, people, heating, water in product(
        Dwelling, (50, 80, 120, 180), (1, 2, 4), Heating, HotWater
    ):
        profile = replace(
            HOUSE,
            dwelling=dwelling,
            floor_area_m2=area,
            occupants=people,
            heating=heating,
            hot_water=water,
        )
        is_flat = dwelling in {Dwelling.APARTMENT_2_4, Dwelling.APARTMENT_5PLUS}
        assert ("apartment" in expect(profile, place).group) == is_flat
        group = expect(profile, place, by_heat=True).group
        assert ("apartment" in group) == is_flat
        if "electric" in group:
            assert heating in {Heating.ELECTRIC, Heating.HEAT_PUMP} or water in {
                HotWater.ELECTRIC,
                HotWater.HEAT_PUMP,
            }


def test_any_answers_may_be_skipped() -> None:
    """Whatever is answered, there is a range around a median, and a group."""
    questions = (
        "dwelling",
        "floor_area_m2",
        "occupants",
        "heating",
        "hot_water",
        "air_conditioning",
        "electric_heaters",
    )
    full = expect(ALL_ELECTRIC, MILD)
    for place in (MILD, None):
        for count in range(len(questions)):
            for skipped in combinations(questions, count + 1):
                profile = replace(ALL_ELECTRIC, **dict.fromkeys(skipped))
                assert_sound(expect(profile, place))
    assert width(expect(HouseholdProfile(), None)) > 1.3 * width(full)


def test_extremes_are_sound() -> None:
    """Homes and places unlike any of the survey get a sound answer."""
    for profile in (
        replace(HOUSE, floor_area_m2=8, occupants=1),
        replace(ALL_ELECTRIC, floor_area_m2=2000, occupants=30, rooms=50),
        replace(HOUSE, televisions=0, rooms=1),
    ):
        for place in (climate(0, 4500), climate(9000, 0), climate(0, 0)):
            said = expect(profile, place)
            assert_sound(said)
            assert 500 < said.median_kwh < 60_000


def test_percentile() -> None:
    """It rises with the use, meets the quantiles, and never reaches an end."""
    said = expect(HOUSE, MILD)
    for level, kwh in said.quantiles_kwh:
        assert percentile(said, kwh) == pytest.approx(level)
    places = [percentile(said, kwh) for kwh in (1, 500, 2000, 5000, 9000, 30_000)]
    assert places == sorted(places)
    assert 0 < places[0] < 0.01
    assert 0.99 < places[-1] < 1
    assert percentile(said, 0) == percentile(said, -5) == 0


def test_shipped_model_says_where_it_comes_from() -> None:
    """The file is small, and names the survey, its licence and what made it."""
    assert FILE.stat().st_size < 40_000
    provenance = json.loads(FILE.read_text(encoding="utf-8"))["provenance"]
    assert "RECS" in provenance["survey"]
    assert "public domain" in provenance["licence"]
    assert provenance["homes"] > 4000
    assert provenance["trained_by"] == "scripts/train-groups"


def test_no_array_library_is_needed() -> None:
    """An expectation costs no start of numpy."""
    program = (
        "import sys\n"
        "from custom_components.wattwise.analytics.similar_homes import expectation\n"
        "from custom_components.wattwise.analytics.similar_homes.household_profile "
        "import HouseholdProfile\n"
        "assert expectation.expect(HouseholdProfile(occupants=2), None).median_kwh > 0\n"
        "print('numpy' in sys.modules)\n"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def width(said: ExpectedUse) -> float:
    """Return P90 through P10."""
    tails = dict(said.quantiles_kwh)
    return tails[0.9] / tails[0.1]


def assert_sound(said: ExpectedUse) -> None:
    """Quantiles rise, the median is one of them, and parts are parts."""
    assert all(low[1] < high[1] for low, high in pairwise(said.quantiles_kwh))
    assert dict(said.quantiles_kwh)[0.5] == said.median_kwh > 0
    assert {0.05, 0.1, 0.2, 0.8, 0.9, 0.95} <= dict(said.quantiles_kwh).keys()
    assert said.heating_kwh >= 0
    assert said.cooling_kwh >= 0
    assert said.heating_kwh + said.cooling_kwh <= 0.91 * said.median_kwh
