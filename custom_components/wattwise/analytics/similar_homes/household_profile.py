"""What a household said of itself; every question may stay unanswered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
import math
from typing import Any, Final


class Dwelling(StrEnum):
    """What people live in."""

    DETACHED = "detached"
    ATTACHED = "attached"
    APARTMENT_2_4 = "apartment_2_4"
    """In a building of two to four homes."""
    APARTMENT_5PLUS = "apartment_5plus"
    MOBILE_HOME = "mobile_home"


class Heating(StrEnum):
    """What gives most of the home's heat."""

    GAS = "gas"
    PROPANE = "propane"
    OIL = "oil"
    DISTRICT = "district"
    WOOD = "wood"
    HEAT_PUMP = "heat_pump"
    ELECTRIC = "electric"
    """Heaters, storage heaters, electric floors."""
    OTHER = "other"
    NONE = "none"


class HotWater(StrEnum):
    """What heats the hot water."""

    ELECTRIC = "electric"
    HEAT_PUMP = "heat_pump"
    FUEL = "fuel"
    """Gas, oil, wood or propane."""
    DISTRICT = "district"
    SOLAR = "solar"


class AirConditioning(StrEnum):
    """What cools the home."""

    NONE = "none"
    ROOM_UNITS = "room_units"
    CENTRAL = "central"


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdProfile:
    """Answers; None where a question was skipped."""

    dwelling: Dwelling | None = None
    floor_area_m2: float | None = None
    occupants: int | None = None
    heating: Heating | None = None
    hot_water: HotWater | None = None
    air_conditioning: AirConditioning | None = None

    electric_heaters: bool | None = None
    """Whether some rooms have electric heaters beside the main heating."""
    rooms: int | None = None
    """Without bathrooms."""
    televisions: int | None = None
    electric_dryer: bool | None = None
    car_km_per_year: float | None = None
    """How far an electric car is driven in a year that is charged at home; 0 without one."""


class AnswerError(ValueError):
    """An answer that cannot be one."""

    def __init__(self, question: str, answer: object) -> None:
        """Say to which question, and what was said."""
        super().__init__(f"{answer!r} is no answer to {question}")
        self.question: Final = question
        self.answer: Final = answer


@dataclass(frozen=True, slots=True)
class AnswerRange:
    """Between which numbers an answer can be true."""

    lowest: float
    highest: float


RANGES: Final[Mapping[str, AnswerRange]] = {
    "floor_area_m2": AnswerRange(8, 2_000),
    "occupants": AnswerRange(1, 30),
    "rooms": AnswerRange(1, 50),
    "televisions": AnswerRange(0, 30),
    "car_km_per_year": AnswerRange(0, 200_000),
}


def profile_from(answers: Mapping[str, Any]) -> HouseholdProfile:
    """Return the profile of answers by the names of its fields; None is no answer.

    Raises AnswerError for a question that there is not, and for an answer out of reach.
    """
    read: dict[str, Any] = {}
    for question, answer in answers.items():
        if question not in _READERS:
            raise AnswerError(question, answer)
        if answer is not None:
            read[question] = _READERS[question](question, answer)
    return HouseholdProfile(**read)


def profile_kept(answers: object) -> HouseholdProfile:
    """Return the profile of answers kept earlier; what cannot be read is skipped."""
    profile: dict[str, Any] = {}
    if isinstance(answers, Mapping):
        for question, answer in answers.items():
            try:
                read = profile_from({question: answer})
            except AnswerError:
                continue
            profile[question] = getattr(read, question)
    return HouseholdProfile(**profile)


def answers_of(profile: HouseholdProfile) -> dict[str, Any]:
    """Return the answers as they are kept, without questions that were skipped."""
    return {
        question: answer.value if isinstance(answer, StrEnum) else answer
        for question in _READERS
        if (answer := getattr(profile, question)) is not None
    }


def _choice_of[ChoiceT: StrEnum](
    choices: type[ChoiceT],
) -> Callable[[str, object], ChoiceT]:
    def read(question: str, answer: object) -> ChoiceT:
        try:
            return choices(str(answer))
        except ValueError:
            raise AnswerError(question, answer) from None

    return read


def _number(question: str, answer: object) -> float:
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        raise AnswerError(question, answer)
    allowed = RANGES[question]
    if not (math.isfinite(answer) and allowed.lowest <= answer <= allowed.highest):
        raise AnswerError(question, answer)
    return float(answer)


def _count(question: str, answer: object) -> int:
    number = _number(question, answer)
    if number != int(number):
        raise AnswerError(question, answer)
    return int(number)


def _yes_or_no(question: str, answer: object) -> bool:
    if not isinstance(answer, bool):
        raise AnswerError(question, answer)
    return answer


_READERS: Final[Mapping[str, Callable[[str, object], object]]] = {
    "dwelling": _choice_of(Dwelling),
    "floor_area_m2": _number,
    "occupants": _count,
    "heating": _choice_of(Heating),
    "hot_water": _choice_of(HotWater),
    "air_conditioning": _choice_of(AirConditioning),
    "electric_heaters": _yes_or_no,
    "rooms": _count,
    "televisions": _count,
    "electric_dryer": _yes_or_no,
    "car_km_per_year": _number,
}

QUESTIONS: Final = tuple(_READERS)
"""In the order in which they are asked."""
