"""The energy of a household's hours, kept up to date for its forecasts."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from ..home_balance import flow_meters
from ..household import Household
from .energy_of_hours import HomeHours, MeteredFlow, energy_of_hours
from .inverter_nights import READ_EARLIER

# Two years have each season twice.
LOOK_BACK_DAYS: Final = 730
# What comes late is seldom later than that; the rest is read in the night.
_READ_AGAIN: Final = timedelta(days=3)
# Others want to ask the history, too.
_READ_AT_ONCE: Final = timedelta(days=60)


class HomeEnergy:
    """Reads all hours for each lesson, and the newest ones each hour."""

    def __init__(
        self, household: Household, apart: frozenset[str] = frozenset()
    ) -> None:
        """Read the history of a household; of the meters `apart` their own hours too."""
        self._household = household
        self._apart = apart
        self._hours = HomeHours()
        self._read_all = True
        self._reading = asyncio.Lock()

    async def async_forget(self) -> None:
        """Read everything once more the next time."""
        async with self._reading:
            self._read_all = True

    async def async_hours(self, now: datetime) -> HomeHours:
        """Return all hours; raises HistoryError."""
        async with self._reading:
            if self._read_all:
                hours, back = HomeHours(), timedelta(days=LOOK_BACK_DAYS)
            else:
                hours, back = self._hours, _READ_AGAIN
            await self._async_read(hours, now - back, now)
            self._hours, self._read_all = hours, False
            # An executor looks through them while the next ones are read.
            return hours.copy()

    async def _async_read(
        self, hours: HomeHours, begin: datetime, end: datetime
    ) -> None:
        meters = metered_flows(self._household)
        while begin < end:
            until = min(end, begin + _READ_AT_ONCE)
            question = partial(
                energy_of_hours,
                meters=meters,
                start_ms=_ms(begin - READ_EARLIER),
                end_ms=_ms(until),
                apart=self._apart,
            )
            hours.update(await self._household.history.ask(question))
            begin = until


def metered_flows(household: Household) -> list[MeteredFlow]:
    """Return the meters of a household whose energy makes up its balance."""
    return [
        MeteredFlow(
            key,
            meter.profile.meter_id,
            meter.profile.role,
            meter.profile.energy_kind,
            parent,
        )
        for key, meter, parent in flow_meters(household.meters)
    ]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
