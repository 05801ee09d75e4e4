"""What is told of a comparison has words."""

import json
from pathlib import Path
from typing import Final

import custom_components.wattwise as package
from custom_components.wattwise.analytics.similar_homes.comparison import SIX_QUESTIONS
from custom_components.wattwise.similar_homes.told_comparison import ComparisonStatus

TEXTS: Final = Path(package.__file__).parent / "translations" / "en.json"


def test_what_a_comparison_waits_for_has_words() -> None:
    """People read of each question and each status, and never its key."""
    sensors = json.loads(TEXTS.read_text())["entity"]["sensor"]
    told = sensors["household_group"]["state_attributes"]
    assert list(told["unanswered"]["state"]) == list(SIX_QUESTIONS)
    assert set(told["status"]["state"]) == {status.value for status in ComparisonStatus}
