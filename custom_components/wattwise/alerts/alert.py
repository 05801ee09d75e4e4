"""What an alert is, whichever entity tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

type AlertDetail = str | float | int | bool | None


class AlertKind(StrEnum):
    """What is wrong. Also the types of the household's event entity."""

    VOLTAGE_PROBLEM = "voltage_problem"
    NEUTRAL_LOST = "neutral_lost"
    PHASES_UNBALANCED = "phases_unbalanced"
    FREQUENCY_PROBLEM = "frequency_problem"
    OVERLOAD = "overload"
    DEMAND_PEAK_AHEAD = "demand_peak_ahead"
    METER_SILENT = "meter_silent"
    VALUE_STUCK = "value_stuck"
    COUNTER_RESET = "counter_reset"
    CLOCK_DRIFT = "clock_drift"
    REFUSED_RISING = "refused_rising"
    UNUSUAL_USE = "unusual_use"
    LEFT_ON = "left_on"
    STANDBY_RISING = "standby_rising"
    AWAY_USE = "away_use"
    PRODUCTION_DROP = "production_drop"
    BUDGET_AT_RISK = "budget_at_risk"
    HIGH_USE = "high_use"


class AlertSeverity(StrEnum):
    """How soon a person has to care."""

    NOTICE = "notice"
    """Good to know."""
    WARNING = "warning"
    """Worth a look today."""
    CRITICAL = "critical"
    """Now: people, devices or the supply are at risk."""

    @property
    def rank(self) -> int:
        """Return a number that is larger the graver it is."""
        return list(AlertSeverity).index(self)


class AlertPhase(StrEnum):
    """What became of an alert."""

    STARTED = "started"
    WORSENED = "worsened"
    """It is graver than it ever was since it started."""
    ENDED = "ended"


# What may harm people is told each time, however often it was told before.
DANGEROUS: Final = frozenset({AlertKind.NEUTRAL_LOST})


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is wrong in a household."""

    kind: AlertKind
    severity: AlertSeverity
    """How grave it is at the moment."""
    worst: AlertSeverity
    """How grave it was at its worst."""
    entity_id: str
    """The binary sensor that is on meanwhile."""
    meter: str | None
    """The name of the meter it is about; None if it is about the home."""
    since: datetime
    details: Mapping[str, AlertDetail]
    """Numbers and words that explain it, by names that templates can read."""
