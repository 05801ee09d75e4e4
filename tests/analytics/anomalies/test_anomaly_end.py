"""When something that was unusual is said to be over."""

from dataclasses import replace
import random

import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import (
    Anomaly,
    AnomalyKind,
)
from custom_components.wattwise.analytics.anomalies.anomaly_end import until_its_end

HOUR = 3600.0
DAY = 24 * HOUR
START = 1_781_700_000.0
LEFT_ON = Anomaly(
    AnomalyKind.LEFT_ON, START, START + 20 * HOUR, 2.0, 26.0, 6.0, 4.0, 9.0
)


def past(days: int = 28) -> dict[float, float]:
    """Return weeks of a home before an anomaly, of 0.2 to 0.4 kWh an hour."""
    noise = random.Random(1)
    first = START - days * DAY
    return {first + hour * HOUR: noise.uniform(0.2, 0.4) for hour in range(24 * days)}


def with_heater(hours: int, whole: int = 20) -> dict[float, float]:
    """Return the same, and a heater of 2 kW for some hours of the anomaly."""
    then = {START + hour * HOUR: 0.3 + 2.0 * (hour < hours) for hour in range(whole)}
    return past() | then


def test_a_heater_that_was_switched_off() -> None:
    """It ends with the last hour of the heater, and so do its figures."""
    found = until_its_end(LEFT_ON, with_heater(10))
    assert found.end == START + 10 * HOUR
    assert found.start == START
    assert found.energy == pytest.approx(26.0 - 10 * 0.3)
    assert found.expected == pytest.approx(3.0, rel=0.1)
    assert found.expected_low < found.expected < found.expected_high


def test_a_heater_that_is_still_on() -> None:
    """It goes on."""
    assert until_its_end(LEFT_ON, with_heater(20)) == LEFT_ON


def test_what_is_not_cut() -> None:
    """Single hours, low use and homes without a past stay as they were found."""
    short = replace(LEFT_ON, end=START + 2 * HOUR)
    assert until_its_end(short, with_heater(1)) == short
    low = replace(LEFT_ON, kind=AnomalyKind.UNUSUAL_DAY, energy=1.0)
    assert until_its_end(low, with_heater(10)) == low
    young = {at: kwh for at, kwh in with_heater(10).items() if at >= START - 2 * DAY}
    assert until_its_end(LEFT_ON, young) == LEFT_ON
    away = replace(LEFT_ON, kind=AnomalyKind.AWAY_USE)
    assert until_its_end(away, with_heater(10)) == away


def test_a_base_load_that_is_back() -> None:
    """One quiet hour of the last day tells that what was in stand-by is off."""
    rising = replace(
        LEFT_ON, kind=AnomalyKind.STANDBY_RISING, end=START + 4 * DAY, energy=50.0
    )
    noise = random.Random(2)
    raised = past() | {
        START + hour * HOUR: noise.uniform(0.45, 0.65) for hour in range(4 * 24)
    }
    assert until_its_end(rising, raised) == rising
    off = START + 3.5 * DAY
    back = {at: kwh - 0.25 * (at >= off) for at, kwh in raised.items()}
    found = until_its_end(rising, back)
    assert off <= found.end < off + 6 * HOUR
    assert found.energy < rising.energy
