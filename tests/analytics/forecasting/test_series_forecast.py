"""From readings to an outlook."""

from datetime import UTC, date, datetime, timedelta
import io
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.covariates import Covariates
from custom_components.wattwise.analytics.forecasting.expectation import Outlook
from custom_components.wattwise.analytics.forecasting.nature import Nature
from custom_components.wattwise.analytics.forecasting.series_forecast import (
    SeriesForecast,
)

BERLIN = ZoneInfo("Europe/Berlin")


def habit(moment: datetime) -> float:
    """Return what a home of strict habits uses in an hour [kWh]."""
    local = moment.astimezone(BERLIN)
    return 0.2 + (1.0 if local.hour == 19 else 0.0) + 0.01 * local.hour


def readings(start: datetime, end: datetime) -> dict[int, float]:
    """Return the hours of that home."""
    hours = int((end - start) / timedelta(hours=1))
    moments = [start + timedelta(hours=index) for index in range(hours)]
    return {int(moment.timestamp()): habit(moment) for moment in moments}


def outlook_at(now: datetime, days: int = 40) -> Outlook:
    """Return the outlook of a home that is so many days old."""
    series = SeriesForecast(BERLIN)
    start = datetime.combine(
        now.astimezone(BERLIN).date() - timedelta(days), datetime.min.time(), BERLIN
    )
    series.take(readings(start.astimezone(UTC), now), now)
    series.learn()
    outlook = series.outlook(now)
    assert outlook
    return outlook


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 6, 10, 0, 0, tzinfo=BERLIN),
        datetime(2026, 6, 10, 13, 20, tzinfo=BERLIN),
        # Before, between and after the hours in which the clock is changed.
        datetime(2026, 3, 28, 12, 0, tzinfo=BERLIN),
        datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN),
        datetime(2026, 3, 29, 5, 0, tzinfo=BERLIN),
        datetime(2026, 10, 24, 22, 0, tzinfo=BERLIN),
        datetime(2026, 10, 25, 3, 0, tzinfo=BERLIN),
        datetime(2026, 10, 26, 9, 0, tzinfo=BERLIN),
    ],
    ids=str,
)
def test_habits_keep_to_the_clock_on_the_wall(now: datetime) -> None:
    """Dinner is at seven, also on days of 23 and 25 hours: nothing is shifted."""
    now = now.astimezone(UTC)
    outlook = outlook_at(now)
    assert len(outlook.slots) == 48
    assert outlook.slots[0].start >= now.timestamp()
    for slot in outlook.slots:
        moment = datetime.fromtimestamp(slot.start, UTC)
        # What is learned from homes without strict habits adds a little to each hour; a
        # shift by one would be off by a whole dinner.
        assert slot.energy.mean == pytest.approx(habit(moment), abs=0.2), moment
        assert slot.energy.median == pytest.approx(habit(moment), abs=0.2), moment


def test_today_is_what_was_and_what_will_be() -> None:
    """At any hour, today adds up to the same whole."""
    morning = outlook_at(datetime(2026, 6, 10, 6, 0, tzinfo=BERLIN))
    night = outlook_at(datetime(2026, 6, 10, 23, 0, tzinfo=BERLIN))
    day = 24 * 0.2 + 1.0 + 0.01 * sum(range(24))
    assert morning.today.mean == pytest.approx(day, rel=0.02)
    assert night.today.mean == pytest.approx(day, rel=0.02)
    assert morning.tomorrow.mean == pytest.approx(day, rel=0.02)
    assert night.rest_of_today.mean == pytest.approx(0.43, abs=0.03)
    wide, narrow = (
        outlook.today.quantiles[0.9] - outlook.today.quantiles[0.1]
        for outlook in (morning, night)
    )
    assert narrow < wide


def test_the_first_days_are_other_homes() -> None:
    """From its first hour a home has a forecast, and from the fourth day one of its own."""
    start = datetime(2026, 6, 8, 9, tzinfo=BERLIN).astimezone(UTC)
    spoken = []
    for hours in (0, 1, 10, 40, 80, 120):
        now = start + timedelta(hours=hours)
        series = SeriesForecast(BERLIN)
        series.take(readings(start, now), now)
        series.learn()
        outlook = series.outlook(now)
        spoken.append(bool(outlook) and "group_profile" in outlook.weights)
        if outlook:
            assert 2 < outlook.tomorrow.mean < 25
            low, high = outlook.tomorrow.quantiles[0.1], outlook.tomorrow.quantiles[0.9]
            assert low < outlook.tomorrow.mean < high
            assert len(outlook.slots) == 48
    assert spoken == [False, True, True, True, True, False]


