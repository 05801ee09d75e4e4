"""What a look at the newest hours of a home finds."""

from dataclasses import dataclass

from .anomaly import Anomaly


@dataclass(frozen=True, slots=True)
class Learning:
    """How far a home is known before anything is said of it."""

    days_known: int
    days_needed: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What was unusual in the last eight days, the newest last.

    `learning` is None once enough is known to judge.
    """

    anomalies: tuple[Anomaly, ...]
    learning: Learning | None
