"""How often a meter reports, and when it is missed."""

from collections.abc import Iterable, Iterator
import json
import random

import pytest

from custom_components.wattwise.alerting.health.rhythm import Rhythm
from custom_components.wattwise.alerting.health.silence import SilenceWatch

BEGIN_MS = 1_781_000_000_000
HOUR = 3600.0
DAY = 24 * HOUR


def learned(times_s: Iterable[float], *, sleeps: bool = False) -> Rhythm:
    """Return the rhythm of reports at these times."""
    rhythm = Rhythm(10, sleeps=sleeps)
    for time_s in times_s:
        rhythm.note(BEGIN_MS + int(time_s * 1000))
    return rhythm


def every(seconds: float, days: float) -> Iterator[float]:
    """Yield times of a steady meter."""
    yield from (n * seconds for n in range(int(days * DAY / seconds) + 1))


def on_change(days: int) -> Iterator[float]:
    """Yield times of a sensor that tells changes only, and few of them at night."""
    chance = random.Random(1)
    time_s = 0.0
    while time_s < days * DAY:
        yield time_s
        hour = time_s % DAY / HOUR
        time_s += chance.expovariate(1 / 120)
        if hour >= 23 or hour < 4:
            time_s += chance.uniform(1, 4) * HOUR


def by_day(days: int) -> Iterator[float]:
    """Yield times of an inverter that reports every 10 s for 8 hours a day."""
    for day in range(days):
        for number in range(2880):
            yield day * DAY + number * 10


def bursts(days: int) -> Iterator[float]:
    """Yield times of a meter that keeps its reports for an hour, and sends 60 at once."""
    for hour in range(days * 24):
        for number in range(60):
            yield hour * HOUR + number


@pytest.mark.parametrize(
    ("times_s", "silent", "missed"),
    [
        # Each second: a minute is 60 reports.
        (every(1, 0.1), (60, 60), (60, 60)),
        (every(60, 0.2), (180, 240), (180, 240)),
        # Each hour, though the settings say 10 s.
        (every(HOUR, 1), (3 * HOUR, 4 * HOUR), (3 * HOUR, 4 * HOUR)),
        (every(HOUR, 5), (3 * HOUR, 4 * HOUR), (3 * HOUR, 4 * HOUR)),
        # A quiet night is usual; by day it may be silent for minutes.
        (on_change(20), (600, 4.5 * HOUR), (6 * HOUR, 14 * HOUR)),
        # An inverter is there or not within a minute, but missed after a day and more.
        (by_day(10), (60, 60), (31 * HOUR, 33 * HOUR)),
        (bursts(5), (2 * HOUR, 4 * HOUR), (2 * HOUR, 4 * HOUR)),
    ],
)
def test_rhythms(
    times_s: Iterable[float],
    silent: tuple[float, float],
    missed: tuple[float, float],
) -> None:
    """Each kind of meter is silent, and missed, by its own measure."""
    rhythm = learned(times_s)
    assert silent[0] <= rhythm.silent_after_s <= silent[1]
    assert missed[0] <= rhythm.missed_after_s <= missed[1]


def test_before_anything_is_known() -> None:
    """The settings hold, and nobody is missed for an hour."""
    rhythm = Rhythm(30)
    assert rhythm.silent_after_s == 90
    assert rhythm.missed_after_s == HOUR
    assert rhythm.learning
    assert rhythm.usual_s is None


def test_the_first_evenings() -> None:
    """An inverter is not missed on its first night; a sensor of changes for an hour."""
    assert learned(every(10, 0.3), sleeps=True).missed_after_s == 18 * HOUR
    assert learned([*every(10, 0.05), 5000, 5010]).missed_after_s == HOUR


def test_outages_are_not_learned() -> None:
    """Six days of two weeks with an outage each change nothing."""
    times_s = [
        time_s
        for time_s in every(10, 14)
        if not (
            time_s // DAY % 2 and time_s < 12 * DAY and 1000 < time_s % DAY < 20_000
        )
    ]
    assert learned(times_s).missed_after_s == 60


def test_a_new_rhythm_is_learned() -> None:
    """A meter that was set to report each minute is known by that after some days."""
    times_s = [*every(10, 8), *(8 * DAY + time_s for time_s in every(60, 10))]
    assert learned(times_s).usual_s == pytest.approx(60, rel=0.3)


def test_a_restart_forgets_nothing() -> None:
    """What was learned goes on, and the time in which nobody listened is not learned."""
    rhythm = learned(every(60, 6))
    kept = json.loads(json.dumps(rhythm.state()))
    assert len(json.dumps(kept)) < 2000
    other = Rhythm(10)
    other.restore(kept)
    later_ms = BEGIN_MS + int(9 * DAY * 1000)
    for number in range(10):
        other.note(later_ms + number * 60_000)
    assert other.silent_after_s == rhythm.silent_after_s
    assert other.missed_after_s == rhythm.missed_after_s


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"gaps": "many", "seconds": {}},
        {"gaps": 3, "seconds": {"x": 1, "500": 2, "1": "a", "2": 1e300}, "longest": 7},
    ],
)
def test_nonsense_that_was_kept(state: dict[str, object]) -> None:
    """What cannot be a state is left out."""
    rhythm = Rhythm(10)
    rhythm.restore(state)
    assert rhythm.silent_after_s == 60
    assert rhythm.learning


