"""Expectations of the survey are brought to what homes of a country use."""

import json
from typing import Any

import pytest

from custom_components.wattwise.analytics.similar_homes import typical_homes
from custom_components.wattwise.analytics.similar_homes.country_levels import (
    BY_USER,
    level_factor,
)
from custom_components.wattwise.analytics.similar_homes.typical_homes import (
    survey_use_of_country,
    use_of_country,
)
from custom_components.wattwise.analytics.similar_homes.usual_climate import (
    degree_days_of_country,
)


@pytest.fixture(scope="module")
def table() -> Any:
    """Read the table as it is shipped."""
    return json.loads(typical_homes._FILE.read_text(encoding="utf-8"))


def test_the_survey_is_its_own_country() -> None:
    """In the country of the survey, nothing has to be brought anywhere."""
    level = level_factor("US", None)
    assert level is not None
    assert level.factor == pytest.approx(1, abs=0.06)


def test_levels_differ_less_than_uses() -> None:
    """That Norwegians use eight times as much as Romanians is mostly how they heat."""
    norway, romania = level_factor("NO", None), level_factor("RO", None)
    assert norway is not None
    assert romania is not None
    assert norway.average_kwh > 8 * romania.average_kwh
    assert norway.factor < 6 * romania.factor


def test_the_household_knows_better() -> None:
    """A figure of its own replaces the published one, and is said to be its own."""
    published, own = level_factor("DE", None), level_factor("DE", 2500)
    assert published is not None
    assert own is not None
    assert own.source == BY_USER
    assert published.source == "BDEW, 2020"
    assert own.average_kwh == 2500
    assert own.factor == pytest.approx(published.factor * 2500 / published.average_kwh)


def test_countries_nobody_counted() -> None:
    """Without a figure nothing is made up; with one's own, any country has a level."""
    assert level_factor("KI", None) is None
    assert level_factor(None, None) is None
    assert level_factor("KI", 0) is None
    for country in ("KI", None, "not a country"):
        own = level_factor(country, 1500)
        assert own is not None
        assert 0.05 < own.factor < 1


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
        level = level_factor(country, None)
        assert level is not None
        assert 0.2 < level.factor < 2, country
        assert str(row["year"]) in level.source


def test_kinds_of_homes_add_up(table: Any) -> None:
    """All kinds of a country's homes are all of them, and as large as they are."""
    for row in [*table["countries"].values(), {"home": table["elsewhere"]}]:
        homes = typical_homes.CountryHomes(*row["home"])
        mixture = list(typical_homes._mixture(homes))
        assert sum(share for share, _ in mixture) == pytest.approx(1)
        area = sum(share * (profile.floor_area_m2 or 0) for share, profile in mixture)
        assert area == pytest.approx(homes.floor_area_m2)
        people = sum(share * (profile.occupants or 0) for share, profile in mixture)
        assert people == pytest.approx(homes.people)


def test_electric_countries_are_expected_to_use_more() -> None:
    """What heats the homes of a country counts, not only how many live in them."""
    norway, latvia = survey_use_of_country("NO"), survey_use_of_country("LV")
    assert norway > 1.5 * latvia
    assert use_of_country("NO") is not None
    assert use_of_country("KI") is None
