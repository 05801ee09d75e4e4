"""By which periods a household's grid operator measures demand, and what is too much."""

from typing import Final

from homeassistant.config_entries import ConfigEntry

from ...const import CONF_COUNTRY
from ...household import Household, WattWiseConfigEntry
from ...metering.profile import MeterRole

DEMAND_PERIOD: Final = "demand_period"
DEMAND_LIMIT: Final = "demand_limit"

NO_PERIOD: Final = 0
DEMAND_MINUTES: Final = (15, 30, 60)
# The Flemish capacity tariff takes the month's highest quarter of an hour; those of
# Norway and Sweden take hours. Elsewhere few homes have any.
_USUAL_MINUTES: Final = {"BE": 15, "NO": 60, "SE": 60}
# Flemish homes pay for 2.5 kW at the least, and Norwegian ones for 2 kW: less is no peak.
LEAST_LIMIT_W: Final = 2_500.0


def has_grid(household: Household) -> bool:
    """Whether a household knows what it draws from the grid."""
    return household.has_role(MeterRole.GRID)


def demand_minutes(entry: ConfigEntry, household: Household) -> int:
    """Return the length of a period [min]; 0 where no demand is measured."""
    if not has_grid(household):
        return NO_PERIOD
    usual = _USUAL_MINUTES.get(entry.data.get(CONF_COUNTRY, ""), NO_PERIOD)
    minutes = int(household.amounts.get(DEMAND_PERIOD, usual))
    return minutes if minutes in DEMAND_MINUTES else NO_PERIOD


def has_demand(entry: WattWiseConfigEntry) -> bool:
    """Whether a household's demand is measured."""
    return demand_minutes(entry, entry.runtime_data) != NO_PERIOD
