"""A base load that is higher than before is told as long as it is, and hides nothing."""

import json

import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import Anomaly, AnomalyKind
from custom_components.wattwise.analytics.anomalies.detector import AnomalyDetector

from .homes import DAY, HOUR, LONDON, Hours, made_home, newest
from .test_detector import NOON, PAST_DAYS, changed


def lived(
    home: Hours,
    days: int,
    normal: tuple[tuple[float, float], ...] = (),
    learned_until: float = NOON - 11 * HOUR,
) -> list[list[Anomaly]]:
    """Return what is told to go on at the end of each day, with a lesson each night."""
    risen, seen = None, []
    for day in range(days):
        night = learned_until + day * DAY
        detector = AnomalyDetector(LONDON)
        past = {start: kwh for start, kwh in home.items() if start < night}
        detector.learn(past, normal=[n for n in normal if n[0] < night], risen=risen)
        risen = detector.risen
        other = AnomalyDetector(LONDON)
        other.restore(json.loads(json.dumps(detector.state())))
        assert other.risen == risen
        now = night + DAY
        hours = {start: kwh for start, kwh in home.items() if start < now}
        told = other.look(newest(hours), now, normal=normal).anomalies
        # Chance makes unusual hours, too.
        kinds = AnomalyKind.LEFT_ON, AnomalyKind.STANDBY_RISING
        lately = [one for one in told if one.end >= now - 5 * HOUR]
        seen.append([one for one in lately if one.kind in kinds])
    return seen


def test_a_higher_base_load_is_told_until_it_is_back() -> None:
    """Days do not make it the usual one: it stays, with its beginning, and then ends."""
    home = changed(made_home(PAST_DAYS + 40), NOON, 24 * 25, lambda kwh: kwh + 0.2)
    days = lived(home, 29)
    assert {one.kind for day in days for one in day} == {AnomalyKind.STANDBY_RISING}
    told = [day[-1] if day else None for day in days]
    begun = next(day for day, one in enumerate(told) if one)
    assert begun <= 5
    going_on = told[begun:25]
    assert all(going_on)
    starts = {one.start for one in going_on[1:] if one}
    assert len(starts) == 1
    assert abs(starts.pop() - NOON) <= 12 * HOUR
    for one in going_on:
        assert one
        assert one.energy > one.expected_high
    assert going_on[-1]
    assert going_on[-1].excess == pytest.approx(0.2 * 24 * 24.5, rel=0.2)
    assert told[26:] == [None, None, None]


def test_a_higher_base_load_hides_nothing() -> None:
    """A heater that is left on while the base load is higher is told, and only once."""
    home = changed(made_home(PAST_DAYS + 40), NOON, 24 * 25, lambda kwh: kwh + 0.6)
    plain = lived(home, 20)
    # It was left on at first; since it is known what it is, there is nothing else.
    assert all([one.kind for one in day] == ["standby_rising"] for day in plain[5:])
    night = NOON + 10 * DAY + 5 * HOUR
    home = changed(home, night, 9, lambda kwh: kwh + 2.0)
    told = lived(home, 12)
    assert sorted(one.kind for one in told[10]) == ["left_on", "standby_rising"]
    heater = min(told[10], key=lambda one: one.end - one.start)
    assert abs(heater.start - night) <= HOUR
    assert [one.kind for one in told[11]] == ["standby_rising"]


def test_a_higher_base_load_hides_nothing_before_it_is_learned() -> None:
    """What is left on beside it shows in the same look that tells it first."""
    home = changed(made_home(PAST_DAYS + 20), NOON, 24 * 10, lambda kwh: kwh + 0.3)
    night = NOON + 4 * DAY + 13 * HOUR
    home = changed(home, night, 5, lambda kwh: kwh + 2.5)
    now = night + 5 * HOUR
    detector = AnomalyDetector(LONDON)
    detector.learn({start: kwh for start, kwh in home.items() if start < NOON})
    assert detector.risen is None

    hours = {start: kwh for start, kwh in home.items() if start < now}
    told = detector.look(newest(hours), now).anomalies

    heater, base = sorted(
        (one for one in told if one.end > now - HOUR), key=lambda one: -one.start
    )
    assert base.kind is AnomalyKind.STANDBY_RISING
    assert heater.kind in {AnomalyKind.UNUSUAL_HOUR, AnomalyKind.LEFT_ON}
    assert abs(heater.start - night) <= 2 * HOUR
    # Only the night learns.
    assert detector.risen is None


def test_a_higher_base_load_becomes_usual() -> None:
    """That is so after six weeks, or at once when people say that it is normal."""
    home = changed(made_home(PAST_DAYS + 60), NOON, 24 * 60, lambda kwh: kwh + 0.2)
    told = lived(home, 50)
    assert told[40]
    assert not any(told[43:])
    normal = ((NOON, NOON + 10 * DAY),)
    assert not any(lived(home, 20, normal)[11:])
