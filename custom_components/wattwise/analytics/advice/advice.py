"""What a piece of advice is."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class AdviceKind(StrEnum):
    """What a home could do."""

    CHEAP_HOURS = "cheap_hours"
    """Use power when it is cheap."""
    SOLAR_HOURS = "solar_hours"
    """Use power while the roof feeds in."""
    STANDBY = "standby"
    """Look for what runs day and night."""
    STANDBY_RISING = "standby_rising"
    """Look for what has been running day and night since last year."""
    CONTRACT_TOO_LARGE = "contract_too_large"
    """Contract less power."""
    CONTRACT_TOO_SMALL = "contract_too_small"
    """Contract more power, or use less at once."""
    POWER_FACTOR = "power_factor"
    """Have the reactive power looked at."""
    PHASE_BALANCE = "phase_balance"
    """Move loads to another phase."""
    APPLIANCE_EFFICIENCY = "appliance_efficiency"
    """Look after an appliance that needs more than it did."""
    ROOF_OUTPUT = "roof_output"
    """Look after a roof that gives less than it did."""


# There may be a piece of these for each meter. Of others the meter is a detail, which may
# be another one next week.
_OF_A_METER: Final = {AdviceKind.APPLIANCE_EFFICIENCY, AdviceKind.ROOF_OUTPUT}


@dataclass(frozen=True, slots=True)
class Advice:
    """One piece of advice, with what it rests on.

    `size` says how much it is about, in a unit of the kind's own: only to be compared with
    that of other days. `subject` is the key of the meter it is about,
    or that has the largest part in it. Savings are what a
    year may bring if the advice is taken, None where nobody can say: energy [kWh] that is
    bought less, and money in the currency of the prices. Of pieces that save equally, that
    of the higher `priority` comes first. `evidence` are numbers by their names, which end
    with their units.
    """

    kind: AdviceKind
    evidence: Mapping[str, float]
    size: float
    priority: int
    saving_kwh_per_year: float | None = None
    saving_money_per_year: float | None = None
    subject: str | None = None

    @property
    def key(self) -> str:
        """What tells it from all other pieces for a home, today and next year."""
        if self.kind in _OF_A_METER:
            return f"{self.kind}.{self.subject}"
        return self.kind.value
