"""Whatever a home is like, its whole outlook is sound and stands where it should."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
import math
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.covariates import Covariates
from custom_components.wattwise.analytics.forecasting.expectation import (
    Expected,
    Outlook,
)
from custom_components.wattwise.analytics.forecasting.series_forecast import (
    SeriesForecast,
)

DAYS = 17
# Before days of 23 and 25 hours, in zones whose hours begin at other minutes of UTC.
MOMENTS = [
    ("Europe/Berlin", "2026-03-28 10:20"),
    ("Europe/Berlin", "2026-10-24 10:20"),
    ("Asia/Kathmandu", "2026-01-14 10:20"),
]

type Use = Callable[[datetime, int], float]


def steady(_local: datetime, _day: int) -> float:
    """Return the energy of an hour [kWh] that is always the same."""
    return 0.3


def empty(_local: datetime, _day: int) -> float:
    """Return that of a home in which nothing is."""
    return 0.0


def feeding_in(local: datetime, day: int) -> float:
    """Return what a meter counts behind which the sun shines: less than nothing."""
    sun = 2.5 * math.exp(-(((local.hour - 12) / 2.5) ** 2))
    clear = np.random.default_rng(day).uniform(0.6, 1.0)
    return float(bursts(local, day) - sun * clear)


def heat_pump(local: datetime, day: int) -> float:
    """Return that of a home which heats, most when it is cold and before sunrise."""
    heat = max(0.0, 15.0 - temperature(day)) / 10
    return 0.2 + heat * (2.0 if local.hour == 6 else 0.5)


def temperature(day: int) -> float:
    """Return how warm a day is; waves of warm and cold weather pass by."""
    return 5.0 + 7.0 * math.sin(day / 3)


def bursts(local: datetime, day: int) -> float:
    """Return that of a home whose dinner is at seven, more or less."""
    chance = np.random.default_rng(day * 24 + local.hour)
    usual = 1.5 if local.hour == 19 else 0.15
    return float(usual * chance.gamma(4.0, 0.25))


def at(zone: str, wall: str) -> datetime:
    """Return a moment by the clock on the wall."""
    return datetime.fromisoformat(wall).replace(tzinfo=ZoneInfo(zone))


def outlook_of(
    use: Use, zone: str, wall: str, lost: Callable[[int], bool] = lambda _: False
) -> Outlook:
    """Return what is expected at a time on the wall of a home of some weeks."""
    local = ZoneInfo(zone)
    now = at(zone, wall)
    begin = (now - timedelta(days=DAYS)).replace(hour=0, minute=0)
    hours = range(int(begin.timestamp()), int(now.timestamp()) + 72 * 3600, 3600)
    measured, warmth = {}, {}
    for hour in hours:
        moment = datetime.fromtimestamp(hour, UTC).astimezone(local)
        day = moment.date().toordinal()
        warmth[hour] = temperature(day)
        if hour <= now.timestamp() - 3600 and not lost(hour):
            measured[hour] = use(moment, day)
    series = SeriesForecast(local)
    series.take(measured, now, Covariates(temperature=warmth))
    series.learn()
    outlook = series.outlook(now)
    assert outlook
    return outlook


def assert_sound(outlook: Outlook, zone: str, *, positive: bool) -> None:
    """Hold the times of the slots, the order of quantiles, and the signs."""
    starts = [slot.start for slot in outlook.slots]
    assert len(starts) == 48
    assert all(after - before == 3600 for before, after in pairwise(starts))
    assert 0 <= starts[0] - outlook.made.timestamp() < 3600
    # Also of a day that has 23 or 25 hours.
    tomorrow = sum(
        slot.energy.mean for slot in outlook.two_days if slot.start >= outlook.midnight
    )
    assert outlook.tomorrow.mean == pytest.approx(tomorrow)
    sums = [outlook.today, outlook.rest_of_today, outlook.tomorrow]
    for slot in (*outlook.slots, *outlook.two_days):
        local = datetime.fromtimestamp(slot.start, UTC).astimezone(ZoneInfo(zone))
        assert local.minute == 0
        sums.append(slot.energy)
    for said in sums:
        assert_in_order(said, positive=positive)


def assert_in_order(said: Expected, *, positive: bool) -> None:
    """Hold that each quantile is at least the one before it."""
    values = [said.quantiles[level] for level in sorted(said.quantiles)]
    assert np.isfinite([*values, said.mean]).all()
    assert all(low <= high for low, high in pairwise(values))
    if positive:
        assert min(*values, said.mean) >= 0


def by_hour(outlook: Outlook, zone: str, hour: int) -> list[float]:
    """Return what is expected of one hour on the wall, day after day."""
    return [
        slot.energy.mean
        for slot in outlook.slots
        if datetime.fromtimestamp(slot.start, UTC).astimezone(ZoneInfo(zone)).hour
        == hour
    ]


@pytest.mark.parametrize(("zone", "wall"), MOMENTS)
@pytest.mark.parametrize(
    ("use", "peak"),
    [(feeding_in, 19), (heat_pump, 6), (bursts, 19)],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_peaks_stand_where_they_are(use: Use, peak: int, zone: str, wall: str) -> None:
    """The hour of most use is found at that hour, on both days, in each kind of home."""
    outlook = outlook_of(use, zone, wall)
    assert_sound(outlook, zone, positive=use is not feeding_in)
    high = min(by_hour(outlook, zone, peak))
    for other in (peak - 1, peak + 1):
        assert high > 1.3 * max(by_hour(outlook, zone, other))
    if use is feeding_in:
        assert max(by_hour(outlook, zone, 12)) < -1


@pytest.mark.parametrize("use", [steady, empty], ids=lambda use: use.__name__)
def test_what_never_changes_goes_on(use: Use) -> None:
    """A constant stays one, and where nothing is used nothing is expected."""
    zone, wall = MOMENTS[0]
    outlook = outlook_of(use, zone, wall)
    always = use(at(zone, wall), 0)
    assert_sound(outlook, zone, positive=True)
    for slot in outlook.slots:
        assert slot.energy.mean == pytest.approx(always, abs=0.02)
        assert slot.energy.median == pytest.approx(always, abs=0.02)
    # Tomorrow's clock is set forward.
    assert outlook.tomorrow.mean == pytest.approx(23 * always, abs=0.3)


def test_gaps_shift_nothing() -> None:
    """Of a meter that lost a third of the hours, and two days, dinner stays at seven."""
    zone, wall = MOMENTS[1]
    now = at(zone, wall).timestamp()
    outlook = outlook_of(
        bursts,
        zone,
        wall,
        lost=lambda hour: hour // 3600 % 7 < 2 or 86_400 < now - hour < 3 * 86_400,
    )
    assert_sound(outlook, zone, positive=True)
    dinner = min(by_hour(outlook, zone, 19))
    assert dinner > 1.3 * max(*by_hour(outlook, zone, 18), *by_hour(outlook, zone, 20))
