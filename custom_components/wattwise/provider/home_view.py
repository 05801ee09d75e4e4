"""What the overview tells of one home."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntryState

from ..analytics.forecasting.expectation import Outlook
from ..const import CONF_ROLE, SUBENTRY_TYPE_METER
from ..forecasts.forecast_series import CONSUMPTION, PRODUCTION
from ..forecasts.found_outlook import NoOutlook, find_outlook
from ..home_balance import energy_balance
from ..household import Household, WattWiseConfigEntry
from ..metering.balance import Balance
from ..metering.profile import MeterRole
from ..rounding import kilowatt_hours, watts
from .home_notes import HomeNote, home_notes, knows_its_sums

SERIES: Final = (CONSUMPTION, PRODUCTION)
_ROLES: Final[dict[str, frozenset[MeterRole]]] = {
    CONSUMPTION: frozenset({MeterRole.GRID, MeterRole.APPLIANCE}),
    PRODUCTION: frozenset({MeterRole.PRODUCTION}),
}


@dataclass(frozen=True, slots=True)
class SeriesView:
    """What a home uses, or produces; None where it is not known."""

    power_w: float | None
    today_kwh: float | None
    this_month_kwh: float | None
    outlook: Outlook | NoOutlook


@dataclass(frozen=True, slots=True)
class HomeView:
    """What is known of a home at the moment: `series` by the keys of forecasts.

    A home without a roof has no production, rather than one that is not known.
    """

    entry: WattWiseConfigEntry
    notes: tuple[HomeNote, ...]
    series: dict[str, SeriesView]

    @property
    def household(self) -> Household | None:
        """The household, if it is at work."""
        loaded = self.entry.state is ConfigEntryState.LOADED
        return self.entry.runtime_data if loaded else None


def home_views(entries: Sequence[WattWiseConfigEntry], now: datetime) -> list[HomeView]:
    """Return what is known of households, whether they are at work or not."""
    loaded = [entry for entry in entries if entry.state is ConfigEntryState.LOADED]
    # Around midnight, some meters tell of the new day a little sooner than others.
    days = [day for entry in loaded if (day := entry.runtime_data.day_start)]
    newest = max(days, default=None)
    return [
        HomeView(
            entry,
            home_notes(entry, now),
            (
                _of_household(entry.runtime_data, _series(entry), newest, now)
                if entry.state is ConfigEntryState.LOADED
                else dict.fromkeys(_series(entry), _NOTHING)
            ),
        )
        for entry in entries
    ]


_NOTHING: Final = SeriesView(None, None, None, NoOutlook.LOADING)


def _series(entry: WattWiseConfigEntry) -> list[str]:
    """Return what a home has meters for."""
    roles = {
        meter.data[CONF_ROLE]
        for meter in entry.get_subentries_of_type(SUBENTRY_TYPE_METER)
    }
    return [series for series in SERIES if roles & _ROLES[series]]


def _of_household(
    household: Household,
    keys: Collection[str],
    day_start: datetime | None,
    now: datetime,
) -> dict[str, SeriesView]:
    power = household.power_balance()
    today = energy_balance(household.meters, "today", day_start)
    month = energy_balance(household.meters, "this_month", day_start)
    known = knows_its_sums(household, now)
    return {
        key: SeriesView(
            watts(_flow(power, key)),
            kilowatt_hours(_flow(today, key)) if known else None,
            kilowatt_hours(_flow(month, key)) if known else None,
            find_outlook(household, key),
        )
        for key in keys
    }


def _flow(balance: Balance, series: str) -> float | None:
    return balance.consumption() if series == CONSUMPTION else balance.production()
