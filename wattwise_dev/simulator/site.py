"""Where a household is: its clock, its sun and its climate."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# At this hour everybody is in bed or out, and the water is hot again: a day from
# here to here can be simulated without knowing the days around it.
DAY_BEGINS: Final = time(4)


@dataclass(frozen=True, slots=True)
class Site:
    """A place on earth and its weather over the year."""

    time_zone: str
    latitude: float
    """Degrees, north positive."""
    longitude: float
    """Degrees, east positive."""
    mean_temperature: float
    """Of the year [°C]."""
    seasonal_swing: float
    """Half the distance from the coldest to the warmest month [K]."""
    daily_swing: float
    """Half the distance from night to afternoon on a clear summer day [K]."""

    def day_start(self, day: date) -> int:
        """Return when the living day begins [s since the epoch]."""
        local = datetime.combine(day, DAY_BEGINS, ZoneInfo(self.time_zone))
        return int(local.timestamp())

    def day_length(self, day: date) -> int:
        """Return how long the living day is [s]: not always 24 hours."""
        return self.day_start(day + timedelta(days=1)) - self.day_start(day)

    def day_of(self, time_s: int) -> date:
        """Return the living day that a second [since the epoch] belongs to."""
        local = datetime.fromtimestamp(time_s, ZoneInfo(self.time_zone))
        day = local.date()
        return day if time_s >= self.day_start(day) else day - timedelta(days=1)
