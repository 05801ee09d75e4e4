"""The simulated household that lives in the demo home."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from wattwise_dev.simulator import Household, household_named

from .plan import HOUSEHOLD

PAST: Final = timedelta(days=60)


def demo_household(began: datetime, name: str = HOUSEHOLD) -> Household:
    """Return the household, or another one of the simulator, with meters that count from just before its past.

    Where they begin to count does not matter, but all days from there on are
    simulated before the first reading is known.
    """
    first_day = (began - PAST - timedelta(days=2)).date()
    return replace(household_named(name), counters_start=first_day)
