"""What is learned of a meter's past: quartiles, the best fit, the tail, by hour."""

from datetime import UTC, date, datetime
import time
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
import pytest

from custom_components.wattwise.analytics.usage_statistics.learn_usage import (
    DAYS_NEEDED,
    USES_NEEDED,
    learn_usage,
)
from custom_components.wattwise.analytics.usage_statistics.use_profile import (
    DayType,
    TailSource,
    TooLittleUse,
    UsageStatistics,
    day_type_of,
)

type Floats = NDArray[np.float64]

BERLIN = ZoneInfo("Europe/Berlin")
QUARTER = 900
# A Monday; in the twelve weeks from here the clock is put forward.
BEGIN = datetime(2026, 2, 2, tzinfo=BERLIN)
DAYS = 84


def times(days: int = DAYS, step: int = QUARTER) -> NDArray[np.int64]:
    """Return when the intervals of so many days begin."""
    start = int(BEGIN.timestamp())
    return np.arange(start, start + days * 86_400, step, dtype=np.int64)


def learned(
    watts: Floats, days: int = DAYS, step: int = QUARTER, *, stands_by: bool = False
) -> UsageStatistics:
    """Return what is learned of intervals."""
    found = learn_usage(
        times(days, step).tolist(), watts.tolist(), step, BERLIN, stands_by=stands_by
    )
    assert isinstance(found, UsageStatistics)
    return found


def home(seed: int = 1, days: int = DAYS, step: int = QUARTER) -> Floats:
    """Return the power of a home, log-normal, twice as much from 18 to 22 o'clock."""
    starts = times(days, step)
    rng = np.random.default_rng(seed)
    hours = np.array(
        [datetime.fromtimestamp(int(start), BERLIN).hour for start in starts]
    )
    evening = np.where((hours >= 18) & (hours < 22), 2.0, 1.0)
    return 300.0 * evening * np.exp(0.5 * rng.standard_normal(starts.size))


def test_quartiles_are_those_of_the_sample() -> None:
    """Where nothing is off and no day odd, all of the sample counts, and evenly."""
    watts = home()
    found = learned(watts)
    whole = found.whole
    expected = np.quantile(watts, [0.25, 0.5, 0.75], method="hazen")
    assert [whole.p25, whole.p50, whole.p75] == pytest.approx(expected.tolist())
    assert (found.samples, found.days, found.left_out_days) == (watts.size, DAYS, 0)
    assert (found.off_share, found.gives_share) == (0.0, 0.0)
    assert (found.start_s, found.end_s) == (times()[0], times()[-1] + QUARTER)


@pytest.mark.parametrize(
    ("family", "watts", "tail"),
    [
        (
            "normal",
            lambda rng, n: 500 + 50 * rng.standard_normal(n),
            500 + 50 * 2.3263479,
        ),
        (
            "log_normal",
            lambda rng, n: 300 * np.exp(0.5 * rng.standard_normal(n)),
            300 * np.exp(0.5 * 2.3263479),
        ),
        ("gamma", lambda rng, n: rng.gamma(2.0, 150.0, n), 995.753),
        (
            "weibull",
            lambda rng, n: 800 * rng.weibull(4.0, n),
            800 * 4.6051702**0.25,
        ),
        (
            "exponential",
            lambda rng, n: 6 + rng.exponential(40_000.0, n),
            40_000 * 4.6051702,
        ),
    ],
)
def test_the_family_is_found(family: str, watts: object, tail: float) -> None:
    """Of a large sample of a family, the family is found, and the end of its tail."""
    assert callable(watts)
    sample = watts(np.random.default_rng(3), times().size)
    whole = learned(sample).whole
    assert whole.fit is not None
    assert whole.fit.fits
    assert whole.tail_from is TailSource.FIT
    assert whole.tail == pytest.approx(tail, rel=0.04)
    best = min(whole.fit.aic.values())
    assert whole.fit.aic[whole.fit.family] == best
    # The gamma and Weibull families know the exponential one too: as good, but longer.
    assert whole.fit.aic[family] <= best + 12.0
    assert len(whole.fit.aic) == 5


def test_two_ways_of_use_fit_no_family() -> None:
    """Of an oven that grills or keeps warm, the tail is that of the sample."""
    rng = np.random.default_rng(5)
    watts = np.where(rng.random(times().size) < 0.9, 100.0, 2_500.0)
    watts = watts * (1 + 0.01 * rng.standard_normal(watts.size))
    whole = learned(watts).whole
    assert whole.fit is not None
    assert not whole.fit.fits
    assert whole.fit.kolmogorov_smirnov > 0.2
    assert whole.tail_from is TailSource.SAMPLE
    assert whole.tail == pytest.approx(np.quantile(watts, 0.99, method="hazen"))


