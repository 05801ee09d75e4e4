"""Hours divide as they did before: at the right quarter, and without losing anything."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.expectation import (
    Expected,
    ExpectedSlot,
    Outlook,
)
from custom_components.wattwise.analytics.forecasting.local_days import LocalClock
from custom_components.wattwise.analytics.forecasting.within_the_hour import (
    HOUR,
    QUARTER,
    HourShares,
)

BERLIN = ZoneInfo("Europe/Berlin")
# Days on which clocks change, and zones whose hours begin at a quarter or half past.
DAYS = [
    ("Europe/Berlin", date(2026, 6, 17)),
    ("Europe/Berlin", date(2026, 3, 29)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("America/New_York", date(2026, 11, 1)),
    ("Asia/Kathmandu", date(2026, 6, 17)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
]
LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)

type Habit = Callable[[datetime], float]


def quarters(habit: Habit, zone: ZoneInfo, end: date, days: int) -> dict[int, float]:
    """Return what a home of strict habits used in the quarters before a day."""
    starts = LocalClock(zone, QUARTER).slots_of(end - timedelta(days), days)
    return {int(start): habit(local(int(start), zone)) for start in starts}


def local(start: int, zone: ZoneInfo) -> datetime:
    """Return a moment as the clock on the wall shows it."""
    return datetime.fromtimestamp(start, UTC).astimezone(zone)


def expected(mean: float, spread: float = 0.3) -> Expected:
    """Return an energy with a band as wide as a share of it on both sides."""
    factors = np.array([1 - 2 * spread, 1 - spread, 1, 1 + spread, 1 + 2 * spread])
    return Expected(
        mean,
        dict(zip(LEVELS, sorted(mean * factor for factor in factors), strict=True)),
    )


def outlook_of(hours: dict[int, Expected]) -> Outlook:
    """Return an outlook with these hours to come."""
    start = min(hours)
    nothing = Expected(0.0, dict.fromkeys(LEVELS, 0.0))
    slots = tuple(ExpectedSlot(when, hours[when]) for when in sorted(hours))
    made = datetime.fromtimestamp(start, UTC)
    return Outlook(
        made, HOUR, slots, slots[:3], nothing, nothing, nothing, {}, 60, start
    )


def hours_of(habit: Habit, zone: ZoneInfo, day: date) -> Outlook:
    """Return the outlook of two days of strict habits, which knows them hour by hour."""
    starts = LocalClock(zone, HOUR).slots_of(day, 2)
    return outlook_of(
        {
            int(start): expected(
                sum(
                    habit(local(int(start) + part, zone))
                    for part in range(0, HOUR, QUARTER)
                )
            )
            for start in starts
        }
    )


def by_quarter(moment: datetime) -> float:
    """Return an energy that differs from each quarter of the day to the next."""
    quarter = moment.hour * 4 + moment.minute // 15
    return 0.05 + (quarter * 31 % 96) / 96


def assert_divided(whole: Outlook, parts: Outlook) -> None:
    """Hold the sums, the starts and the order of quantiles."""
    count = whole.step // parts.step
    for before, after in ((whole.slots, parts.slots), (whole.two_days, parts.two_days)):
        assert len(after) == count * len(before)
        for index, hour in enumerate(before):
            inside = after[count * index : count * (index + 1)]
            assert [slot.start for slot in inside] == [
                hour.start + part * parts.step for part in range(count)
            ]
            total = sum(slot.energy.mean for slot in inside)
            assert total == pytest.approx(hour.energy.mean, rel=1e-12)
            for slot in inside:
                levels = [slot.energy.quantiles[level] for level in LEVELS]
                assert all(low <= high for low, high in pairwise(levels))
                assert np.isfinite(levels).all()
    sums = "made", "today", "rest_of_today", "tomorrow", "days_known", "midnight"
    for name in sums:
        assert getattr(parts, name) == getattr(whole, name)


@pytest.mark.parametrize(("zone", "day"), DAYS)
@pytest.mark.parametrize("step", [900, 1800])
def test_a_part_is_forecast_where_it_is(zone: str, day: date, step: int) -> None:
    """Habits by the quarter hour are found at that quarter, whatever the clock does."""
    home = ZoneInfo(zone)
    shares = HourShares.learn(quarters(by_quarter, home, day, 56), home)
    whole = hours_of(by_quarter, home, day)
    divided = shares.divide(whole, step)
    assert_divided(whole, divided)
    truth = np.array(
        [
            sum(
                by_quarter(local(slot.start + part, home))
                for part in range(0, step, QUARTER)
            )
            for slot in divided.slots
        ]
    )
    said = np.array([slot.energy.mean for slot in divided.slots])
    even = np.repeat([slot.energy.mean for slot in whole.slots], HOUR // step)
    even = even / (HOUR // step)
    # A little is left to a smooth division, which is not sure of habits.
    assert np.abs(said - truth).max() < 0.3 * np.abs(even - truth).max()
    for shift in (-1, 1):
        shifted = np.abs(said - np.roll(truth, shift)).mean()
        assert np.abs(said - truth).mean() < 0.2 * shifted


@pytest.mark.parametrize("step", [900, 1800])
def test_what_runs_at_the_full_hour_is_expected_then(step: int) -> None:
    """A heater that always runs the first quarter needs nothing in the others."""

    def heater(moment: datetime) -> float:
        return 0.5 if moment.minute < 15 else 0.0

    day = date(2026, 6, 17)
    shares = HourShares.learn(quarters(heater, BERLIN, day, 56), BERLIN)
    whole = hours_of(heater, BERLIN, day)
    divided = shares.divide(whole, step)
    assert_divided(whole, divided)
    for slot in divided.slots:
        runs = local(slot.start, BERLIN).minute == 0
        assert slot.energy.mean == pytest.approx(0.5 if runs else 0.0)
        assert slot.energy.median == pytest.approx(0.5 if runs else 0.0, rel=0.05)
        assert runs or slot.energy.at(0.9) == 0


def test_a_steady_load_stays_steady() -> None:
    """What never changes is divided evenly, and its band is no wider than the hour's."""
    day = date(2026, 6, 17)
    shares = HourShares.learn(quarters(lambda _: 0.1, BERLIN, day, 56), BERLIN)
    whole = hours_of(lambda _: 0.1, BERLIN, day)
    divided = shares.divide(whole, 900)
    assert_divided(whole, divided)
    for slot in divided.slots:
        assert slot.energy.mean == pytest.approx(0.1)
        assert slot.energy.median == pytest.approx(0.1, rel=0.02)
        band = slot.energy.at(0.9) - slot.energy.at(0.1)
        assert band == pytest.approx(0.1 * 4 * 0.3, rel=0.15)


