"""The forecast of a series of a household, or in one word why there is none."""

from collections.abc import Mapping
from enum import StrEnum

from ..analytics.forecasting.expectation import Outlook
from ..household import Household


class NoOutlook(StrEnum):
    """Why there is no forecast."""

    LOADING = "loading"
    """The first one since the start is still to be made."""
    NOT_MADE = "not_made"
    """Nothing of this kind is forecast of the household."""
    FAILED = "failed"
    """The last one could not be made."""
    NOT_KNOWN = "not_known"
    """Too little was measured."""


def find_outlook(household: Household, series: str) -> Outlook | NoOutlook:
    """Return what is expected of a series, by the key it is kept under."""
    forecast = household.forecast
    if forecast is None or (forecast.data is None and forecast.last_update_success):
        return NoOutlook.LOADING
    if forecast.data is not None and series not in forecast.data:
        return NoOutlook.NOT_MADE
    if not forecast.last_update_success:
        return NoOutlook.FAILED
    return forecast.data[series].outlook or NoOutlook.NOT_KNOWN


def measured_today(household: Household, series: str) -> Mapping[int, float]:
    """Return the energy [kWh] of today's slots that are over, by their start [s]."""
    if household.forecast is None or household.forecast.data is None:
        return {}
    found = household.forecast.data.get(series)
    return found.measured if found else {}
