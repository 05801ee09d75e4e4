"""What is said to lie behind an anomaly."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import (
    Anomaly,
    AnomalyKind,
)
from custom_components.wattwise.anomalies.probable_reason import (
    Cause,
    Evidence,
    Reason,
    SubMeter,
    probable_cause,
)

HOUR = 3600
DAY = 24 * HOUR
START = int(datetime(2026, 6, 17, 18, tzinfo=UTC).timestamp())
EVENING = Anomaly(
    AnomalyKind.UNUSUAL_HOUR,
    float(START),
    float(START + 2 * HOUR),
    score=2.0,
    energy=5.0,
    expected=1.0,
    expected_low=0.5,
    expected_high=1.5,
)


def meter(
    name: str, more: float, parent: str | None = None, days: int = 28, **kwargs: Any
) -> SubMeter:
    """Return an appliance that used so much more in each hour of the evening."""
    hours = {START - DAY * days + hour * HOUR: 0.2 for hour in range(24 * days)}
    hours |= {START + hour * HOUR: 0.2 + more for hour in range(2)}
    return SubMeter(name.lower(), name, parent, hours, **kwargs)


def cause(anomaly: Anomaly = EVENING, **evidence: Any) -> Cause:
    """Return what is said with this evidence."""
    return probable_cause(anomaly, Evidence(**evidence), UTC)


def temperature(before: float, then: float) -> dict[int, float]:
    """Return two weeks of one temperature, and a day of another."""
    first = START + 2 * HOUR - 15 * DAY
    return {
        first + hour * HOUR: before if hour < 14 * 24 else then
        for hour in range(15 * 24)
    }


def test_the_appliance_that_used_as_much_more() -> None:
    """A meter that rose by half of what was too much is the one; others are not."""
    oven, fridge = meter("Oven", 1.7), meter("Fridge", 0.1)
    assert cause(meters=(fridge, oven)) == Cause(Reason.APPLIANCE, "Oven")
    assert cause(meters=(fridge,)) == Cause(Reason.UNKNOWN)
    car = meter("Wallbox", 1.9, charges_cars=True)
    assert cause(meters=(oven, car)) == Cause(Reason.CHARGING, "Wallbox")


def test_a_meter_behind_another_one() -> None:
    """The inner one is named if it is the cause; else the outer one."""
    kitchen = meter("Kitchen", 1.8)
    oven = meter("Oven", 1.7, parent="kitchen")
    assert cause(meters=(kitchen, oven)).appliance == "Oven"
    oven = meter("Oven", 1.1, parent="kitchen")
    assert cause(meters=(oven, kitchen)).appliance == "Kitchen"


def test_a_meter_that_is_new_explains_nothing() -> None:
    """Without days to compare with, nobody knows what it usually uses."""
    assert cause(meters=(meter("Oven", 1.7, days=3),)).reason is Reason.UNKNOWN
    empty = SubMeter("oven", "Oven", None, {})
    assert cause(meters=(empty,)).reason is Reason.UNKNOWN


@pytest.mark.parametrize(
    ("before", "then", "reason"),
    [
        (8.0, 1.0, Reason.HEATING),
        (8.0, 6.0, Reason.UNKNOWN),
        (24.0, 18.0, Reason.UNKNOWN),
        (22.0, 31.0, Reason.COOLING),
        (2.0, 12.0, Reason.UNKNOWN),
    ],
)
def test_weather(before: float, then: float, reason: Reason) -> None:
    """Only a day that is far from usual, and one to heat or cool, is a reason."""
    assert cause(temperature=temperature(before, then)).reason is reason


def test_an_appliance_is_surer_than_the_weather_and_that_than_a_holiday() -> None:
    """The surest evidence is told."""
    cold, free = temperature(8, 0), frozenset({date(2026, 6, 17)})
    evidence: dict[str, Any] = {"temperature": cold, "free": free}
    oven = (meter("Oven", 1.7),)
    assert cause(**evidence, meters=oven).reason is Reason.APPLIANCE
    assert cause(**evidence).reason is Reason.HEATING
    assert cause(free=free).reason is Reason.HOLIDAY
    assert cause(free=frozenset({date(2026, 6, 18)})).reason is Reason.UNKNOWN


def test_less_than_usual() -> None:
    """Low use has other reasons than high use."""
    low = replace(EVENING, kind=AnomalyKind.UNUSUAL_DAY, energy=0.1)
    assert cause(low, meters=(meter("Oven", 1.7),)).reason is Reason.UNKNOWN
    away = ((float(START - DAY), float(START + DAY)),)
    assert cause(low, away=away).reason is Reason.NOBODY_HOME
    none = replace(low, kind=AnomalyKind.LOW_USE)
    assert cause(none).reason is Reason.NOBODY_HOME


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(AnomalyKind.OUTAGE, Reason.SUPPLY), (AnomalyKind.STUCK, Reason.METER)],
)
def test_what_needs_no_evidence(kind: AnomalyKind, reason: Reason) -> None:
    """Some kinds say it themselves."""
    anomaly = replace(EVENING, kind=kind, energy=0.0)
    assert cause(anomaly).reason is reason
