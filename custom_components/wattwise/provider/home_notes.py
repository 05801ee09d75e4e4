"""Why less is known of a home than of others: it is away, new, silent or not at work."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util

from ..forecasts.forecast_series import CONSUMPTION
from ..forecasts.forecast_stage import LEARNED, forecast_stage
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..household import Household, WattWiseConfigEntry
from ..metering.profile import MeterRole


class HomeNote(StrEnum):
    """What is special about a home at the moment."""

    STARTING = "starting"
    """It is being set up."""
    NOT_AT_WORK = "not_at_work"
    """It could not be set up."""
    NO_METERS = "no_meters"
    SILENT = "silent"
    """Its meters do not tell what it uses, or produces, right now."""
    AWAY = "away"
    """Nobody is at home."""
    LEARNING = "learning"
    """It is too new for forecasts as good as those of others."""
    NO_FORECAST = "no_forecast"
    """The last forecast could not be made."""


_ON_ITS_WAY: Final = {
    ConfigEntryState.NOT_LOADED,
    ConfigEntryState.SETUP_IN_PROGRESS,
    ConfigEntryState.UNLOAD_IN_PROGRESS,
}


def home_notes(entry: WattWiseConfigEntry, now: datetime) -> tuple[HomeNote, ...]:
    """Return what is special about a home; nothing, if all is as it should be."""
    if entry.state is not ConfigEntryState.LOADED:
        soon = entry.state in _ON_ITS_WAY
        return (HomeNote.STARTING if soon else HomeNote.NOT_AT_WORK,)
    household = entry.runtime_data
    if not household.meters:
        return (HomeNote.NO_METERS,)
    notes = []
    if _power(household) is None:
        notes.append(HomeNote.SILENT)
    if _is_away(household, now):
        notes.append(HomeNote.AWAY)
    match find_outlook(household, CONSUMPTION):
        case NoOutlook.FAILED:
            notes.append(HomeNote.NO_FORECAST)
        case NoOutlook.NOT_KNOWN:
            notes.append(HomeNote.LEARNING)
        case NoOutlook():
            pass
        case outlook if forecast_stage(outlook) != LEARNED:
            notes.append(HomeNote.LEARNING)
    return tuple(notes)


def _power(household: Household) -> float | None:
    """Return what a home uses right now; of one that only produces, what it gives."""
    balance = household.power_balance()
    if household.has_role(MeterRole.GRID) or household.has_role(MeterRole.APPLIANCE):
        return balance.consumption()
    return balance.production()


def _is_away(household: Household, now: datetime) -> bool:
    """Whether nobody is at home now, or is expected to be there today."""
    if household.forecast is None:
        return False
    spans = household.forecast.covariates.empty_spans(now)
    lasts = bool(spans) and spans[-1][1] >= now
    return lasts or dt_util.as_local(now).date() in household.forecast.known.away
