"""The forecast by the hours of UTC, as Home Assistant's statistics hold it."""

from datetime import UTC, datetime

import pytest

from custom_components.wattwise.analytics.forecasting.expectation import (
    Expected,
    ExpectedSlot,
    Outlook,
)
from custom_components.wattwise.forecasts.forecast_hours import (
    hours_ahead,
    hours_since_midnight,
)
from custom_components.wattwise.history.recorder_statistics import Band

NOON = 1_781_697_600
HOUR = 3600


def slot(start: int, kwh: float) -> ExpectedSlot:
    """Return a slot whose band is a tenth of it to both sides."""
    quantiles = {0.1: kwh * 0.9, 0.5: kwh, 0.9: kwh * 1.1}
    return ExpectedSlot(start, Expected(kwh * 2, quantiles))


def outlook(step: int, ahead: list[ExpectedSlot], day: list[ExpectedSlot]) -> Outlook:
    """Return a forecast made at noon."""
    nothing = Expected(0.0, {0.1: 0.0, 0.5: 0.0, 0.9: 0.0})
    return Outlook(
        datetime.fromtimestamp(NOON, UTC),
        step,
        tuple(ahead),
        tuple(day),
        nothing,
        nothing,
        nothing,
        {},
        9,
        NOON + 12 * HOUR,
    )


def test_an_hour_of_energy_is_as_much_power() -> None:
    """The median is shown, never the mean; 0.5 kWh in an hour are 500 W."""
    made = outlook(HOUR, [slot(NOON, 0.5)], [slot(NOON - HOUR, 0.3), slot(NOON, 0.4)])
    assert hours_ahead(made) == {NOON: Band(500.0, 450.0, 550.0)}
    assert hours_since_midnight(made) == {
        NOON - HOUR: Band(300.0, 270.0, 330.0),
        NOON: Band(400.0, 360.0, 440.0),
    }


def test_quarters_make_hours() -> None:
    """Four quarters are one hour; an hour of which one is missing is left out."""
    quarters = [slot(NOON + 900 * part, 0.1 * (part + 1)) for part in range(7)]
    hours = hours_ahead(outlook(900, quarters, quarters))
    assert set(hours) == {NOON}
    assert hours[NOON].mean == pytest.approx(1000.0)


def test_clocks_half_an_hour_apart_from_utc() -> None:
    """In India an hour of UTC is half of one hour of the home and half of the next."""
    slots = [slot(NOON + 1800 + HOUR * hour, 0.2 * (hour + 1)) for hour in range(3)]
    hours = hours_ahead(outlook(HOUR, slots, slots))
    assert hours == {
        NOON + HOUR: Band(300.0, 270.0, 330.0),
        NOON + 2 * HOUR: Band(500.0, 450.0, 550.0),
    }