def test_hours_have_their_own_levels() -> None:
    """What is much at noon is usual in the evening, on both sides of the clock's change."""
    found = learned(home())
    noon = found.by_hour[DayType.WORKING_DAY, 12]
    evening = found.by_hour[DayType.WORKING_DAY, 20]
    assert evening.p50 == pytest.approx(2 * noon.p50, rel=0.2)
    assert evening.tail > 1.4 * noon.tail
    # An hour counts its own: 60 working days of four quarters.
    assert noon.samples == evening.samples == 240
    assert found.by_hour[DayType.FREE_DAY, 12].samples == 96
    # One hour was skipped when the clock was put forward, on a Sunday.
    assert found.by_hour[DayType.FREE_DAY, 2].samples == 92


def test_little_is_borrowed_of_what_is_known_well() -> None:
    """After two weeks hours nearby stand in for a part of a free day's, later none."""

    def ratio(days: int) -> float:
        found = learned(home(days=days), days)
        at = DayType.FREE_DAY
        return found.by_hour[at, 20].p50 / found.by_hour[at, 12].p50

    assert 1.2 < ratio(14) < ratio(84)
    assert ratio(84) == pytest.approx(2.0, rel=0.1)


def test_levels_change_evenly_between_hours() -> None:
    """In the middle of an hour its levels hold; on the stroke, the mean of two hours'."""
    found = learned(home())
    day = datetime(2026, 4, 15, tzinfo=BERLIN)
    before = found.by_hour[DayType.WORKING_DAY, 17].p50
    after = found.by_hour[DayType.WORKING_DAY, 18].p50
    at = DayType.WORKING_DAY
    assert found.at(day.replace(hour=17, minute=30), at).p50 == pytest.approx(before)
    assert found.at(day.replace(hour=18, minute=30), at).p50 == pytest.approx(after)
    middle = found.at(day.replace(hour=18), at).p50
    assert middle == pytest.approx((before + after) / 2)
    midnight = found.at(day, at).p50
    hours = [found.by_hour[at, hour].p50 for hour in (23, 0)]
    assert midnight == pytest.approx(sum(hours) / 2)


def test_an_appliance_that_is_mostly_off() -> None:
    """Levels are those of its use: off is no use, and neither is stand-by."""
    rng = np.random.default_rng(2)
    starts = times()
    watts = np.full(starts.size, 2.0) + 0.3 * rng.standard_normal(starts.size)
    # Every third day it runs for two hours at noon.
    for day in range(0, DAYS, 3):
        at = day * 96 + 48
        watts[at : at + 8] = rng.normal(1_200.0, 100.0, 8)
    found = learned(watts, stands_by=True)
    assert 3.5 < found.off_below <= 50.0
    assert found.off_share == pytest.approx(1 - 28 * 8 / watts.size, abs=1e-3)
    assert found.whole.samples == 28 * 8
    assert found.whole.p25 > 1_000
    assert found.whole.tail == pytest.approx(1_432.6, rel=0.05)
    # At night it never ran; what it uses then is judged by what it uses at noon.
    night = found.by_hour[DayType.WORKING_DAY, 3]
    assert night.samples == 0
    assert night.p75 > 1_000


def test_a_roof_that_feeds_in() -> None:
    """Of a grid meter, what is fed in is no use, and below zero is usual for it."""
    watts = home()
    noon = np.array(
        [datetime.fromtimestamp(int(t), BERLIN).hour in range(10, 15) for t in times()]
    )
    watts = np.where(noon, -2_000.0, watts)
    found = learned(watts)
    assert found.gives_share == pytest.approx(float(noon.mean()))
    assert found.whole.p25 > 0
    assert found.by_hour[DayType.WORKING_DAY, 12].samples == 0
    assert found.by_hour[DayType.WORKING_DAY, 12].p50 > 100


@pytest.mark.parametrize("hours", [0.25, 2, 24])
def test_a_stuck_value_moves_nothing(hours: float) -> None:
    """20 kW for a quarter of an hour, two hours, or a day: no level goes that way."""
    watts = home()
    clean = learned(watts)
    spoilt = watts.copy()
    begin = 40 * 96 + 30
    spoilt[begin : begin + int(hours * 4)] = 20_000.0
    found = learned(spoilt)
    assert 1 <= found.left_out_days <= 2
    for before, after in (
        (clean.whole, found.whole),
        *((clean.by_hour[key], found.by_hour[key]) for key in clean.by_hour),
    ):
        assert after.p75 == pytest.approx(before.p75, rel=0.12)
        # A tail that was just not that of the fit may now just be that.
        assert after.tail == pytest.approx(before.tail, rel=0.25)
    assert found.whole.tail == pytest.approx(clean.whole.tail, rel=0.03)
    moved = [found.by_hour[key].tail / clean.by_hour[key].tail for key in clean.by_hour]
    assert np.median(moved) == pytest.approx(1.0, abs=0.02)


