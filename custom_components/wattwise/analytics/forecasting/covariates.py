"""What else is known beside energy: holidays, the weather, and when nobody is at home.

Like `expectation`, it costs nothing to import.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Self


@dataclass(frozen=True, slots=True)
class Covariates:
    """What is known of the days of a series and of those to come.

    `free` are public holidays, `away` local days on which nobody was, or will be, at
    home. `temperature` [degrees Celsius] and `cloud` cover [0 to 1] are by the start of
    their hour [s since the epoch]: of days that are over as they were forecast when the
    day began, of coming hours as they are forecast now. `charging` is what of a home's
    energy went into cars [kWh], by the start of the slot. What is missing is not known.
    """

    free: frozenset[date] = frozenset()
    temperature: Mapping[int, float] = field(default_factory=dict)
    cloud: Mapping[int, float] = field(default_factory=dict)
    away: frozenset[date] = frozenset()
    charging: Mapping[int, float] = field(default_factory=dict)

    def of_an_appliance(self) -> Self:
        """Return the same for a part of a home, which has no charger of its own."""
        return replace(self, charging={})

    def of_the_sun(self) -> Self:
        """Return the same for a roof, which nobody needs to be at home for."""
        return replace(self, away=frozenset(), charging={})
