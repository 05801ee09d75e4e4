"""How urgent an anomaly is follows from its kind, its energy and its score."""

import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import Anomaly, AnomalyKind
from custom_components.wattwise.analytics.anomalies.severity import (
    AnomalySeverity,
    severity_of,
)

from .homes import BEGIN, HOUR


@pytest.mark.parametrize(
    ("kind", "hours", "energy", "expected", "score", "severity"),
    [
        (AnomalyKind.OUTAGE, 3, 0.0, 1.0, 1.1, "warning"),
        (AnomalyKind.OUTAGE, 12, 0.0, 5.0, 2.0, "critical"),
        (AnomalyKind.STUCK, 24, 9.0, 9.0, 4.0, "warning"),
        (AnomalyKind.AWAY_USE, 3, 1.5, 0.3, 1.2, "warning"),
        (AnomalyKind.AWAY_USE, 3, 6.3, 0.3, 5.0, "critical"),
        (AnomalyKind.LEFT_ON, 8, 4.0, 1.0, 1.2, "notice"),
        (AnomalyKind.LEFT_ON, 8, 9.0, 1.0, 1.2, "warning"),
        (AnomalyKind.LEFT_ON, 8, 2.0, 1.0, 2.5, "warning"),
        (AnomalyKind.STANDBY_RISING, 96, 30.0, 24.0, 1.5, "notice"),
        (AnomalyKind.STANDBY_RISING, 96, 40.0, 24.0, 1.5, "warning"),
        (AnomalyKind.UNUSUAL_HOUR, 1, 4.5, 0.5, 1.5, "notice"),
        (AnomalyKind.UNUSUAL_HOUR, 1, 4.5, 0.5, 2.5, "warning"),
        (AnomalyKind.UNUSUAL_DAY, 24, 9.0, 7.0, 2.5, "notice"),
        (AnomalyKind.LOW_USE, 72, 4.0, 40.0, 6.0, "notice"),
        (AnomalyKind.PRODUCTION_DROP, 24, 12.0, 20.0, 1.2, "notice"),
        (AnomalyKind.PRODUCTION_DROP, 24, 2.0, 20.0, 3.0, "warning"),
    ],
)
def test_severity(
    kind: AnomalyKind,
    hours: int,
    energy: float,
    expected: float,
    score: float,
    severity: str,
) -> None:
    """Each kind has its own measure."""
    anomaly = Anomaly(
        kind,
        BEGIN,
        BEGIN + hours * HOUR,
        score,
        energy,
        expected,
        expected * 0.8,
        expected * 1.2,
    )
    assert severity_of(anomaly) is AnomalySeverity(severity)
