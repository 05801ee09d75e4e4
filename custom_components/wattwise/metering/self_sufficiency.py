"""How far a home lives on what it produces itself.

The usual definitions: self-consumption is the share of the production that is used at
home, self-sufficiency (autarky) the share of the consumption that does not come from
the grid. Both are ratios from 0 to 1, and unknown where nothing is produced or used.
"""


def self_consumption(produced: float | None, exported: float | None) -> float | None:
    """Return (production - grid export) / production.

    What charges a battery counts as used at home, and so do the battery's losses.
    What a battery feeds into the grid is held against the production.
    """
    return _complement(exported, produced)


def self_sufficiency(consumed: float | None, imported: float | None) -> float | None:
    """Return 1 - grid import / consumption.

    What charges a battery from the grid is held against the consumption at the time
    of charging; what it gives back later is then not from the grid.
    """
    return _complement(imported, consumed)


def _complement(part: float | None, whole: float | None) -> float | None:
    """Return 1 - part / whole within 0 and 1; None where the whole is nothing."""
    if part is None or whole is None or whole <= 0.0:
        return None
    return min(1.0, max(0.0, 1.0 - part / whole))
