"""A home beside homes with the same answers."""

from dataclasses import replace
from datetime import date, timedelta
from math import log

import pytest

from custom_components.wattwise.analytics.similar_homes.comparison import (
    SIX_QUESTIONS,
    Comparison,
    ExpectedYear,
    HomeFacts,
    Placement,
    compare,
    what_if,
)
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    AirConditioning,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
)
from custom_components.wattwise.analytics.similar_homes.seasons import seasons_of

from .test_seasons import COLD

TODAY = date(2025, 11, 22)
PROFILE = HouseholdProfile(
    dwelling=Dwelling.ATTACHED,
    floor_area_m2=95,
    occupants=3,
    heating=Heating.GAS,
    hot_water=HotWater.FUEL,
    air_conditioning=AirConditioning.NONE,
)
FACTS = HomeFacts(PROFILE, COLD, 51.5, "GB", 3500, TODAY)


def used(year_kwh: float, count: int = 365) -> dict[date, float]:
    """Return the last days of a home with the usual seasons."""
    seasons = seasons_of(COLD, 51.5, heating_share=0.1, cooling_share=0.0)
    return {
        day: seasons.rate(day) * year_kwh / 365
        for day in (TODAY - timedelta(days=n) for n in range(1, count + 1))
    }


def expected(found: Comparison) -> ExpectedYear:
    """Return what is expected, of a home of which something is."""
    assert found.expected is not None
    return found.expected


def place(found: Comparison) -> Placement:
    """Return where the home lies, of one that can be placed."""
    assert found.placement is not None
    return found.placement


def test_what_similar_homes_use() -> None:
    """A range and its months, never one number only, at the level of the country."""
    found = compare(FACTS)
    here = expected(found)
    assert found.group is not None
    assert found.answered
    assert here.year.low_kwh < here.efficient_kwh < here.year.kwh < here.year.high_kwh
    # 80 of 100 similar homes lie between about x0.55 and x1.7.
    assert 0.45 < here.year.low_kwh / here.year.kwh < 0.65
    assert 1.5 < here.year.high_kwh / here.year.kwh < 2.0
    assert sum(month.kwh for month in here.months) == pytest.approx(here.year.kwh)
    assert here.months[0].kwh > here.months[6].kwh
    for month in here.months:
        assert month.low_kwh / month.kwh <= here.year.low_kwh / here.year.kwh
        assert month.high_kwh / month.kwh >= here.year.high_kwh / here.year.kwh
    double = compare(replace(FACTS, average_kwh=7000))
    # What homes with electric heat take is heat, also where all use more.
    assert 2 < expected(double).year.kwh / here.year.kwh < 2.4


def test_a_home_as_expected_is_in_the_middle() -> None:
    """More use is a higher percentile, and a year of it is still no certainty."""
    year = expected(compare(FACTS)).year.kwh
    middle = place(compare(replace(FACTS, days=used(year))))
    assert middle.percentile == pytest.approx(0.5, abs=0.03)
    assert middle.low < 0.45
    assert middle.high > 0.55
    places = [
        place(compare(replace(FACTS, days=used(year * factor)))).percentile
        for factor in (0.3, 0.6, 1.0, 1.5, 4.0)
    ]
    assert places == sorted(places)
    assert 0 < places[0] < 0.1
    assert 0.9 < places[-1] < 1


def test_weeks_place_a_home_less_surely() -> None:
    """The percentile's range is wider, and holds what the whole year says."""
    year = expected(compare(FACTS)).year.kwh
    whole = place(compare(replace(FACTS, days=used(year * 1.3))))
    weeks = place(compare(replace(FACTS, days=used(year * 1.3, 28))))
    assert weeks.high - weeks.low > 1.4 * (whole.high - whole.low)
    assert weeks.low < whole.percentile < weeks.high


def test_the_efficient_fifth_is_told_only_when_sure() -> None:
    """Near the line nobody can say."""
    line = expected(compare(FACTS)).efficient_kwh

    def is_efficient(kwh: float, days: int = 365) -> bool | None:
        found = compare(replace(FACTS, days=used(kwh, days)))
        return place(found).is_efficient

    assert is_efficient(line * 0.6) is True
    assert is_efficient(line) is None
    assert is_efficient(line * 1.6) is False
    assert is_efficient(line * 0.95, 21) is None


def test_nothing_answered() -> None:
    """There is no group and no expectation; the home's own year is told all the same."""
    facts = replace(FACTS, profile=HouseholdProfile(), days=used(3000, 200))
    found = compare(facts)
    assert not found.answered
    assert found.unanswered == SIX_QUESTIONS
    assert (found.group, found.expected, found.placement) == (None, None, None)
    assert found.effects == ()
    assert found.use is not None
    assert found.use.kwh == pytest.approx(3000, rel=0.1)


def test_some_answers_are_better_than_none() -> None:
    """What is skipped makes the range wider, and the group needs two answers."""
    some = compare(replace(FACTS, profile=HouseholdProfile(occupants=3)))
    all_of_them = compare(FACTS)
    assert some.group is None
    assert set(some.unanswered) == {*SIX_QUESTIONS} - {"occupants"}

    def width(found: Comparison) -> float:
        year = expected(found).year
        return log(year.high_kwh / year.low_kwh)

    assert width(some) > width(all_of_them)


@pytest.mark.parametrize(
    "profile",
    [
        HouseholdProfile(occupants=2),
        HouseholdProfile(dwelling=Dwelling.ATTACHED),
        HouseholdProfile(heating=Heating.GAS),
    ],
)
def test_what_is_skipped_is_not_taken_from_the_country_of_the_survey(
    profile: HouseholdProfile,
) -> None:
    """A home with one usual answer is expected to use about what is usual."""
    facts = replace(FACTS, profile=profile, average_kwh=None)
    here = expected(compare(facts))
    # The median is below the mean, which is what countries publish.
    assert 0.6 < here.year.kwh / here.level.average_kwh < 1.05


