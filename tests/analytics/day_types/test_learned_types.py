"""The day types of a home."""

from datetime import UTC, datetime, timedelta
import json

import numpy as np
import pytest

from custom_components.wattwise.analytics.day_types.day_type import (
    LEAST_DAYS,
    DayTypeName,
)
from custom_components.wattwise.analytics.day_types.home_days import home_days
from custom_components.wattwise.analytics.day_types.learned_types import (
    LearnedTypes,
    learn,
)
from custom_components.wattwise.analytics.forecasting.covariates import Covariates

from .made_up_days import (
    DAYS,
    HOLIDAY,
    LONDON,
    TODAY,
    at,
    family,
    family_days,
    hours_of,
    winter_of,
)


def test_a_family_has_working_days_weekends_and_holidays() -> None:
    """Each kind is found, and named by what distinguishes it."""
    days = family_days()
    types = learn(days)
    assert types
    assert set(types.names) == {
        DayTypeName.WORKING_DAY,
        DayTypeName.WEEKEND,
        DayTypeName.AWAY,
    }
    by_name = {one.name: one for one in types.types}
    assert by_name[DayTypeName.AWAY].share == pytest.approx(9 / DAYS, abs=0.01)
    assert by_name[DayTypeName.AWAY].energy == pytest.approx(2.4, rel=0.15)
    assert by_name[DayTypeName.WEEKEND].energy > by_name[DayTypeName.WORKING_DAY].energy
    assert by_name[DayTypeName.WORKING_DAY].parts[2] == pytest.approx(0.1, rel=0.25)
    labels = types.labels(days.whole)
    weekend = types.names.index(DayTypeName.WEEKEND)
    dates = [TODAY - timedelta(days=back) for back in range(len(labels), 0, -1)]
    expected = [day.weekday() >= 5 and day not in HOLIDAY for day in dates]
    assert ((labels == weekend) == np.array(expected)).mean() >= 0.99


def test_who_is_away_is_known_better_than_guessed() -> None:
    """Days known to be without people are the away days, also where much is used."""

    def heated(moment: datetime) -> float:
        return 2.0 if moment.date() in HOLIDAY else family(moment)

    told = Covariates(away=HOLIDAY)
    types = learn(family_days(power=heated, known=told))
    assert types
    assert DayTypeName.AWAY in types.names
    untold = learn(family_days(power=heated))
    assert untold
    assert DayTypeName.AWAY not in untold.names


def test_one_day_that_is_known_as_away_takes_nothing_from_the_others() -> None:
    """Days before anybody told who is there are judged by their use, as they were."""
    untold = learn(family_days())
    assert untold
    share = {one.name: one.share for one in untold.types}[DayTypeName.AWAY]
    told = Covariates(away=frozenset({TODAY - timedelta(days=3)}))
    for before in (None, untold):
        types = learn(family_days(known=told), before)
        assert types
        shares = {one.name: one.share for one in types.types}
        assert shares[DayTypeName.AWAY] == pytest.approx(share, abs=0.01)


def test_what_is_told_goes_before_what_is_guessed() -> None:
    """Quiet days on which somebody was there, as is known, are not called away."""
    told = Covariates(away=frozenset({TODAY - timedelta(days=DAYS - 1)}))
    types = learn(family_days(known=told))
    assert types
    assert DayTypeName.AWAY not in types.names


def test_cold_days_are_called_so() -> None:
    """Where the temperature is known and the home is heated by it, it gives the name."""

    def heated(moment: datetime) -> float:
        cold = winter_of(moment.date().toordinal()) < 10
        return 0.4 + 1.5 * cold

    now = at(TODAY, 0)
    hours = hours_of(heated, now)
    warmth = {
        start: winter_of(
            datetime.fromtimestamp(start, UTC).astimezone(LONDON).date().toordinal()
        )
        for start in hours
    }
    days = home_days(hours, LONDON, now, Covariates(temperature=warmth))
    assert days
    types = learn(days)
    assert types
    assert set(types.names) == {DayTypeName.COLD_DAY, DayTypeName.WARM_DAY}
    blind = learn(family_days(hours=hours))
    assert blind
    assert not set(blind.names) & {DayTypeName.COLD_DAY, DayTypeName.WARM_DAY}


def test_a_home_without_kinds_has_usual_days() -> None:
    """Where all days are alike, there is one type, and it says so."""
    types = learn(family_days(power=lambda moment: 0.3 + 0.4 * (moment.hour > 16)))
    assert types
    assert types.names == (DayTypeName.USUAL_DAY,)
    assert types.types[0].share == 1.0


def test_a_type_stays_the_same_from_night_to_night() -> None:
    """Over three weeks of nights no day changes its type, and no type its name."""
    last = None
    named: dict[object, DayTypeName] = {}
    for night in range(21):
        day = TODAY + timedelta(days=night)
        days = family_days(day=day, hours=hours_of(family, at(day, 0), DAYS + night))
        last = learn(days, last)
        assert last
        labels = last.labels(days.whole)
        for back, label in enumerate(reversed(labels.tolist()), start=1):
            date = day - timedelta(days=back)
            assert named.setdefault(date, last.names[label]) is last.names[label]


def test_a_name_is_kept_while_it_fits() -> None:
    """A kind that was called quiet days is not called something else for a trifle."""
    days = family_days()
    first = learn(days)
    assert first
    at_home = first.names.index(DayTypeName.WEEKEND)
    names = list(first.names)
    names[at_home] = DayTypeName.BUSY_DAYTIME
    before = LearnedTypes.from_dict(first.as_dict() | {"names": names})
    again = learn(days, before)
    assert again
    # The calendar says more than the course of the use does.
    assert again.names[at_home] is DayTypeName.WEEKEND


def test_too_few_days_are_no_types() -> None:
    """Before four weeks are known, nothing is told apart; gaps are no days."""
    now = at(TODAY, 0)
    few = hours_of(family, now, LEAST_DAYS - 1)
    assert learn(family_days(hours=few)) is None
    enough = hours_of(family, now, LEAST_DAYS)
    assert learn(family_days(hours=enough)) is not None
    night = {
        start: energy
        for start, energy in enough.items()
        if datetime.fromtimestamp(start, LONDON).hour < 12
    }
    assert learn(family_days(hours=night)) is None


def test_it_is_kept_over_a_restart() -> None:
    """What was learned goes through JSON unchanged; something else is refused."""
    types = learn(family_days())
    assert types
    back = LearnedTypes.from_dict(json.loads(json.dumps(types.as_dict())))
    assert back.names == types.names
    assert back.types == types.types
    assert back.centers.tolist() == types.centers.tolist()
    kept = types.as_dict()
    for damage in (
        {"names": ["nothing of ours", "away", "weekend"]},
        {"names": ["away"] * 3},
        {"centers": "x"},
        {"centers": [[1.0]]},
        {"centers": [[float("nan")] * 4] * 3},
        {"usual": 0.0},
        {"usual": None},
        {"centers": [[1.0, 2.0]] * 3},
        {"shares": [1.0]},
        {"shares": [0.0] * 3},
        {"shares": [float("nan")] * 3},
        {"energies": [float("inf")] * 3},
        {"stability": float("nan")},
    ):
        with pytest.raises(ValueError, match=r"."):
            LearnedTypes.from_dict(kept | damage)
    with pytest.raises(ValueError, match="not the day types"):
        LearnedTypes.from_dict({})
