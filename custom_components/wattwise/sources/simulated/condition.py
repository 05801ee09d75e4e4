"""What simulated meters can be made to measure."""

from enum import StrEnum
from typing import Final


class Condition(StrEnum):
    """What a simulated meter can be made to measure."""

    NORMAL = "normal"
    LOW_WARNING = "low_warning"
    LOW_CRITICAL = "low_critical"
    HIGH_WARNING = "high_warning"
    HIGH_CRITICAL = "high_critical"
    FLUCTUATING = "fluctuating"
    DIPS = "dips"
    """The voltage falls for a moment each five minutes, which EN 50160 counts as events;
    no alert is for that."""
    SWELLS = "swells"
    """The voltage rises for a moment each five minutes."""
    INTERRUPTION = "interruption"
    """The grid gives nothing, and the meter lives on something else."""
    NEUTRAL_LOST = "neutral_lost"
    PHASES_UNBALANCED = "phases_unbalanced"
    FREQUENCY_PROBLEM = "frequency_problem"
    OVERLOAD = "overload"
    LEFT_ON = "left_on"
    """Something large stays switched on."""
    STANDBY_RAISED = "standby_raised"
    """Something small stays switched on."""
    NOTHING_USED = "nothing_used"
    """All is switched off, as behind a breaker that tripped."""
    ZONE_GREEN = "zone_green"
    """As much is used as is usual at this hour."""
    ZONE_YELLOW = "zone_yellow"
    """More than three quarters of the time at this hour."""
    ZONE_RED = "zone_red"
    """More than nearly ever, at any hour."""
    ZONE_CRITICAL = "zone_critical"
    """The meter tells a power that cannot be."""
    PRODUCTION_DROP = "production_drop"
    """The inverter is off."""
    VALUE_STUCK = "value_stuck"
    """The meter repeats what it measured when this began."""
    SILENT = "silent"
    """The meter tells nothing."""


# What a roof can show; whatever else there is, is of the grid meter.
OF_A_ROOF: Final = frozenset(
    {
        Condition.NORMAL,
        Condition.PRODUCTION_DROP,
        Condition.VALUE_STUCK,
        Condition.SILENT,
    }
)
OF_A_GRID_METER: Final = frozenset(Condition) - {Condition.PRODUCTION_DROP}
# What is drawn from the grid then, whatever a roof gives.
OF_THE_CONNECTION: Final = frozenset({Condition.OVERLOAD, Condition.INTERRUPTION})
# What lasts for days before it is told, and so can have begun in the past.
LASTING: Final = frozenset(
    {
        Condition.LEFT_ON,
        Condition.STANDBY_RAISED,
        Condition.NOTHING_USED,
        Condition.PRODUCTION_DROP,
    }
)