def test_what_was_not_measured_today_counts_as_expected() -> None:
    """A meter that was silent since midnight does not make a small day."""
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    series = SeriesForecast(BERLIN)
    start = datetime(2026, 5, 1, tzinfo=BERLIN).astimezone(UTC)
    series.take(readings(start, datetime(2026, 6, 10, tzinfo=BERLIN)), now)
    series.learn()
    outlook = series.outlook(now)
    assert outlook
    assert outlook.today.mean == pytest.approx(outlook.tomorrow.mean, rel=0.02)


def test_without_a_whole_day_there_is_no_outlook() -> None:
    """Nothing known, nothing said; of an appliance neither on the first evening."""
    series = SeriesForecast(BERLIN, nature=Nature.APPLIANCE)
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    series.take({}, now)
    series.learn()
    assert series.outlook(now) is None
    assert series.report(7) is None
    series.take(readings(now - timedelta(hours=5), now), now)
    series.learn()
    assert series.outlook(now) is None
    assert series.days_known == 0


def test_a_meter_silent_for_days_is_forecast_on() -> None:
    """The last days known are looked at, however long ago they were."""
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    series = SeriesForecast(BERLIN)
    start = datetime(2026, 5, 1, tzinfo=BERLIN).astimezone(UTC)
    series.take(readings(start, datetime(2026, 6, 5, 9, tzinfo=BERLIN)), now)
    series.learn()
    outlook = series.outlook(now)
    assert outlook
    assert outlook.days_known == 35
    assert outlook.tomorrow.mean == pytest.approx(8.5, rel=0.1)


def test_holidays_are_days_off() -> None:
    """A holiday in the week is forecast like a Sunday."""
    series = SeriesForecast(BERLIN)
    now = datetime(2026, 6, 3, 0, 0, tzinfo=BERLIN)
    start = datetime(2026, 3, 30, tzinfo=BERLIN).astimezone(UTC)
    hours = {
        start_s: 3.0 if datetime.fromtimestamp(start_s, BERLIN).weekday() > 4 else 1.0
        for start_s in readings(start, now)
    }
    series.take(hours, now)
    series.learn()
    plain = series.outlook(now)
    series.take(hours, now, Covariates(free=frozenset({date(2026, 6, 4)})))
    free = series.outlook(now)
    assert plain
    assert free
    assert free.tomorrow.mean > plain.tomorrow.mean * 1.2