def test_nothing_comes_from_the_sun_before_it_is_up() -> None:
    """When the sun rises at 6:30, the half hour before has no share, nor any band.

    Weeks ago it rose at six.
    """
    day = date(2026, 9, 17)

    def roof(moment: datetime) -> float:
        rises = 6.5 if moment.date() >= date(2026, 8, 30) else 6.0
        hour = moment.hour + moment.minute / 60
        return max(0.0, hour - rises + 0.25) * 0.1 if rises <= hour < 18 else 0.0

    shares = HourShares.learn(quarters(roof, BERLIN, day, 56), BERLIN)
    whole = hours_of(roof, BERLIN, day)
    divided = shares.divide(whole, 900)
    assert_divided(whole, divided)
    for slot in divided.slots:
        moment = local(slot.start, BERLIN)
        if (moment.hour, moment.minute) < (6, 30) or moment.hour >= 18:
            assert slot.energy.mean == 0
            assert max(slot.energy.quantiles.values()) == 0
        if (moment.hour, moment.minute) == (6, 45):
            assert slot.energy.mean == pytest.approx(roof(moment), rel=0.2)


@pytest.mark.parametrize("step", [900, 1800])
def test_a_new_home_rises_and_falls_smoothly(step: int) -> None:
    """Without a past, parts go from one hour to the next; peaks stay level."""
    start = int(datetime(2026, 6, 17, tzinfo=BERLIN).timestamp())
    means = [1.0, 2.0, 3.0, 3.0, 0.0, 0.5, 0.1]
    whole = outlook_of(
        {start + hour * HOUR: expected(mean) for hour, mean in enumerate(means)}
    )
    shares = HourShares.learn({}, BERLIN)
    assert not shares.is_learned
    divided = shares.divide(whole, step)
    assert_divided(whole, divided)
    count = HOUR // step
    rows = np.array([slot.energy.mean for slot in divided.slots]).reshape(-1, count)
    assert (rows >= 0).all()
    assert (np.diff(rows[1]) > 0).all()
    for level in (2, 3, 4, 5):
        assert rows[level] == pytest.approx(means[level] / count)
    # A part is less sure than its hour.
    one = divided.slots[count].energy
    assert (one.at(0.9) - one.at(0.1)) / one.mean > 4 * 0.3


def test_slots_are_as_short_as_meters_tell() -> None:
    """From half hours come no quarters, from hours no parts."""
    day = date(2026, 6, 17)
    whole = hours_of(by_quarter, BERLIN, day)
    told = quarters(by_quarter, BERLIN, day, 10)
    halves = {
        start: told[start] + told[start + QUARTER]
        for start in told
        if start % 1800 == 0
    }
    divided = HourShares.learn(halves, BERLIN, 1800).divide(whole, 900)
    assert divided.step == 1800
    assert_divided(whole, divided)
    assert HourShares.learn({}, BERLIN, HOUR).divide(whole, 900) == whole
    assert HourShares.learn(told, BERLIN).divide(whole, HOUR) == whole