def test_a_habit_is_no_mistake() -> None:
    """A car that is charged each Friday night is not left out, though it is far more."""
    watts = home()
    for week in range(12):
        begin = (week * 7 + 4) * 96 + 80
        watts[begin : begin + 12] += 11_000.0
    found = learned(watts)
    assert found.left_out_days == 0
    assert found.by_hour[DayType.WORKING_DAY, 21].tail > 11_000


def test_what_never_varies() -> None:
    """Of a lamp all levels are the same, and no family is fitted."""
    whole = learned(np.full(times().size, 60.0)).whole
    assert (whole.p25, whole.p75, whole.tail) == (60.0, 60.0, 60.0)
    assert whole.fit is None
    assert whole.tail_from is TailSource.SAMPLE


def test_too_little_is_known() -> None:
    """Thirteen days are too few, and so is an appliance that never ran."""
    watts = home()[: 13 * 96]
    few = learn_usage(times(13).tolist(), watts.tolist(), QUARTER, BERLIN)
    assert few == TooLittleUse(13, DAYS_NEEDED, watts.size, USES_NEEDED)
    idle = learn_usage(times().tolist(), [0.0] * times().size, QUARTER, BERLIN)
    assert idle == TooLittleUse(DAYS, DAYS_NEEDED, 0, USES_NEEDED)
    none = learn_usage([], [], QUARTER, BERLIN)
    assert none == TooLittleUse(0, DAYS_NEEDED, 0, USES_NEEDED)


def test_what_is_no_number_is_left_out() -> None:
    """Gaps and infinities are no samples."""
    watts = home()
    holes = watts.copy()
    holes[::10] = np.nan
    holes[1] = np.inf
    found = learned(holes)
    assert found.samples == watts.size - watts[::10].size - 1
    assert found.whole.p50 == pytest.approx(learned(watts).whole.p50, rel=0.02)


def test_half_hours_of_the_clock() -> None:
    """On Lord Howe Island, where the clock moves by 30 minutes, hours are its own."""
    zone = ZoneInfo("Australia/Lord_Howe")
    begin = datetime(2026, 3, 1, tzinfo=zone).astimezone(UTC)
    starts = int(begin.timestamp()) + QUARTER * np.arange(60 * 96)
    local = [datetime.fromtimestamp(int(start), zone) for start in starts]
    watts = [1_000.0 + time.minute if time.hour == 7 else 100.0 for time in local]
    found = learn_usage(starts.tolist(), watts, QUARTER, zone)
    assert isinstance(found, UsageStatistics)
    assert found.by_hour[DayType.WORKING_DAY, 7].p50 >= 1_000
    assert found.by_hour[DayType.WORKING_DAY, 6].p50 == 100.0
    assert found.by_hour[DayType.WORKING_DAY, 8].p50 == 100.0


@pytest.mark.parametrize(
    ("day", "free", "expected"),
    [
        (date(2026, 5, 8), (), DayType.WORKING_DAY),
        (date(2026, 5, 9), (), DayType.FREE_DAY),
        (date(2026, 5, 10), (), DayType.FREE_DAY),
        (date(2026, 5, 1), {date(2026, 5, 1)}, DayType.FREE_DAY),
    ],
)
def test_day_types(day: date, free: set[date], expected: DayType) -> None:
    """Weekends and public holidays are free."""
    assert day_type_of(day, free) is expected


@pytest.mark.parametrize("family", ["log-normal", "gamma"])
def test_twelve_weeks_of_five_minutes_are_quick(family: str) -> None:
    """Who makes it three times as slow sees it here; it takes 0.1 to 0.3 seconds."""
    rng = np.random.default_rng(8)
    count = times(step=300).size
    watts = (
        300.0 * np.exp(0.6 * rng.standard_normal(count))
        if family == "log-normal"
        else rng.gamma(1.5, 300.0, count)
    )
    learned(watts, step=300)
    began = time.process_time()
    found = learned(watts, step=300)
    assert time.process_time() - began < 1.0
    assert found.samples == count
