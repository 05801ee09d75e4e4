"""What an alert is, whichever entity tells of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

type AlertDetail = str | float | int | bool | None


class AlertKind(StrEnum):
    """What is wrong. Also the types of the household's event entity."""

    VOLTAGE_PROBLEM = "voltage_problem"
    NEUTRAL_LOST = "neutral_lost"
    PHASES_UNBALANCED = "phases_unbalanced"
    FREQUENCY_PROBLEM = "frequency_problem"
    OVERLOAD = "overload"


class AlertSeverity(StrEnum):
    """How soon a person has to care."""

    NOTICE = "notice"
    """Good to know."""
    WARNING = "warning"
    """Worth a look today."""
    CRITICAL = "critical"
    """Now: people, devices or the supply are at risk."""


@dataclass(frozen=True, slots=True)
class Alert:
    """Something that is wrong in a household."""

    kind: AlertKind
    severity: AlertSeverity
    entity_id: str
    """The binary sensor that is on meanwhile."""
    meter: str | None
    """The name of the meter it is about; None if it is about the home."""
    since: datetime
    details: Mapping[str, AlertDetail]
    """Numbers and words that explain it, by names that templates can read."""
