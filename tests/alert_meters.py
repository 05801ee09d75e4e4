"""Meters that report what raises alerts, and what is told of those."""

from collections.abc import Mapping
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.wattwise.alerts.telling.alert_announcements import EVENT_ALERT
from homeassistant.core import Event, HomeAssistant

from .test_meters import pass_time, report

FINE: Final = {"voltage_l1": 230.0}
# More than 8 % above nominal, and more than 10 %.
HIGH: Final = {"voltage_l1": 250.0}
FAR_TOO_HIGH: Final = {"voltage_l1": 256.0}
NEUTRAL_LOST: Final = {"voltage_l1": 260.0, "voltage_l2": 190.0}
NEUTRAL_FINE: Final = {"voltage_l1": 230.0, "voltage_l2": 230.0}

VOLTAGE: Final = "binary_sensor.grid_voltage_problem"
NEUTRAL: Final = "binary_sensor.grid_neutral_conductor"
EVENTS: Final = "event.home_alerts"


async def tell(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    entry: MockConfigEntry,
    seconds: int,
    values: Mapping[str, float],
    meter: str = "Grid",
) -> None:
    """Let a meter report the same values every 10 seconds for so long."""
    for _ in range(seconds // 10):
        await pass_time(hass, freezer, 10)
        await report(hass, entry, meter, **values)


def alerts_of(hass: HomeAssistant) -> list[Event[Any]]:
    """Return what will be told of alerts, as it grows."""
    return async_capture_events(hass, EVENT_ALERT)


def phases(told: list[Event[Any]]) -> list[tuple[str, str]]:
    """Return what was told, short: the phases and how grave."""
    return [(event.data["phase"], event.data["severity"]) for event in told]