def test_only_hours_are_divided() -> None:
    """Half hours of another forecast are refused, and parts that fill no hour."""
    whole = hours_of(by_quarter, BERLIN, date(2026, 6, 17))
    shares = HourShares.learn({}, BERLIN)
    with pytest.raises(ValueError, match="not hours"):
        shares.divide(shares.divide(whole, 1800), 900)
    with pytest.raises(ValueError, match="minutes"):
        HourShares.learn({}, BERLIN, 1200)


def test_days_off_divide_as_days_off() -> None:
    """Breakfast is at nine on Sundays and holidays, at half past on other days."""
    day = date(2026, 6, 21)
    holiday = date(2026, 6, 22)

    def breakfast(moment: datetime) -> float:
        free = moment.weekday() == 6 or moment.date() == holiday
        if moment.hour != 9:
            return 0.05
        return 0.5 if (moment.minute < 30) == free else 0.05

    shares = HourShares.learn(
        quarters(breakfast, BERLIN, day, 56), BERLIN, free=[holiday]
    )
    divided = shares.divide(hours_of(breakfast, BERLIN, day), 1800)
    usual = HourShares.learn(quarters(breakfast, BERLIN, day, 56), BERLIN)
    other = usual.divide(hours_of(breakfast, BERLIN, day), 1800)
    first = {
        local(slot.start, BERLIN).date(): (slot.energy.mean, without.energy.mean)
        for slot, without in zip(divided.slots, other.slots, strict=True)
        if local(slot.start, BERLIN).strftime("%H:%M") == "09:00"
    }
    sunday, monday = first[day], first[holiday]
    assert sunday[0] == sunday[1]
    assert monday[0] > 1.5 * monday[1]


def test_bands_of_parts_hold_what_they_say() -> None:
    """Where bursts last a quarter, four of five quarters lie between P10 and P90."""
    rng = np.random.default_rng(3)
    clock = LocalClock(BERLIN, QUARTER)
    day = date(2026, 6, 17)
    starts = clock.slots_of(day - timedelta(80), 120)
    energy = 0.03 + rng.gamma(0.6, 0.1, len(starts))
    hours = energy[: len(energy) // 4 * 4].reshape(-1, 4).sum(axis=1)
    levels = {level: float(np.quantile(hours, level)) for level in LEVELS}
    usual = Expected(float(hours.mean()), levels)
    midnight = int(clock.midnight(day).timestamp())
    known = {
        int(start): float(value)
        for start, value in zip(starts, energy, strict=True)
        if start < midnight
    }
    happened = dict(zip(map(int, starts), map(float, energy), strict=True))
    shares = HourShares.learn(known, BERLIN)
    assert shares.is_learned
    whole = outlook_of(
        {int(start): usual for start in LocalClock(BERLIN, HOUR).slots_of(day, 30)}
    )
    inside = [
        slot.energy.at(0.1) <= happened[slot.start] <= slot.energy.at(0.9)
        for slot in shares.divide(whole, 900).slots
    ]
    assert 0.75 < np.mean(inside) < 0.87


@settings(max_examples=25, deadline=None)
@given(
    days=st.integers(0, 20),
    seed=st.integers(0, 999),
    gaps=st.floats(0, 0.95),
    shift=st.sampled_from([0.0, 0.0, -0.3]),
    step=st.sampled_from([900, 1800]),
)
def test_any_home_is_divided_soundly(
    days: int, seed: int, gaps: float, shift: float, step: int
) -> None:
    """Gaps, bursts, zeros and feeding in leave sums, order and signs as they are."""
    rng = np.random.default_rng(seed)
    day = date(2026, 3, 31)
    starts = LocalClock(BERLIN, QUARTER).slots_of(day - timedelta(days), days)
    kept = starts[rng.random(len(starts)) >= gaps]
    energy = np.maximum(rng.gamma(0.3, 0.5, len(kept)) - 0.05, 0.0) + shift
    shares = HourShares.learn(
        dict(zip(map(int, kept), map(float, energy), strict=True)), BERLIN
    )
    means = np.maximum(rng.normal(0.5, 0.5, 48), 0.0) + shift
    begin = int(datetime(2026, 3, 31, tzinfo=BERLIN).timestamp())
    whole = outlook_of(
        {begin + hour * HOUR: expected(float(mean)) for hour, mean in enumerate(means)}
    )
    divided = shares.divide(whole, step)
    assert_divided(whole, divided)
    if shift == 0:
        for slot in divided.slots:
            assert slot.energy.mean >= 0
            assert min(slot.energy.quantiles.values()) >= 0
