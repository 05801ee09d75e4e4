"""The detector says what is unusual in a home, and nothing of what is not."""

from collections.abc import Callable
from datetime import datetime
import json
import math
import time

import numpy as np
import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import Anomaly, AnomalyKind
from custom_components.wattwise.analytics.anomalies.detector import (
    DAYS_NEEDED,
    AnomalyDetector,
    Learning,
)

from .homes import (
    BEGIN,
    DAY,
    HOUR,
    LONDON,
    Hours,
    end_of,
    made_home,
    newest,
    real_home,
)

PAST_DAYS = 120
# What happens begins at noon of the day after the past.
NOON = BEGIN + PAST_DAYS * DAY + 11 * HOUR


def changed(
    hours: Hours, begin: float, count: int, to: Callable[[float], float]
) -> Hours:
    """Return a home in which `count` hours from `begin` on are others."""
    end = begin + count * HOUR
    return {
        start: to(kwh) if begin <= start < end else kwh for start, kwh in hours.items()
    }


def found(
    hours: Hours,
    now: float,
    *,
    learned_until: float = NOON,
    away: tuple[tuple[float, float], ...] = (),
    normal: tuple[tuple[float, float], ...] = (),
) -> tuple[Anomaly, ...]:
    """Learn up to a moment, and look at a later one."""
    detector = AnomalyDetector(LONDON)
    past = {start: kwh for start, kwh in hours.items() if start < learned_until}
    detector.learn(past, normal=normal, away=away)
    seen = {start: kwh for start, kwh in hours.items() if start < now}
    return detector.look(newest(seen), now, away=away, normal=normal).anomalies


def since(anomalies: tuple[Anomaly, ...], begin: float) -> list[Anomaly]:
    """Return those that end after a moment."""
    return [anomaly for anomaly in anomalies if anomaly.end > begin]


@pytest.mark.parametrize(
    ("kind", "begin", "hours", "to"),
    [
        (AnomalyKind.UNUSUAL_HOUR, NOON, 1, lambda kwh: kwh + 4.0),
        (AnomalyKind.LEFT_ON, NOON, 10, lambda kwh: kwh + 1.0),
        (AnomalyKind.LEFT_ON, NOON, 30, lambda kwh: kwh + 0.5),
        (AnomalyKind.STANDBY_RISING, NOON, 144, lambda kwh: kwh + 0.15),
        (AnomalyKind.LOW_USE, NOON, 72, lambda kwh: 0.1 + kwh / 1000),
        (AnomalyKind.STUCK, NOON, 24, lambda kwh: 0.4321),
        (AnomalyKind.OUTAGE, NOON, 6, lambda kwh: 0.0),
    ],
)
def test_each_kind(
    kind: AnomalyKind, begin: float, hours: int, to: Callable[[float], float]
) -> None:
    """What happens is told once, as what it is, with its time and its energy."""
    home = changed(made_home(PAST_DAYS + 10), begin, hours, to)
    end = begin + hours * HOUR

    events = since(found(home, end), begin)

    assert [event.kind for event in events] == [kind]
    (event,) = events
    assert event.score > 1
    assert abs(event.start - begin) <= 12 * HOUR
    assert event.end <= end
    inside = [kwh for start, kwh in home.items() if event.start <= start < event.end]
    if kind in {AnomalyKind.LEFT_ON, AnomalyKind.STANDBY_RISING}:
        # What ran all the time, and not what came and went.
        added = sum(inside) - sum(
            kwh
            for start, kwh in made_home(PAST_DAYS + 10).items()
            if event.start <= start < event.end
        )
        assert event.energy < sum(inside)
        assert event.excess == pytest.approx(added, rel=0.2)
        assert event.energy > event.expected_high
    else:
        assert event.energy == pytest.approx(sum(inside))
    assert event.expected_low <= event.expected <= event.expected_high
    low = kind in {AnomalyKind.LOW_USE, AnomalyKind.OUTAGE}
    if kind is not AnomalyKind.STUCK:
        assert (event.excess < 0) is low


