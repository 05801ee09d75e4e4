"""What went through a grid connection in a quarter of an hour, or in an hour."""

from dataclasses import dataclass

type PriceSteps = list[tuple[float, float]]
"""Times [s since the epoch] in order and the price [currency/kWh] from then on."""


# Not frozen, though nothing changes one: a year has 35,040 of them.
@dataclass(slots=True)
class GridSlot:
    """Energy [kWh] of [start, end) [s since the epoch]; `covered` seconds are known.

    Where a counter was silent and went on, the history spreads what it counted evenly:
    that is energy of a time which is not covered.
    """

    start: int
    end: int
    imported: float
    exported: float
    covered: float
    heard: float | None = None
    """Of `imported`, what was drawn while a meter told of it; None stands for all."""

    @property
    def counted(self) -> float:
        """For how many seconds the energy is in sums, however it came there."""
        if self.imported or self.exported:
            return float(self.end - self.start)
        return self.covered
