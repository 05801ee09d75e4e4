"""What an anomaly is to people: which alert, how grave, in which words."""

from dataclasses import replace

import pytest

from custom_components.wattwise.alerts.alert import AlertKind, AlertSeverity
from custom_components.wattwise.analytics.anomalies.anomaly import (
    Anomaly,
    AnomalyKind,
)
from custom_components.wattwise.anomalies.probable_reason import Cause, Reason
from custom_components.wattwise.anomalies.told_anomaly import (
    ToldAnomaly,
    anomaly_id,
    called,
)

START = 1_781_726_400.0
ANOMALY = Anomaly(
    AnomalyKind.UNUSUAL_HOUR, START, START + 3600.0, 2.0, 3.0, 1.0, 0.5, 1.5
)
TOLD = ToldAnomaly(
    ANOMALY,
    ongoing=True,
    normal=False,
    cause=Cause(Reason.APPLIANCE, "Oven"),
    cost=0.666,
)


@pytest.mark.parametrize(
    ("kind", "energy", "alert", "severity"),
    [
        ("unusual_hour", 3.0, "unusual_use", "notice"),
        ("unusual_hour", 6.0, "unusual_use", "warning"),
        ("unusual_day", 3.0, "unusual_use", "notice"),
        ("unusual_day", 0.1, None, "notice"),
        ("left_on", 3.0, "left_on", "warning"),
        # No more than on one of ten days.
        ("left_on", 1.4, None, "warning"),
        ("unusual_hour", 1.4, None, "notice"),
        ("away_use", 1.4, "away_use", "warning"),
        ("standby_rising", 9.0, "standby_rising", "warning"),
        ("away_use", 3.0, "away_use", "critical"),
        ("production_drop", 0.0, "production_drop", "warning"),
        ("low_use", 0.0, None, "notice"),
        ("stuck", 1.0, None, "warning"),
        ("outage", 0.0, None, "warning"),
    ],
)
def test_its_alert(kind: str, energy: float, alert: str | None, severity: str) -> None:
    """Each kind has one alert or none, and is as grave as it is much."""
    anomaly = replace(ANOMALY, kind=AnomalyKind(kind), energy=energy)
    told = replace(TOLD, anomaly=anomaly)
    assert told.alert == (alert and AlertKind(alert))
    assert told.severity is AlertSeverity(severity)
    assert told.alarms is (alert is not None)


def test_when_it_does_not_alarm() -> None:
    """What is over, and what people called normal, is told but no alert."""
    assert not replace(TOLD, ongoing=False).alarms
    assert not replace(TOLD, normal=True).alarms


def test_its_words() -> None:
    """Figures are rounded; the id stays while it goes on."""
    assert TOLD.figures() == {
        "kind": "unusual_hour",
        "energy_kwh": 3.0,
        "expected_low_kwh": 0.5,
        "expected_high_kwh": 1.5,
        "excess_kwh": 2.0,
        "cost": 0.67,
        "reason": "appliance",
        "appliance": "Oven",
    }
    assert TOLD.anomaly_id == "unusual_hour_20260617T2000"
    longer = replace(ANOMALY, end=ANOMALY.end + 7200.0)
    assert replace(TOLD, anomaly=longer).anomaly_id == TOLD.anomaly_id
    assert replace(TOLD, cost=None).figures()["cost"] is None


def test_an_older_id() -> None:
    """What somebody was told of can be called by that, also when it became another one."""
    then = "unusual_hour_20260617T2000"
    night = replace(
        ANOMALY, kind=AnomalyKind.LEFT_ON, start=START - 3600.0, end=START + 9 * 3600.0
    )
    meter = replace(night, kind=AnomalyKind.STUCK)
    roof = replace(night, kind=AnomalyKind.PRODUCTION_DROP)
    before = replace(ANOMALY, start=START - 40 * 3600.0, end=START - 30 * 3600.0)
    there = [roof, meter, before, night]
    assert called(there, then) is night
    # It was found to have begun a little later.
    later = replace(night, start=START + 3600.0)
    assert called([before, later], then) is later
    assert called([roof, meter, before], then) is None
    assert called([*there, ANOMALY], then) is ANOMALY
    for one in there:
        assert called(there, anomaly_id(one)) is one
    for nothing in ("", "left_on", "left_on_1", "unusual_hour_20260617T2000Z", "x_y"):
        assert called(there, nothing) is None