def test_a_country_nobody_knows() -> None:
    """Answers still have effects; kWh of another country would be wrong here."""
    found = compare(replace(FACTS, country=None, average_kwh=None, days=used(3000)))
    assert found.group is not None
    assert found.effects
    assert (found.expected, found.placement) == (None, None)
    assert found.use is not None


def test_what_explains_the_expectation() -> None:
    """The answer that moves it the most comes first."""
    effects = compare(FACTS).effects
    sizes = [abs(log(effect.factor)) for effect in effects]
    assert sizes == sorted(sizes, reverse=True)
    assert {"dwelling", "floor_area_m2", "occupants"} <= {e.question for e in effects}
    assert {e.question for e in effects} == {*SIX_QUESTIONS, "climate"}


def test_effects_are_those_beside_the_country() -> None:
    """Gas, no cooling and the climate are usual in Britain, and hardly move anything."""
    by_name = {effect.question: effect.factor for effect in compare(FACTS).effects}
    assert 0.85 < by_name["heating"] < 1
    assert by_name["air_conditioning"] == pytest.approx(1, abs=0.01)
    assert by_name["climate"] == pytest.approx(1, abs=0.01)
    large = replace(PROFILE, floor_area_m2=180, heating=Heating.HEAT_PUMP)
    unusual = compare(replace(FACTS, profile=large)).effects
    by_name = {effect.question: effect.factor for effect in unusual}
    assert by_name["heating"] > 1.4
    assert by_name["floor_area_m2"] > 1.3
    # Heaters beside electric heating are no heat of their own.
    heaters = replace(large, electric_heaters=True, rooms=5)
    told = {
        effect.question for effect in compare(replace(FACTS, profile=heaters)).effects
    }
    assert told == {*SIX_QUESTIONS, "rooms", "climate"}


def test_the_level_widens_the_place() -> None:
    """A year measured to the kWh is placed between more where the country is less sure."""
    pump = replace(PROFILE, heating=Heating.HEAT_PUMP)

    def reach(profile: HouseholdProfile) -> float:
        facts = replace(FACTS, profile=profile)
        year = expected(compare(facts)).year.kwh
        found = place(compare(replace(facts, days=used(year))))
        return found.high - found.low

    assert reach(pump) > reach(PROFILE) > 0.25


def test_a_car_is_added_or_taken_off_never_both() -> None:
    """It adds the same to each similar home, and does not follow the weather."""
    electric = replace(PROFILE, heating=Heating.ELECTRIC)
    driver = replace(FACTS, profile=replace(electric, car_km_per_year=15_000))
    plain, car = expected(compare(replace(FACTS, profile=electric))), compare(driver)
    more = sum(one.kwh for one in car.added)
    assert 2000 < more < 4000
    assert expected(car).year.kwh == pytest.approx(plain.year.kwh + more)
    assert expected(car).year.low_kwh == pytest.approx(plain.year.low_kwh + more)
    assert (
        expected(car).months[0].kwh / expected(car).year.kwh
        < plain.months[0].kwh / plain.year.kwh
    )
    days = used(expected(car).year.kwh)
    middle = place(compare(replace(driver, days=days)))
    assert middle.percentile == pytest.approx(0.5, abs=0.03)
    metered = compare(replace(driver, unmetered_car=0.0))
    assert expected(metered).year.kwh == pytest.approx(plain.year.kwh)
    # Metered since lately: of most days the car is in what was used, and expected.
    lately = compare(replace(driver, unmetered_car=0.75))
    assert expected(lately).year.kwh == pytest.approx(plain.year.kwh + 0.75 * more)
    # A car that stayed at home leaves a small home, not one that gives.
    parked = compare(replace(driver, days=used(more / 2)))
    assert 0 < place(parked).percentile < 0.1


def test_no_dryer_takes_off_less_than_there_is() -> None:
    """Also of a tiny home something is left, and percentiles still rise with use."""
    tiny = HouseholdProfile(
        dwelling=Dwelling.APARTMENT_5PLUS,
        floor_area_m2=8,
        occupants=1,
        electric_dryer=False,
    )
    facts = replace(FACTS, profile=tiny, average_kwh=300)
    year = expected(compare(facts)).year
    assert 0 < year.low_kwh < year.kwh < year.high_kwh
    places = [
        place(compare(replace(facts, days=used(year.kwh * factor)))).percentile
        for factor in (0.5, 1.0, 2.0)
    ]
    assert places == sorted(places)
    assert places[1] == pytest.approx(0.5, abs=0.05)


def test_a_roof_that_nothing_measures() -> None:
    """What is drawn from the grid is not what the home uses: it is not placed by it."""
    found = compare(replace(FACTS, days=used(1000), has_unmeasured_roof=True))
    assert (found.use, found.placement) == (None, None)
    assert found.expected is not None


def test_what_if() -> None:
    """Another heating changes the expectation, and the home's own use by as much."""
    facts = replace(FACTS, days=used(3000))
    found = what_if(facts, replace(PROFILE, heating=Heating.HEAT_PUMP))
    assert found.factor is not None
    assert found.factor > 1.05
    assert found.use_kwh == pytest.approx(3000 * found.factor, rel=0.02)
    assert found.change_kwh == pytest.approx(
        expected(compare(facts)).year.kwh * (found.factor - 1)
    )
    same = what_if(facts, PROFILE)
    assert (same.factor, same.change_kwh) == (1.0, 0.0)
    nobody = what_if(replace(facts, country=None, average_kwh=None), PROFILE)
    assert (nobody.factor, nobody.use_kwh) == (None, None)
