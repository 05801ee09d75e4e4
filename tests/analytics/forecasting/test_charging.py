"""A car at the charger is forecast apart from the home."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from custom_components.wattwise.analytics.forecasting.charging import (
    add_charging,
    charging_rows,
    charging_with_today,
    expected_charging,
)
from custom_components.wattwise.analytics.forecasting.charging_apart import (
    apart_from_charging,
)
from custom_components.wattwise.analytics.forecasting.covariates import Covariates
from custom_components.wattwise.analytics.forecasting.local_days import (
    Floats,
    LocalClock,
)
from custom_components.wattwise.analytics.forecasting.models.hour_of_week import (
    HourOfWeek,
)
from custom_components.wattwise.analytics.forecasting.models.persistence import (
    PersistenceEnsemble,
)
from custom_components.wattwise.analytics.forecasting.models.ridge_regression import (
    RidgeRegression,
)
from custom_components.wattwise.analytics.forecasting.past import (
    LEAST_CHARGER_DAYS,
    SILENT_CHARGER_DAYS,
    Past,
)
from custom_components.wattwise.analytics.forecasting.prediction import (
    LEVELS,
    Prediction,
)
from custom_components.wattwise.analytics.forecasting.series_forecast import (
    SeriesForecast,
)

from .made_up_homes import FIRST_DAY, home

DAYS = 90


def sessions(days: int = DAYS, *, seed: int = 3, each: int = 1) -> Floats:
    """Return 14 kWh from seven in the evening on: at random, or on each so many-th day."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((days, 24))
    there = rng.random(days) < 0.4 if each == 1 else np.arange(days) % each == 0
    rows[there, 19:21] = 7.0
    return rows


def with_car(charging: Floats) -> Past:
    """Return a home that charges a car, too."""
    past = home(len(charging))
    return replace(past, measured=past.measured + charging, charging=charging)


def test_the_mean_is_right() -> None:
    """Over weeks, as much is expected as was charged."""
    expected = charged = 0.0
    for seed in range(8):
        charging = sessions(seed=seed)
        past = with_car(charging)
        for day in range(45, DAYS):
            said = expected_charging(past.until(day), 0)
            assert said.values.mean(axis=1) == pytest.approx(said.mean, abs=0.2)
            expected += float(said.mean.sum())
        charged += charging[45:].sum()
    assert expected == pytest.approx(charged, rel=0.05)


def test_a_car_that_was_charged_yesterday_waits() -> None:
    """Who charges each third day is not expected the day after."""
    past = with_car(sessions(91, each=3))
    # The last day, number 90, had a session.
    day_after, two_after, three_after = (
        expected_charging(past, lead).mean[19] for lead in range(3)
    )
    assert day_after < 1.0
    assert two_after < 1.0
    assert three_after > 5.0


def test_distributions_add_and_quantiles_do_not() -> None:
    """The band of the sum is that of two independent ones."""
    rng = np.random.default_rng(5)
    rest = rng.gamma(2.0, 0.5, (200_000,))
    said = Prediction(
        np.quantile(rest, LEVELS)[:, None].repeat(24, axis=1),
        np.full(24, rest.mean()),
    )
    past = with_car(sessions())
    charging = expected_charging(past, 0)
    share = float((charging.values[19] > 0).mean())
    both = add_charging(said, charging)
    truth = np.quantile(rest + np.where(rng.random(200_000) < share, 7.0, 0.0), LEVELS)
    assert both.quantiles[:, 19] == pytest.approx(truth, rel=0.15)
    assert both.mean[19] == pytest.approx(rest.mean() + charging.mean[19])
    # Without a car nothing is moved but by what the tails are cut.
    assert both.quantiles[:, 3] == pytest.approx(said.quantiles[:, 3], rel=0.06)
    assert both.mean[3] == said.mean[3]


@pytest.mark.parametrize("kind", [HourOfWeek, RidgeRegression])
def test_habits_are_learned_without_the_car(
    kind: type[HourOfWeek | RidgeRegression],
) -> None:
    """A model sees the home as if it had no car; hours without sessions stay theirs."""
    past = with_car(sessions())
    quiet = home(DAYS)
    model, alone = apart_from_charging(kind()), kind()
    for one, shown in ((model, past), (alone, quiet)):
        if hasattr(one, "fit"):
            one.fit(shown)
    assert (model.name, model.minimum_days) == (alone.name, alone.minimum_days)
    said, rest = model.predict(past, 0), alone.predict(quiet, 0)
    assert said.mean[:18] == pytest.approx(rest.mean[:18], abs=1e-9)
    charging = expected_charging(past, 0)
    assert said.mean == pytest.approx(rest.mean + charging.mean, abs=1e-9)
    assert said.quantiles[-1, 19] > 6
    assert (np.diff(said.quantiles, axis=0) >= 0).all()


