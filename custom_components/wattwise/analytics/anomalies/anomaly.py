"""What is found unusual, whoever found it."""

from dataclasses import dataclass
from enum import StrEnum


class AnomalyKind(StrEnum):
    """What is unusual."""

    UNUSUAL_HOUR = "unusual_hour"
    """Far more than ever at this time of day, for an hour or a few."""
    UNUSUAL_DAY = "unusual_day"
    """A day or half of one far above, or far below, what was expected."""
    LEFT_ON = "left_on"
    """Something has been on without a break for many hours that usually is not."""
    STANDBY_RISING = "standby_rising"
    """The base load has been higher than before for days."""
    AWAY_USE = "away_use"
    """More than the base load while everybody is away."""
    PRODUCTION_DROP = "production_drop"
    """The roof gives far less than the weather lets expect."""
    LOW_USE = "low_use"
    """Far less than usual for days, as if nobody were there."""
    STUCK = "stuck"
    """The same value again and again: the meter, not the home."""
    OUTAGE = "outage"
    """Nothing at all is used: the supply or the meter is off."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A stretch of time in which something was unusual.

    Times are seconds since the epoch, energies kWh of the whole stretch.
    """

    kind: AnomalyKind
    start: float
    end: float
    """The end of the last hour that belongs to it; it may go on."""
    score: float
    """How unusual, by the method that found it: 1 is its threshold."""
    energy: float
    expected: float
    """The median of what was expected."""
    expected_low: float
    expected_high: float

    @property
    def excess(self) -> float:
        """How much more was used than expected [kWh]; negative if less."""
        return self.energy - self.expected
