"""What is told of a home's day types: plain words and numbers, which cost nothing to import."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

# Days that must be known before kinds of days can be told apart.
LEAST_DAYS: Final = 28


class DayTypeName(StrEnum):
    """By what a day type differs from the other days of its home.

    A home has a few of them, and none twice.
    """

    AWAY = "away"
    """Hardly more than the base load all day, or days known to be without people."""
    WORKING_DAY = "working_day"
    """Nearly all of them are working days."""
    WEEKEND = "weekend"
    """Most of them are Saturdays, Sundays or public holidays."""
    COLD_DAY = "cold_day"
    WARM_DAY = "warm_day"
    BUSY_DAY = "busy_day"
    """More is used, all day."""
    QUIET_DAY = "quiet_day"
    """Less is used, all day."""
    BUSY_NIGHT = "busy_night"
    QUIET_NIGHT = "quiet_night"
    BUSY_MORNING = "busy_morning"
    QUIET_MORNING = "quiet_morning"
    BUSY_DAYTIME = "busy_daytime"
    QUIET_DAYTIME = "quiet_daytime"
    BUSY_EVENING = "busy_evening"
    QUIET_EVENING = "quiet_evening"
    USUAL_DAY = "usual_day"
    """Unlike the others in nothing; or all days, where no kinds can be told apart."""


@dataclass(frozen=True, slots=True)
class DayType:
    """One kind of day.

    `share` is that of the home's days, `energy` [kWh] what they use on average; `parts`
    [kW] is the mean power in each part of the day: night, morning, daytime, evening.
    """

    name: DayTypeName
    share: float
    energy: float
    parts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ExpectedType:
    """Which day type a day is, or will be: the most probable one, and how probable each is."""

    name: DayTypeName
    chances: dict[DayTypeName, float]

    @property
    def probability(self) -> float:
        """How probable it is that the day is of that type."""
        return self.chances[self.name]


@dataclass(frozen=True, slots=True)
class DayTypesOutlook:
    """What is known of the day types of a home at one moment.

    `types` are none, and the rest None, until LEAST_DAYS are known.
    """

    days_known: int
    types: tuple[DayType, ...] = ()
    yesterday: DayTypeName | None = None
    today: ExpectedType | None = None
    tomorrow: ExpectedType | None = None


@dataclass(frozen=True, slots=True)
class DatedOutlook:
    """What was known on a `day`: what is told of today must be of today."""

    day: date
    outlook: DayTypesOutlook

    def expected(self, day: date) -> ExpectedType | None:
        """Return what type a day was expected to be; None if nobody asked for it."""
        if day == self.day:
            return self.outlook.today
        return self.outlook.tomorrow if day == self.day + timedelta(days=1) else None

    def yesterday_of(self, day: date) -> DayTypeName | None:
        """Return what the day before a day was, once it is known."""
        return self.outlook.yesterday if day == self.day else None