def test_what_is_told_is_what_was_judged() -> None:
    """Something left on in an evening without cooking is more than usual ran all the time."""
    home = changed(made_home(PAST_DAYS + 2), NOON, 24, lambda kwh: 0.42 + kwh / 50)
    (event,) = since(found(home, NOON + DAY), NOON)
    assert event.kind is AnomalyKind.LEFT_ON
    assert event.energy > event.expected_high
    hours = (event.end - event.start) / HOUR
    assert event.excess == pytest.approx(0.32 * hours, rel=0.2)


def test_an_ordinary_home_is_left_alone() -> None:
    """A month of ordinary days has at most one alarm."""
    home = made_home(PAST_DAYS + 32, seed=5)
    told = set[float]()
    for week in range(1, 5):
        now = BEGIN + (PAST_DAYS + 8 * week) * DAY
        told |= {event.start for event in found(home, now, learned_until=now - 8 * DAY)}
    assert len(told) <= 1


def test_nothing_is_said_while_it_learns() -> None:
    """Too short a past is told as that, however unusual its last hour."""
    home = made_home(20)
    home[max(home)] = 9.0
    detector = AnomalyDetector(LONDON)
    assert detector.look({}, BEGIN).learning == Learning(0, DAYS_NEEDED)

    detector.learn(home)

    said = detector.look(newest(home), end_of(home))
    assert said.anomalies == ()
    assert said.learning == Learning(20, DAYS_NEEDED)


def test_it_is_over_with_learning_after_four_weeks() -> None:
    """From then on an hour like no other is told."""
    home = made_home(DAYS_NEEDED + 2)
    home[max(home) - 9 * HOUR] = 9.0
    detector = AnomalyDetector(LONDON)
    detector.learn({s: kwh for s, kwh in home.items() if s < end_of(home) - DAY})

    said = detector.look(newest(home), end_of(home))

    assert said.learning is None
    assert [event.kind for event in said.anomalies] == [AnomalyKind.UNUSUAL_HOUR]


def test_nothing_after_an_hour_has_a_part_in_it() -> None:
    """What comes later changes nothing of what was said before."""
    home = changed(made_home(PAST_DAYS + 10), NOON, 10, lambda kwh: kwh + 1.0)
    now = NOON + 10 * HOUR
    detector = AnomalyDetector(LONDON)
    detector.learn({start: kwh for start, kwh in home.items() if start < NOON})
    before = detector.look(newest(home), now)
    other = changed(home, now, 200, lambda kwh: 7.0)

    assert detector.look(newest(other), now) == before
    assert since(before.anomalies, NOON)


def test_what_was_learned_survives_a_restart() -> None:
    """State goes through JSON, and a restored detector says the same."""
    home = changed(made_home(PAST_DAYS + 1), NOON, 10, lambda kwh: kwh + 1.0)
    detector = AnomalyDetector(LONDON)
    detector.learn(
        {start: kwh for start, kwh in home.items() if start < NOON},
        normal=[(NOON - 5 * DAY, NOON - 4 * DAY)],
    )
    other = AnomalyDetector(LONDON)

    other.restore(json.loads(json.dumps(detector.state(), allow_nan=False)))

    now = end_of(home)
    assert other.look(newest(home), now) == detector.look(newest(home), now)
    assert other.look(newest(home), now).anomalies
    assert other.state() == detector.state()


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"version": 99},
        {"version": 3, "hours": 5},
        {
            **AnomalyDetector(LONDON).state(),
            "limits": {"2024-01-01": [1.0]},
        },
        {**AnomalyDetector(LONDON).state(), "limits": {"yesterday": []}},
        {**AnomalyDetector(LONDON).state(), "allowed": [[None]]},
    ],
)
def test_a_state_of_another_kind_is_refused(state: dict[str, object]) -> None:
    """What cannot be taken up leaves the detector as it was."""
    detector = AnomalyDetector(LONDON)
    detector.learn(made_home(40))
    before = detector.state()

    with pytest.raises(ValueError):  # noqa: PT011
        detector.restore(state)

    assert detector.state() == before


