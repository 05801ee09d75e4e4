"""What a series of energy is by nature, which decides what others can tell of it."""

from enum import StrEnum


class Nature(StrEnum):
    """Where the energy of a series comes from, or goes to."""

    HOME = "home"
    """All that a home uses: other homes tell of its first days, and of its hours."""
    SUN = "sun"
    """What a roof gives: the sky stays for a while as it is."""
    APPLIANCE = "appliance"
    """What one appliance uses: that it ran does not tell whether it will."""
