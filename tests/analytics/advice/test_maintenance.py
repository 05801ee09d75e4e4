"""When an appliance or a roof should be looked after."""

from datetime import datetime, timedelta
from random import Random

import pytest

from custom_components.wattwise.analytics.advice.appliance_efficiency import (
    appliance_efficiency,
)
from custom_components.wattwise.analytics.advice.roof_output import roof_output

from .made_up_hours import TODAY, ZONE, hours, without_days

LATELY = TODAY - timedelta(days=30)


def fridge(days: int, factor: float, since_days: int = 30) -> dict[int, float]:
    """Return a fridge in a kitchen that is warm in summer; lately it needs more."""
    random = Random(7)
    changed = TODAY - timedelta(days=since_days)

    def used(moment: datetime) -> float:
        season = 1.0 + 0.2 * (6 <= moment.month <= 8)
        worse = factor if moment.date() >= changed else 1.0
        return 0.04 * season * worse * random.uniform(0.8, 1.2)

    return hours(days, used)


@pytest.mark.parametrize(
    ("days", "factor", "advised"),
    [
        (420, 1.4, True),
        # Not a quarter more.
        (420, 1.15, False),
        (420, 1.0, False),
        (420, 0.7, False),
        # Without a last year it must be half more.
        (150, 1.9, True),
        # The summer before was warm.
        (150, 1.75, False),
        (150, 1.3, False),
        # Nothing to compare with.
        (50, 1.7, False),
    ],
)
def test_a_fridge_that_needs_more(days: int, factor: float, advised: bool) -> None:
    """Compared with the same season, or with lately if it is plain."""
    found = appliance_efficiency("fridge", fridge(days, factor), ZONE, TODAY, 0.30)
    assert (found is not None) is advised
    if found:
        assert found.key == "appliance_efficiency.fridge"
        assert found.subject == "fridge"
        more = found.evidence["now_kwh_per_day"] - found.evidence["before_kwh_per_day"]
        whole = more * 365 * (1.0 if days > 300 else 0.5)
        assert found.saving_kwh_per_year == pytest.approx(whole)
        assert found.saving_money_per_year == pytest.approx(whole * 0.30)


def test_a_hot_week_is_no_fault() -> None:
    """It must have lasted for four weeks."""
    assert appliance_efficiency("fridge", fridge(420, 1.6, 8), ZONE, TODAY, 0.3) is None


def test_what_people_switch_on_is_not_judged() -> None:
    """A washing machine that runs twice as often is no worse."""
    washing = hours(
        420, lambda m: (2.0 if m.date() >= LATELY else 1.0) if m.hour == 9 else 0.0
    )
    assert appliance_efficiency("washer", washing, ZONE, TODAY, 0.3) is None


def test_a_fridge_with_gaps() -> None:
    """Some gaps do not matter, many do."""
    known = fridge(420, 1.4)
    assert appliance_efficiency("f", without_days(known, 5), ZONE, TODAY, 0.3)
    assert appliance_efficiency("f", without_days(known, 2), ZONE, TODAY, 0.3) is None
    assert appliance_efficiency("f", {}, ZONE, TODAY, 0.3) is None


def roof(days: int, factor: float, month: int = 6) -> dict[int, float]:
    """Return a roof under random clouds, dirty since the start of a month."""
    random = Random(3)
    clouds: dict[int, float] = {}

    def gave(moment: datetime) -> float:
        sky = clouds.setdefault(moment.toordinal(), random.choice((0.2, 0.5, 0.9, 1)))
        dirty = moment.year == TODAY.year and moment.month >= month
        season = 1.0 - 0.7 * abs(moment.month - 6.5) / 5.5
        shine = max(0.0, 3.0 - 0.6 * abs(moment.hour - 13))
        return shine * season * sky * (factor if dirty else 1.0)

    return hours(days, gave)


@pytest.mark.parametrize(
    ("days", "factor", "advised"),
    [
        (430, 0.7, True),
        (430, 0.95, False),
        (430, 1.0, False),
        (430, 1.2, False),
        # No last year, or too little of it.
        (380, 0.7, False),
        (200, 0.7, False),
    ],
)
def test_a_dirty_roof(days: int, factor: float, advised: bool) -> None:
    """Clear days tell, whatever the weather was."""
    found = roof_output("roof", roof(days, factor), ZONE, TODAY, 0.1)
    assert (found is not None) is advised
    if found:
        assert found.key == "roof_output.roof"
        assert found.evidence["share"] == pytest.approx(factor, abs=0.08)
        assert found.saving_kwh_per_year
        assert found.saving_money_per_year == pytest.approx(
            found.saving_kwh_per_year * 0.1
        )


def test_winter_says_nothing_of_a_roof() -> None:
    """Under snow and fog no year is like another."""
    today = datetime(2027, 1, 20, tzinfo=ZONE).date()
    snow = hours(
        450,
        lambda m: (
            max(0.0, 3.0 - 0.6 * abs(m.hour - 13))
            * (1.0 if 4 <= m.month <= 9 else 0.1 if m.year == 2027 else 0.25)
        ),
        today=today,
    )
    assert roof_output("roof", snow, ZONE, today, 0.1) is None


def test_a_roof_that_gives_nothing_is_found_without_a_flood() -> None:
    """What is missing is never more than the roof gave."""
    found = roof_output("roof", roof(430, 0.0), ZONE, TODAY, None)
    assert found
    assert found.saving_kwh_per_year
    assert found.saving_money_per_year is None
    year = sum(roof(365, 0.0).values())
    assert found.saving_kwh_per_year <= year
