"""The energy register: WattWise's own counter, which never falls."""

from dataclasses import dataclass


@dataclass(slots=True)
class EnergyRegister:
    """A monotone sum of energy [Wh] that survives resets, swaps and rollovers.

    A late power reading can lower an amount that was already booked. The register
    does not fall then; it stands still until what is owed has been used again.
    """

    reading_wh: float = 0.0
    owed_wh: float = 0.0

    def book(self, energy_wh: float) -> None:
        """Add an amount of energy, or take one back."""
        balance = energy_wh - self.owed_wh
        if balance >= 0:
            self.reading_wh += balance
            self.owed_wh = 0.0
        else:
            self.owed_wh = -balance
