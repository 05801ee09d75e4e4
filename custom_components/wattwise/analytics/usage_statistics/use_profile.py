"""What is known of how much a meter usually tells. All powers are in W.

Without numpy: it is looked at all the time, and learned once a night.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

# The clock's hours, each in the middle of what is known of it.
_HOURS: Final = 24
_MIDDLE: Final = 0.5
_SATURDAY: Final = 5


class DayType(StrEnum):
    """What a day is to a home's habits."""

    WORKING_DAY = "working_day"
    FREE_DAY = "free_day"
    """Saturday, Sunday, or a public holiday."""


def day_type_of(day: date, free: Collection[date]) -> DayType:
    """Return what a day is; `free` are public holidays."""
    if day.weekday() >= _SATURDAY or day in free:
        return DayType.FREE_DAY
    return DayType.WORKING_DAY


class TailSource(StrEnum):
    """What the tail threshold is taken from."""

    FIT = "fit"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class BestFit:
    """The family that describes a sample best, of all that were tried."""

    family: str
    parameters: Mapping[str, float]
    aic: Mapping[str, float]
    """Of each family that could be fitted; the best one has the lowest."""
    kolmogorov_smirnov: float
    """The largest distance between the shares of the fit and of the sample."""
    anderson_darling: float
    """The same of all shares together, with the tails counting more."""
    fits: bool
    """Whether the fit may stand for the sample, its tail too."""


@dataclass(frozen=True, slots=True)
class UseProfile:
    """How much is used while anything is used."""

    p25: float
    p50: float
    p75: float
    tail: float
    """What is above it happens 1 % of the time."""
    tail_from: TailSource
    samples: int
    """Intervals of this hour and day type in which anything was used."""
    fit: BestFit | None
    """None where all values are the same, or nearly none are known."""


@dataclass(frozen=True, slots=True)
class UseLevels:
    """Where a moment's use stands among what is usual then."""

    p25: float
    p50: float
    p75: float
    tail: float


@dataclass(frozen=True, slots=True)
class UsageStatistics:
    """What a meter's past tells of one interval."""

    interval_s: int
    start_s: float
    end_s: float
    samples: int
    days: int
    left_out_days: int
    """Days unlike all others, which were not counted."""
    off_below: float
    """What is not above it is no use: off, stand-by, or feeding in."""
    off_share: float
    """How many of the samples are that."""
    gives_share: float
    """How many of the samples are below zero."""
    whole: UseProfile
    by_hour: Mapping[tuple[DayType, int], UseProfile]

    def at(self, local: datetime, day_type: DayType) -> UseLevels:
        """Return what is usual at a time of the home's clock.

        An hour's levels hold in its middle; between two hours they change evenly, so
        that nothing jumps when the clock strikes.
        """
        hour = local.hour + local.minute / 60 + local.second / 3600 - _MIDDLE
        before = int(hour // 1)
        share = hour - before
        one, other = (
            self.by_hour[day_type, at % _HOURS] for at in (before, before + 1)
        )
        return UseLevels(
            *(
                (1 - share) * getattr(one, name) + share * getattr(other, name)
                for name in ("p25", "p50", "p75", "tail")
            )
        )


@dataclass(frozen=True, slots=True)
class TooLittleUse:
    """Why there are no statistics yet."""

    days_known: int
    days_needed: int
    uses_known: int
    """Intervals in which anything was used."""
    uses_needed: int