def test_what_people_call_normal_is_not_told_again() -> None:
    """The like of a normal stretch is quiet at that time of day, and what is more is not."""
    first = (NOON, NOON + 10 * HOUR)
    again = NOON + 5 * DAY
    home = changed(made_home(PAST_DAYS + 10), NOON, 10, lambda kwh: kwh + 1.0)
    home = changed(home, again, 10, lambda kwh: kwh + 1.0)
    now = again + 10 * HOUR
    assert len(found(home, now, learned_until=again)) == 2

    assert found(home, now, learned_until=again, normal=(first,)) == ()
    # Even before the night in which it is learned.
    assert found(home, now, learned_until=NOON, normal=(first,)) == ()

    more = changed(home, again, 10, lambda kwh: kwh + 3.0)
    assert len(found(more, now, learned_until=again, normal=(first,))) == 1
    night = again + 13 * HOUR
    other = changed(home, night, 8, lambda kwh: kwh + 1.0)
    events = found(other, night + 8 * HOUR, learned_until=again, normal=(first,))
    assert len(events) == 1


def test_a_normal_burst_hides_no_base_load() -> None:
    """Two hours of painting say nothing of the days around them."""
    home = changed(made_home(PAST_DAYS + 10), NOON, 2, lambda kwh: kwh + 4.0)
    rise = NOON + 8 * HOUR
    home = changed(home, rise, 200, lambda kwh: kwh + 0.2)
    now = rise + 100 * HOUR
    (plain,) = since(found(home, now), now - HOUR)
    assert plain.kind is AnomalyKind.STANDBY_RISING

    (event,) = since(found(home, now, normal=((NOON, NOON + 2 * HOUR),)), now - HOUR)

    assert event.kind is AnomalyKind.STANDBY_RISING
    assert event.score == plain.score


def test_use_while_everybody_is_away() -> None:
    """Use that would be ordinary is told if nobody is there, and its absence is not."""
    away = ((NOON, NOON + 4 * DAY),)
    empty = changed(made_home(PAST_DAYS + 8), NOON, 96, lambda kwh: 0.1 + kwh / 1000)
    assert since(found(empty, NOON + 4 * DAY), NOON) != []
    assert since(found(empty, NOON + 4 * DAY, away=away), NOON) == []
    # Nor afterwards, when the days away are still in what is looked back at.
    assert since(found(empty, NOON + 5 * DAY, away=away), NOON) == []

    thief = changed(empty, NOON + 2 * DAY, 3, lambda kwh: 1.5)

    (event,) = since(found(thief, NOON + 4 * DAY, away=away), NOON)
    assert event.kind is AnomalyKind.AWAY_USE
    assert event.start == NOON + 2 * DAY
    assert event.end == NOON + 2 * DAY + 3 * HOUR


def test_an_outage_does_not_hide_what_comes_after_it() -> None:
    """An hour of much on the evening of an outage is told, too."""
    home = changed(made_home(PAST_DAYS + 3), NOON, 5, lambda kwh: 0.0)
    home = changed(home, NOON + 14 * HOUR, 1, lambda kwh: kwh + 5.0)
    events = since(found(home, NOON + 20 * HOUR), NOON)
    assert [event.kind for event in events] == [
        AnomalyKind.OUTAGE,
        AnomalyKind.UNUSUAL_HOUR,
    ]
    assert events[0].end == NOON + 5 * HOUR
    assert events[1].start == NOON + 14 * HOUR


def test_it_ends_when_it_was_switched_off() -> None:
    """Hours as usual after what was left on are no part of it."""
    home = changed(made_home(PAST_DAYS + 3), NOON, 10, lambda kwh: kwh + 2.0)
    for later in (10, 13, 20):
        (event,) = since(found(home, NOON + later * HOUR), NOON)
        assert event.kind is AnomalyKind.LEFT_ON
        assert event.end == NOON + 10 * HOUR


def test_the_supply_is_watched_while_everybody_is_away() -> None:
    """An outage is told whoever is at home."""
    home = changed(made_home(PAST_DAYS + 8), NOON + DAY, 8, lambda kwh: 0.0)
    events = found(home, NOON + 2 * DAY, away=((NOON, NOON + 4 * DAY),))
    assert AnomalyKind.OUTAGE in {event.kind for event in events}


