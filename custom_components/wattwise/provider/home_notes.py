"""Why less is known of a home than of others: it is away, new, silent or not at work."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.util import dt as dt_util

from ..forecasts.forecast_series import CONSUMPTION
from ..forecasts.forecast_stage import LEARNED, forecast_stage
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..home_balance import flow_meters
from ..household import Household, WattWiseConfigEntry, is_on_its_way
from ..metering.profile import MeterRole

# Sums are asked every half minute: after midnight they are yesterday's for a moment.
_MIDNIGHT_TAKES: Final = timedelta(minutes=2)


class HomeNote(StrEnum):
    """What is special about a home at the moment."""

    STARTING = "starting"
    """It is being set up."""
    NOT_AT_WORK = "not_at_work"
    """It could not be set up."""
    NO_METERS = "no_meters"
    SILENT = "silent"
    """Its meters do not tell what it uses, or produces, right now."""
    SUMS_NOT_KNOWN = "sums_not_known"
    """What it used and produced today and this month cannot be asked."""
    AWAY = "away"
    """Nobody is at home."""
    LEARNING = "learning"
    """It is too new for forecasts as good as those of others."""
    NO_FORECAST = "no_forecast"
    """The last forecast could not be made."""


def home_notes(entry: WattWiseConfigEntry, now: datetime) -> tuple[HomeNote, ...]:
    """Return what is special about a home; nothing, if all is as it should be."""
    if entry.state is not ConfigEntryState.LOADED:
        starting = is_on_its_way(entry)
        return (HomeNote.STARTING if starting else HomeNote.NOT_AT_WORK,)
    household = entry.runtime_data
    if not household.meters:
        return (HomeNote.NO_METERS,)
    notes = []
    if _power(household) is None:
        notes.append(HomeNote.SILENT)
    if not knows_its_sums(household, now):
        notes.append(HomeNote.SUMS_NOT_KNOWN)
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


def knows_its_sums(household: Household, now: datetime) -> bool:
    """Whether the sums of a home's meters could be asked, and are of today."""
    coordinators = [meter.coordinator for _, meter, _ in flow_meters(household.meters)]
    day_start = dt_util.utc_from_timestamp(household.history.day_start_ms() / 1000)
    new_day = now - day_start < _MIDNIGHT_TAKES
    return all(
        coordinator.last_update_success
        and (new_day or coordinator.data.day_start >= day_start)
        for coordinator in coordinators
    )


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
