"""A dryer and an electric car move what is expected by their own amounts."""

import pytest

from custom_components.wattwise.analytics.similar_homes.added_use import added_use
from custom_components.wattwise.analytics.similar_homes.household_profile import (
    HouseholdProfile,
)


def _kwh(profile: HouseholdProfile, **how: float) -> dict[str, float]:
    added = added_use(profile, factor=how.get("factor", 1.0))
    return {one.question: one.kwh for one in added}


def test_skipped_questions_add_nothing() -> None:
    """Who did not say has what similar homes have on average."""
    assert _kwh(HouseholdProfile()) == {}


def test_with_and_without_a_dryer() -> None:
    """Having one adds as much as having none takes away, at the country's level."""
    with_one = _kwh(HouseholdProfile(electric_dryer=True))["electric_dryer"]
    without = _kwh(HouseholdProfile(electric_dryer=False))["electric_dryer"]
    assert with_one == -without
    assert 200 < with_one - without < 1000
    here = _kwh(HouseholdProfile(electric_dryer=True), factor=0.4)["electric_dryer"]
    assert here == pytest.approx(0.4 * with_one)


def test_a_car_is_added_unless_it_is_metered() -> None:
    """15,000 km are some 3,000 kWh, whatever the country; a metered car adds nothing."""
    profile = HouseholdProfile(car_km_per_year=15_000)
    assert _kwh(profile, factor=0.4)["car_km_per_year"] == pytest.approx(2_850)
    assert added_use(profile, unmetered_car=0.0) == ()
    (half,) = added_use(profile, unmetered_car=0.5)
    assert half.kwh == pytest.approx(1_425)
    assert _kwh(HouseholdProfile(car_km_per_year=0)) == {}