def test_missing_hours_are_unknown() -> None:
    """A day without a single value is neither an outage nor low use."""
    home = made_home(PAST_DAYS + 8)
    gone = {
        start: kwh for start, kwh in home.items() if not NOON <= start < NOON + 3 * DAY
    }
    assert since(found(gone, NOON + 4 * DAY), NOON) == []


def test_garbage_is_unknown() -> None:
    """Values that are none, and negative ones, change nothing but that they are missing."""
    home = made_home(PAST_DAYS + 8)
    bad = dict(home)
    for number, value in enumerate((math.nan, math.inf, -math.inf, -5.0, -1e300)):
        bad[BEGIN + (PAST_DAYS + 1) * DAY + number * HOUR] = value
    gone = {start: kwh for start, kwh in bad.items() if math.isfinite(kwh) and kwh >= 0}
    now = NOON + 6 * DAY
    assert found(bad, now) == found(gone, now)


def test_nothing_at_all() -> None:
    """A home of which nothing is known is learned and looked at without a word."""
    detector = AnomalyDetector(LONDON)
    for hours in ({}, {BEGIN: math.nan}, {BEGIN: 1.0}):
        detector.learn(hours)
        assert detector.look(hours, BEGIN + DAY).anomalies == ()


def test_hours_long_ago_are_not_told() -> None:
    """When nothing came for weeks, there is nothing to say of the last days."""
    home = made_home(PAST_DAYS)
    detector = AnomalyDetector(LONDON)
    detector.learn(home)
    said = detector.look(newest(home), end_of(home) + 60 * DAY)
    assert said.anomalies == ()


@pytest.mark.parametrize("day", [(3, 31), (10, 27)])
def test_habits_move_with_the_clock(day: tuple[int, int]) -> None:
    """A home that lives by the clock is not unusual when the clock changes."""
    change = datetime(2024, *day, tzinfo=LONDON).timestamp()
    home = {}
    for index in range(24 * 110):
        start = change - 100 * DAY + index * HOUR
        local = datetime.fromtimestamp(start, LONDON)
        # Steady to a hair, so that an hour off would stand out.
        home[start] = (1.0 if local.hour == 18 else 0.2) + 0.01 * math.sin(index)
    detector = AnomalyDetector(LONDON)
    detector.learn({start: kwh for start, kwh in home.items() if start < change})
    now = change + 5 * DAY
    seen = {start: kwh for start, kwh in home.items() if start < now}
    assert detector.look(newest(seen), now).anomalies == ()
    seen[now - 9 * HOUR] = 2.0
    assert len(detector.look(newest(seen), now).anomalies) == 1


def test_a_real_home() -> None:
    """In a home in London, an evening of a forgotten oven is found, and a day's outage."""
    home = dict(real_home())
    begin = datetime(2013, 11, 12, 22, tzinfo=LONDON).timestamp()
    oven = changed(home, begin, 10, lambda kwh: kwh + 1.5)
    (event,) = since(found(oven, begin + 10 * HOUR, learned_until=begin), begin)
    assert event.kind is AnomalyKind.LEFT_ON
    assert event.excess > 8

    dark = changed(home, begin, 12, lambda kwh: 0.0)
    (event,) = since(found(dark, begin + 12 * HOUR, learned_until=begin), begin)
    assert event.kind is AnomalyKind.OUTAGE
    assert event.start == begin


def test_it_is_fast_enough() -> None:
    """Two years are learned within seconds, and a look takes a moment."""
    home = made_home(730)
    detector = AnomalyDetector(LONDON)
    begun = time.process_time()
    detector.learn(home)
    learned = time.process_time()
    detector.look(newest(home), end_of(home))
    looked = time.process_time()
    assert learned - begun < 5
    assert looked - learned < 0.5


def test_a_look_says_the_same_with_or_without_what_is_remembered() -> None:
    """Hours that are handed over count before those that were learned from."""
    home = made_home(PAST_DAYS + 2)
    detector = AnomalyDetector(LONDON)
    detector.learn(home)
    corrected = changed(home, NOON, 1, lambda kwh: kwh + 5.0)
    now = end_of(home)
    before = {event.start for event in detector.look(newest(home), now).anomalies}
    after = {event.start for event in detector.look(newest(corrected), now).anomalies}
    assert NOON in after - before
    assert np.isfinite([*before, *after]).all()
