"""The shape of a home's load curve: a few figures that say when it uses energy.

Like all of this room but `shape_features` and `group_homes`, it costs nothing to import.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LEAST_DAYS: Final = 28
"""Of fewer days the shape is chance: docs/accuracy.md has the figures."""


class ShapeKind(StrEnum):
    """What homes of a kind have in common, in a word that people understand."""

    STEADY = "steady"
    """More evenly than others: much of it runs day and night."""
    DAYTIME = "daytime"
    """More than others between morning and late afternoon, in high peaks."""
    EVENING = "evening"
    """More than others in the evening."""
    NIGHT = "night"
    """More at night than by day: storage heaters, hot water or a car."""


class NoShape(StrEnum):
    """Why a home has no load shape."""

    TOO_FEW_DAYS = "too_few_days"
    """Less than LEAST_DAYS are known."""
    HARDLY_USED = "hardly_used"
    """Next to nothing is used, or nothing on all working days, or on all weekends."""
    HOURS_MISSING = "hours_missing"
    """Of some hour of the day nothing is ever known."""


@dataclass(frozen=True, slots=True)
class LoadShape:
    """Features of a load curve that do not depend on how much is used."""

    days: int
    """Whole days that it was made of."""
    base_share: float
    """Share of the energy that flows day and night, from 0 to 1."""
    peak_to_mean: float
    """The highest hour of a day by its mean hour, on average."""
    night_share: float
    """Share of the energy from 0 to 6 o'clock on the wall, from 0 to 1."""
    morning_share: float
    """From 6 to 10 o'clock."""
    day_share: float
    """From 10 to 17 o'clock."""
    evening_share: float
    """From 17 to 24 o'clock."""
    peak_hour: float
    """The middle of the hour of the usual day in which most is used, like 18.5."""
    weekend_ratio: float
    """Energy of a usual Saturday or Sunday by that of a usual working day."""
    temperature_slope: float | None
    """How much more a day below 18 °C uses for each degree colder, by the usual day [1/K].

    None while temperatures are unknown, or were all alike.
    """
