"""What is known of a home after a look at it."""

from dataclasses import dataclass
from typing import Final

from ..analytics.anomalies.anomaly import Anomaly, AnomalyKind
from ..household import Household
from ..metering.profile import MeterRole
from .told_anomaly import ToldAnomaly
from .unusual_hours import Look

_HOUR: Final = 3600.0
# Older hours say nothing of now.
_OUTDATED: Final = 6 * _HOUR
_ROOF_OUTDATED: Final = 30 * _HOUR
# How long after its last hour an anomaly is not over: what is on may pause.
_LINGERS: Final = {
    AnomalyKind.UNUSUAL_DAY: 5 * _HOUR,
    AnomalyKind.LEFT_ON: _HOUR,
    AnomalyKind.STANDBY_RISING: 5 * _HOUR,
    AnomalyKind.AWAY_USE: _HOUR,
}


@dataclass(frozen=True, slots=True)
class Unusual:
    """What is known of a home: anomalies of the last eight days, the newest last."""

    anomalies: tuple[ToldAnomaly, ...]
    seen: Look
    looked: float
    """When that was [s since the epoch]."""

    @property
    def judges_use(self) -> bool:
        """Whether enough is known of what the home uses, also of late."""
        until = self.seen.known_until
        return (
            until is not None
            and self.seen.learning is None
            and self.looked - until <= _OUTDATED
        )

    @property
    def judges_roof(self) -> bool:
        """Whether enough is known of what the roof gives, also of late."""
        roof, until = self.seen.roof, self.seen.roof_known_until
        return (
            roof is not None
            and until is not None
            and roof.learning is None
            and self.looked - until <= _ROOF_OUTDATED
        )


def goes_on(anomaly: Anomaly, seen: Look) -> bool:
    """Whether no hour tells yet that an anomaly is over."""
    if anomaly.kind is AnomalyKind.PRODUCTION_DROP:
        # It is found only as long as it lasts.
        return True
    if seen.known_until is None:
        return False
    return anomaly.end + _LINGERS.get(anomaly.kind, 0.0) >= seen.known_until


def judges_use(household: Household) -> bool:
    """Whether a household measures what it uses."""
    return household.has_role(MeterRole.GRID) or household.has_role(MeterRole.APPLIANCE)


def judges_roof(household: Household) -> bool:
    """Whether a household measures what a roof gives."""
    return household.has_role(MeterRole.PRODUCTION)