def test_a_clock_that_is_set_back() -> None:
    """Our own clock may be wrong: a report before the last one teaches nothing."""
    rhythm = learned([*every(10, 0.1), 100, 110])
    assert rhythm.usual_s == pytest.approx(10, rel=0.3)


def looked(watch: SilenceWatch, heard_s: float, *at_s: float) -> list[bool]:
    """Return what is said at times, of a meter that was heard at a time."""
    return [
        watch.look(BEGIN_MS + int(s * 1000), BEGIN_MS + int(heard_s * 1000))
        for s in at_s
    ]


def test_silence_begins_and_ends() -> None:
    """It begins a minute after the meter is missed, and ends a minute after it is back."""
    watch = SilenceWatch(learned(every(1, 0.1)), BEGIN_MS)
    end = 0.1 * DAY
    assert looked(watch, end, end + 50, end + 70, end + 110, end + 130) == [
        False,
        False,
        False,
        True,
    ]
    back = end + 500
    assert looked(watch, back, back + 1) == [True]
    assert looked(watch, back + 50, back + 50, back + 62) == [True, False]


def test_silence_does_not_flap() -> None:
    """A meter that comes and goes faster than that is not silent; nor is it back."""
    watch = SilenceWatch(learned(every(10, 0.1)), BEGIN_MS)
    end = 0.1 * DAY
    for number in range(20):
        heard = end + number * 100
        assert looked(watch, heard, heard, heard + 70, heard + 99) == [False] * 3
    heard = end + 2000
    assert looked(watch, heard, heard + 90, heard + 180)[-1]
    for number in range(10):
        heard = end + 3000 + number * 150
        assert all(looked(watch, heard, heard, heard + 50, heard + 100, heard + 140))


def test_a_restart_gives_time_to_report() -> None:
    """A meter that could not be heard is not missed at once."""
    rhythm = learned(every(60, 1))
    begun_ms = BEGIN_MS + int(2 * DAY * 1000)
    heard_ms = BEGIN_MS + int(DAY * 1000)
    watch = SilenceWatch(rhythm, begun_ms)
    assert not watch.look(begun_ms + 30_000, heard_ms)
    assert not watch.look(begun_ms + 170_000, heard_ms)
    assert not watch.look(begun_ms + 280_000, heard_ms)
    assert watch.look(begun_ms + 350_000, heard_ms)


def test_a_silence_goes_on_over_a_restart() -> None:
    """It is neither over nor told anew, and ends a minute after the meter is back."""
    begun_ms = BEGIN_MS + int(2 * DAY * 1000)
    heard_ms = BEGIN_MS + int(DAY * 1000)
    watch = SilenceWatch(learned(every(60, 1)), begun_ms)
    watch.restore(silent=True, unheard_ms=0)
    assert watch.look(begun_ms, None)
    assert all(
        watch.look(begun_ms + second * 1000, heard_ms) for second in range(1, 1200, 30)
    )
    back_ms = begun_ms + 1_200_000
    assert watch.look(back_ms, back_ms)
    assert not watch.look(back_ms + 60_000, back_ms + 60_000)


def test_the_time_in_which_nobody_listened_is_no_silence() -> None:
    """An inverter that slept while Home Assistant was off for a day is not missed.

    It is missed by its own rhythm, though restarts come in between.
    """
    rhythm = learned([d * DAY + s for d in range(6) for s in every(10, 0.4)])
    missed_minutes = rhythm.missed_after_s / 60
    assert 1500 < missed_minutes < 2000
    heard_ms = BEGIN_MS + int(5.4 * DAY * 1000)
    begun_ms = BEGIN_MS + int(8 * DAY * 1000)
    watch = SilenceWatch(rhythm, begun_ms)
    missed = []
    for minute in range(2500):
        now_ms = begun_ms + minute * 60_000
        if minute % 700 == 699:
            before, watch = watch, SilenceWatch(rhythm, now_ms)
            watch.restore(
                silent=before.silent, unheard_ms=before.unheard_ms(now_ms, heard_ms)
            )
        if watch.look(now_ms, heard_ms):
            missed.append(minute)
    assert missed[0] == pytest.approx(missed_minutes + 2, abs=1)
    assert len(missed) == 2500 - missed[0]
    assert watch.unheard_ms(begun_ms, None) == 0


def test_a_meter_that_was_never_heard() -> None:
    """Nobody misses what was never there."""
    watch = SilenceWatch(Rhythm(10), BEGIN_MS)
    assert not watch.look(BEGIN_MS + 10**9, None)