@pytest.mark.parametrize(
    "zone", ["Asia/Kolkata", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
def test_hours_begin_by_the_clock_on_the_wall(zone: str) -> None:
    """Where hours begin at half past in UTC, dinner is not forecast half an hour off."""
    local = ZoneInfo(zone)
    now = datetime(2026, 6, 10, 12, 10, tzinfo=local)
    start = datetime(2026, 5, 1, tzinfo=local)
    first, end = int(start.timestamp()), int(now.timestamp())
    hours = {
        at: 3.0 if datetime.fromtimestamp(at, local).hour == 19 else 0.2
        for at in range(first, end - 3600, 3600)
    }
    series = SeriesForecast(local)
    series.take(hours, now)
    series.learn()
    outlook = series.outlook(now)
    assert outlook
    peak = max(outlook.slots[:24], key=lambda slot: slot.energy.mean)
    assert datetime.fromtimestamp(peak.start, local) == datetime(
        2026, 6, 10, 19, tzinfo=local
    )
    assert peak.energy.mean == pytest.approx(3.0, rel=0.1)


def test_what_was_long_ago_is_not_known() -> None:
    """A file of an hour two years ago makes no home that is two years old."""
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    series = SeriesForecast(BERLIN, nature=Nature.APPLIANCE)
    old = {int((now - timedelta(days=700)).timestamp()) // 3600 * 3600: 1.0}
    series.take(old, now)
    series.learn()
    assert series.days_known == 0
    assert series.outlook(now) is None
    young = readings((now - timedelta(days=5)).astimezone(UTC), now)
    series.take(old | young, now)
    series.learn()
    outlook = series.outlook(now)
    assert outlook
    assert outlook.days_known == 4
    assert outlook.tomorrow.mean == pytest.approx(8.56, rel=0.05)


def test_after_a_restart_nothing_has_to_be_learned() -> None:
    """The outlook is the same at once, and what was learned is told all the same."""
    rng = np.random.default_rng(1)
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    start = datetime(2026, 4, 1, tzinfo=BERLIN).astimezone(UTC)
    hours = {s: e * rng.gamma(4, 0.25) for s, e in readings(start, now).items()}
    series = SeriesForecast(BERLIN)
    assert series.explain() == {}
    series.take(hours, now)
    series.learn()
    other = SeriesForecast(BERLIN)
    other.restore(series.state())
    other.take(hours, now)
    outlook, restored = series.outlook(now), other.outlook(now)
    assert outlook
    assert restored
    assert {"median_regression", "ridge_regression"} <= set(restored.weights)
    assert restored.weights == pytest.approx(outlook.weights, rel=1e-3)
    for one, again in zip(outlook.slots, restored.slots, strict=True):
        assert again.energy.mean == pytest.approx(one.energy.mean, rel=1e-4)
        # What was issued is kept with four digits.
        assert again.energy.quantiles == pytest.approx(one.energy.quantiles, rel=5e-3)
    told = series.explain()
    assert other.explain()["versions"].keys() == told["versions"].keys()
    assert told["drifts"] == 0
    known = told["versions"]["ridge_regression"]
    assert [version["speaks"] for version in known].count(True) == 1
    assert sum(known[0]["learned"].values()) == pytest.approx(1, abs=0.01)


def test_what_an_older_release_kept_is_read() -> None:
    """Its record has no versions of models: those are learned with the next lesson."""
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    start = datetime(2026, 5, 1, tzinfo=BERLIN).astimezone(UTC)
    hours = readings(start, now)
    series = SeriesForecast(BERLIN)
    series.take(hours, now)
    series.learn()
    with np.load(io.BytesIO(series.state())) as arrays:
        record = {name: arrays[name] for name in arrays.files if "fitted" not in name}
    assert len(record) < len(arrays.files)
    older = io.BytesIO()
    np.savez_compressed(older, **record)
    other = SeriesForecast(BERLIN)
    other.restore(older.getvalue())
    other.take(hours, now)
    before = other.outlook(now)
    assert before
    assert "ridge_regression" not in before.weights
    other.learn()
    after = other.outlook(now)
    assert after
    assert "ridge_regression" in after.weights


def test_a_chosen_model_is_in_use() -> None:
    """Who forecasts is told: what was chosen, or what stands in for it."""
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    used = []
    for days in (3, 30):
        series = SeriesForecast(BERLIN, choice="analog_days")
        start = (now - timedelta(days=days)).astimezone(UTC)
        series.take(readings(start, now), now)
        series.learn()
        outlook = series.outlook(now)
        assert outlook
        used.append(set(outlook.weights))
    assert used[0]
    assert "analog_days" not in used[0]
    assert used[1] == {"analog_days"}
    assert series.report(7)


def test_a_restart_forgets_no_score() -> None:
    """What was issued is kept; what is no record of forecasts is refused."""
    rng = np.random.default_rng(1)
    now = datetime(2026, 6, 10, 20, 0, tzinfo=BERLIN)
    start = datetime(2026, 4, 1, tzinfo=BERLIN).astimezone(UTC)
    hours = {s: e * rng.gamma(4, 0.25) for s, e in readings(start, now).items()}
    series = SeriesForecast(BERLIN)
    series.take(hours, now)
    series.learn()
    report = series.report(30)
    assert report
    assert report.days == 30
    assert 0.5 < report.coverage < 0.95
    assert report.skill is not None
    other = SeriesForecast(BERLIN)
    other.restore(series.state())
    other.take(hours, now)
    other.learn()
    again = other.report(30)
    assert again
    assert again.mae == pytest.approx(report.mae, rel=1e-5)
    outlook = series.outlook(now)
    restored = other.outlook(now)
    assert outlook
    assert restored
    assert restored.tomorrow.mean == pytest.approx(outlook.tomorrow.mean, rel=1e-4)
    for damaged in (b"something else", series.state()[:-40], b""):
        with pytest.raises(ValueError, match="not a record"):
            SeriesForecast(BERLIN).restore(damaged)
