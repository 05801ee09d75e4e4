"""Answers are kept as they were given, and nothing that cannot be true is taken."""

import json
from typing import Any

import pytest

from custom_components.wattwise.analytics.similar_homes.household_profile import (
    QUESTIONS,
    AirConditioning,
    AnswerError,
    Dwelling,
    Heating,
    HotWater,
    HouseholdProfile,
    answers_of,
    profile_from,
    profile_kept,
)

ALL = HouseholdProfile(
    dwelling=Dwelling.ATTACHED,
    floor_area_m2=92.5,
    occupants=3,
    heating=Heating.HEAT_PUMP,
    hot_water=HotWater.SOLAR,
    air_conditioning=AirConditioning.NONE,
    electric_heaters=False,
    rooms=4,
    televisions=0,
    electric_dryer=True,
    car_km_per_year=12_000.0,
)


def test_answers_survive_being_kept() -> None:
    """What was answered is read back from JSON as it was, no and zero included."""
    answers = json.loads(json.dumps(answers_of(ALL)))
    assert tuple(answers) == QUESTIONS
    assert profile_from(answers) == ALL
    assert profile_kept(answers) == ALL


def test_skipped_questions_stay_skipped() -> None:
    """A question without an answer is not kept, and comes back as skipped."""
    assert answers_of(HouseholdProfile()) == {}
    assert profile_from({}) == HouseholdProfile()
    assert profile_from({"occupants": None, "rooms": 3}) == HouseholdProfile(rooms=3)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("dwelling", "castle"),
        ("heating", None.__class__),
        ("floor_area_m2", 0),
        ("floor_area_m2", float("nan")),
        ("floor_area_m2", "ninety"),
        ("occupants", 0),
        ("occupants", 2.5),
        ("occupants", True),
        ("televisions", -1),
        ("rooms", float("inf")),
        ("electric_dryer", "yes"),
        ("electric_heaters", 1),
        ("car_km_per_year", -5),
        ("income", 50_000),
    ],
)
def test_what_is_no_answer(question: str, answer: Any) -> None:
    """An answer that cannot be one is refused, and the question is named."""
    with pytest.raises(AnswerError) as refused:
        profile_from({"rooms": 4} | {question: answer})
    assert refused.value.question == question


def test_damaged_answers_cost_only_themselves() -> None:
    """Of kept answers, those that cannot be read are skipped and the others count."""
    kept = {"dwelling": "castle", "occupants": 2.0, "year_built": 1990, "rooms": "x"}
    assert profile_kept(kept) == HouseholdProfile(occupants=2)
    for nothing in (None, [], "profile", 3):
        assert profile_kept(nothing) == HouseholdProfile()
