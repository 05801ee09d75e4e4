"""When what runs day and night is worth looking for."""

from datetime import datetime, timedelta

import pytest

from custom_components.wattwise.analytics.advice.advice import AdviceKind
from custom_components.wattwise.analytics.advice.standby import standby

from .made_up_hours import TODAY, ZONE, hours, without_days


def home(base_kwh: float, burst_kwh: float = 1.0) -> dict[int, float]:
    """Return four weeks of a home with bursts in a quarter of the day."""
    return hours(28, lambda m: base_kwh + (burst_kwh if m.hour >= 18 else 0.0))


@pytest.mark.parametrize(
    ("base_kwh", "burst_kwh", "advised"),
    [
        (0.30, 1.0, True),
        (0.21, 0.5, True),
        # Below 200 W nobody is told.
        (0.19, 0.5, False),
        # Less than 40 % of what a large home uses.
        (0.30, 2.0, False),
    ],
)
def test_high(base_kwh: float, burst_kwh: float, advised: bool) -> None:
    """Much, and much of the whole."""
    found = standby(home(base_kwh, burst_kwh), {}, ZONE, TODAY, 0.30)
    assert (found is not None) is advised


def test_what_it_would_save() -> None:
    """Not all of it: what homes that looked for it saved."""
    advice = standby(home(0.30), {}, ZONE, TODAY, 0.30)
    assert advice
    assert advice.kind is AdviceKind.STANDBY
    assert advice.evidence["base_load_w"] == pytest.approx(300)
    assert advice.evidence["share"] == pytest.approx(7.2 / 13.2, rel=0.01)
    assert advice.saving_kwh_per_year == pytest.approx(300 * 8.76 * 0.066)
    assert advice.saving_money_per_year == pytest.approx(300 * 8.76 * 0.066 * 0.30)
    unpriced = standby(home(0.30), {}, ZONE, TODAY, None)
    assert unpriced
    assert unpriced.saving_money_per_year is None


def test_heating_by_night_is_no_standby() -> None:
    """Quiet hours may be at any time of the day."""
    heated = hours(28, lambda m: 2.0 if m.hour < 7 else 0.1)
    assert standby(heated, {}, ZONE, TODAY, 0.30) is None


def test_too_little_is_known() -> None:
    """20 of 28 days are needed, whole ones."""
    known = home(0.30)
    assert standby(without_days(known, 4), {}, ZONE, TODAY, 0.30)
    assert standby(without_days(known, 2), {}, ZONE, TODAY, 0.30) is None
    assert standby({}, {}, ZONE, TODAY, 0.30) is None


def test_the_largest_meter_is_named() -> None:
    """Of the meters that run through the night, that which draws most."""
    meters = {
        "freezer": hours(28, lambda _: 0.04),
        "rack": hours(28, lambda _: 0.12),
        "washing machine": hours(28, lambda m: 1.0 if m.hour == 18 else 0.0),
    }
    advice = standby(home(0.30), meters, ZONE, TODAY, 0.30)
    assert advice
    assert advice.subject == "rack"
    assert advice.evidence["meter_w"] == pytest.approx(120)
    # Whichever it is, it is the same piece of advice.
    assert advice.key == "standby"
    small = standby(home(0.30), {"clock": hours(28, lambda _: 0.01)}, ZONE, TODAY, 0.3)
    assert small
    assert small.subject is None


def two_years(before_kwh: float, now_kwh: float) -> dict[int, float]:
    """Return two years of a home whose base changed half a year ago."""
    changed = datetime(2026, 5, 1, tzinfo=ZONE)
    return hours(
        700,
        lambda m: (
            (now_kwh if m >= changed else before_kwh) + (1.0 if m.hour >= 18 else 0.0)
        ),
    )


@pytest.mark.parametrize(
    ("before_kwh", "now_kwh", "kind"),
    [
        (0.10, 0.16, AdviceKind.STANDBY_RISING),
        # Less than 40 W more, or less than a quarter.
        (0.10, 0.13, None),
        (0.18, 0.195, None),
        # High already, and hardly higher: what is high is told.
        (0.30, 0.33, AdviceKind.STANDBY),
        # Nobody lived there.
        (0.005, 0.16, None),
        (0.16, 0.10, None),
    ],
)
def test_rising(before_kwh: float, now_kwh: float, kind: AdviceKind | None) -> None:
    """Compared with the same season of last year."""
    found = standby(two_years(before_kwh, now_kwh), {}, ZONE, TODAY, 0.30)
    assert (found.kind if found else None) is kind
    if found and kind is AdviceKind.STANDBY_RISING:
        assert found.saving_kwh_per_year == pytest.approx(
            (now_kwh - before_kwh) * 8760 / 2
        )


def test_other_seasons_are_not_compared() -> None:
    """A home without a last year is not told that winter needs more than summer."""
    begin_winter = TODAY - timedelta(days=40)
    cold = hours(
        200,
        lambda m: (
            (0.19 if m.date() >= begin_winter else 0.05) + (0.5 if m.hour > 16 else 0.0)
        ),
    )
    assert standby(cold, {}, ZONE, TODAY, 0.30) is None
