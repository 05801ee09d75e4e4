"""Import and export of a grid connection that is measured phase by phase.

A utility's meter that nets over the phases (German "saldierend", usual in most of
Europe) adds up the power of all phases at each moment and counts the sum, as import
or as export. While one phase is fed and another one draws, meters of single phases
together count more of both.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exchange:
    """Power [W] or energy [Wh] drawn from the grid and fed into it, neither below 0."""

    imported: float
    exported: float


def nets_by_default(phases: int, grid_meters: int) -> bool:
    """Whether grid meters are taken for those of the phases of one connection.

    Two may as well be the connections of house and heat pump, with a bill each.
    """
    return phases > 1 and grid_meters == phases


def exchange(phases: Iterable[Exchange], *, netted: bool) -> Exchange:
    """Return the exchange of a connection with the grid from that of its phases.

    Netted it is the phases' difference of import and export, as the one or the other;
    else both sums. The difference is the same either way.
    """
    imported = exported = 0.0
    for phase in phases:
        imported += phase.imported
        exported += phase.exported
    if netted:
        net = imported - exported
        return Exchange(max(0.0, net), max(0.0, -net))
    return Exchange(imported, exported)
