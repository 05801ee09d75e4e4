"""What a household uses and produces, from its meters."""

from collections.abc import Iterable
from dataclasses import dataclass

from .profile import MeterRole


@dataclass(frozen=True, slots=True)
class MeterFlow:
    """Power [W] or energy [Wh] through one meter.

    `inward` flows from the grid into the home, or into the appliance or battery;
    `outward` the other way, and out of a production meter. None where unknown.
    """

    role: MeterRole
    inward: float | None
    outward: float | None
    has_parent: bool = False


def production(flows: Iterable[MeterFlow]) -> float | None:
    """Return what the production meters give; None when there is none."""
    produced = [
        flow.outward
        for flow in flows
        if flow.role is MeterRole.PRODUCTION and flow.outward is not None
    ]
    return sum(produced) if produced else None


def consumption(flows: Iterable[MeterFlow]) -> float | None:
    """Return what the home uses: grid and production less what batteries take.

    Without a grid meter it is what the appliances use that are not measured by
    another meter too. None when nothing is known.
    """
    flows = [
        flow for flow in flows if flow.inward is not None or flow.outward is not None
    ]
    supply = [flow for flow in flows if flow.role is not MeterRole.APPLIANCE]
    if not any(flow.role is MeterRole.GRID for flow in supply):
        used = [f.inward or 0.0 for f in flows if f not in supply and not f.has_parent]
        return sum(used) if used else None
    total = 0.0
    for flow in supply:
        net = (flow.inward or 0.0) - (flow.outward or 0.0)
        total += net if flow.role is MeterRole.GRID else -net
    # Meters are never read at the same moment; the home does not produce by itself.
    return max(0.0, total)
