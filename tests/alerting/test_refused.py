"""Refused readings that become more."""

import json
import random

import pytest

from custom_components.wattwise.alerting.health.refused import RefusedWatch

HOUR_MS = 3_600_000
BEGIN_MS = 500_000 * HOUR_MS


def run(
    watch: RefusedWatch, begin_h: float, hours: float, each_minute: float
) -> list[bool]:
    """Let a meter report each minute; return what was said."""
    chance, said = random.Random(int(begin_h)), []
    for minute in range(int(hours * 60)):
        now_ms = BEGIN_MS + int((begin_h * 60 + minute) * 60_000)
        count = int(each_minute) + (chance.random() < each_minute % 1)
        watch.note(now_ms, count)
        said.append(watch.look(now_ms))
    return said


def test_a_good_meter_that_turns_bad() -> None:
    """Ten in an hour are told of a meter of which nothing is refused; and the end."""
    watch = RefusedWatch()
    assert not any(run(watch, 0, 48, 0))
    said = run(watch, 48, 1, 0.5)
    assert not said[10]
    assert said[-1]
    assert not run(watch, 49, 1.2, 0)[-1]


def test_a_meter_that_always_has_some() -> None:
    """Its own usual is no alert, three times as much is."""
    watch = RefusedWatch()
    run(watch, 0, 24.5, 0.5)
    assert watch.usual is not None
    assert 20 <= watch.usual <= 45
    assert not any(run(watch, 24.5, 60, 0.5))
    assert run(watch, 84.5, 2, 4)[-1]


def test_while_learning() -> None:
    """On the first day one in a minute is borne, and more is not."""
    watch = RefusedWatch()
    assert not any(run(watch, 0, 3, 0.9))
    assert watch.learning
    assert run(watch, 3, 1, 2)[-1]


def test_a_single_storm() -> None:
    """A thousand at once are told, and are over an hour later, though nothing comes."""
    watch = RefusedWatch()
    run(watch, 0, 30, 0)
    now_ms = BEGIN_MS + 30 * HOUR_MS
    watch.note(now_ms, 1000)
    assert watch.look(now_ms)
    assert watch.look(now_ms + HOUR_MS // 2)
    assert not watch.look(now_ms + HOUR_MS + 1)


def test_what_is_shown_stands_for_minutes() -> None:
    """A number with each reading would be a state with each; it begins with the alert."""
    watch, shown = RefusedWatch(), []
    for second in range(0, 7200, 5):
        now_ms = BEGIN_MS + second * 1000
        watch.note(now_ms, 1)
        if watch.rising:
            shown.append(watch.told(now_ms))
    assert shown[0] == 61
    assert 10 <= len({*shown}) <= 12
    assert shown[-1] == pytest.approx(720, abs=60)


def test_our_own_clock_is_set_back() -> None:
    """By more than a week: the hours of before, which are to come, are forgotten."""
    watch = RefusedWatch()
    run(watch, 0, 300, 0.5)
    assert not any(run(watch, 0, 1, 0.5))
    assert watch.learning
    assert not any(run(watch, 1, 200, 0.5))
    assert not watch.learning
    assert run(watch, 201, 1, 5)[-1]


def test_a_restart_forgets_nothing() -> None:
    """What was usual is known, and an alert goes on."""
    watch = RefusedWatch()
    run(watch, 0, 200, 0.2)
    run(watch, 200, 1, 5)
    kept = json.loads(json.dumps(watch.state()))
    assert len(json.dumps(kept)) < 4000
    other = RefusedWatch()
    other.restore(kept)
    now_ms = BEGIN_MS + 201 * HOUR_MS
    assert other.look(now_ms)
    assert other.last_hour(now_ms) == watch.last_hour(now_ms)
    assert other.usual == watch.usual
    nonsense = RefusedWatch()
    nonsense.restore({"hours": [1, ["a", 2], [3, -1]], "bins": "x"})
    assert nonsense.learning
    assert not nonsense.look(now_ms)