def test_what_all_are_compared_with_stays() -> None:
    """The mean of the last days knows no car."""
    model = PersistenceEnsemble()
    assert apart_from_charging(model) is model


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (DAYS - LEAST_CHARGER_DAYS + 1, DAYS),
        (0, DAYS - SILENT_CHARGER_DAYS),
        (0, 0),
    ],
)
def test_too_little_known_of_a_charger(first: int, last: int) -> None:
    """A charger of yesterday, and one that fell silent, are forecast with the home."""
    charging = sessions()
    past = with_car(charging)
    known = np.full_like(charging, np.nan)
    known[first:last] = charging[first:last]
    past = replace(past, charging=known)
    assert past.without_charging is None
    model = apart_from_charging(HourOfWeek())
    said, alone = model.predict(past, 0), HourOfWeek().predict(past, 0)
    assert (said.mean == alone.mean).all()


def test_the_home_without_its_car_begins_with_the_meter() -> None:
    """Whether a car was charged before it had a meter, nobody knows."""
    charging = sessions()
    past = with_car(charging)
    known = charging.copy()
    known[:50] = np.nan
    known[60, 19] = np.nan
    rest = replace(past, charging=known).without_charging
    assert rest
    assert (rest.days, rest.first_day) == (DAYS - 50, FIRST_DAY + 50)
    quiet = home(DAYS).measured[50:]
    quiet[10, 19] = past.measured[60, 19]
    assert rest.measured == pytest.approx(quiet)


def test_today_is_over_as_far_as_it_is_known() -> None:
    """For tomorrow, today's charging is what was measured and what is to come."""
    charging = sessions()
    past = with_car(charging)
    today = np.full((1, 24), np.nan)
    today[0, :10] = 0.0
    today[0, 3] = 5.0
    past = replace(past, charging=np.vstack([charging, today]))
    refreshed = Prediction(np.full((5, 24), 9.0), np.full(24, 9.0))
    row = charging_with_today(past, refreshed)[-1]
    assert (row[3], row[4]) == (5.0, 0.0)
    assert row[19] == pytest.approx(expected_charging(past, 0).mean[19])
    midnight = charging_with_today(past.until(DAYS), refreshed)
    assert midnight.shape == (DAYS + 1, 24)
    assert midnight[-1, 3] == pytest.approx(expected_charging(past, 0).mean[3])


def test_hours_are_laid_into_days() -> None:
    """What is unknown is no zero, also on the day when the clock is put forward."""
    zone = ZoneInfo("Europe/Berlin")
    clock = LocalClock(zone, 3600)
    first = date(2026, 3, 28)
    noon = int(datetime(2026, 3, 29, 12, tzinfo=zone).timestamp())
    rows = charging_rows({noon: 7.0, noon + 3600: 0.0}, clock, first, 3)
    assert rows is not None
    assert rows.shape == (3, 24)
    assert (rows[1, 12], rows[1, 13]) == (7.0, 0.0)
    assert np.isnan(rows).sum() == 3 * 24 - 2
    assert charging_rows({}, clock, first, 3) is None


def test_a_series_with_a_charger() -> None:
    """From hours to an outlook: no session is promised, and its energy is expected."""
    start = datetime(2026, 3, 1, tzinfo=UTC)
    rng = np.random.default_rng(7)
    charging, slots = {}, {}
    for day in range(80):
        kwh = 7.0 if rng.random() < 0.3 else 0.0
        for hour in range(24):
            begin = int((start + timedelta(days=day, hours=hour)).timestamp())
            charging[begin] = kwh if hour in {19, 20} else 0.0
            slots[begin] = 0.3 + charging[begin]
    now = start + timedelta(days=80, minutes=5)
    # What is not over counts neither here nor there.
    charging[int(start.timestamp()) + 80 * 86_400] = 99.0
    said = {}
    for known in (Covariates(), Covariates(charging=charging)):
        series = SeriesForecast(ZoneInfo("UTC"))
        series.take(slots, now, known)
        outlook = series.outlook(now)
        assert outlook
        said[bool(known.charging)] = outlook
    evening = {
        apart: next(
            slot.energy
            for slot in outlook.slots
            if datetime.fromtimestamp(slot.start, UTC).hour == 19
        )
        for apart, outlook in said.items()
    }
    assert evening[True].median < 1.0
    assert evening[True].at(0.9) > 5.0
    assert said[True].tomorrow.mean == pytest.approx(24 * 0.3 + 0.3 * 14, rel=0.35)
    night = said[True].slots[3].energy
    assert night.mean == pytest.approx(0.3, abs=0.03)
    assert night.quantiles[0.9] - night.quantiles[0.1] < 0.1
