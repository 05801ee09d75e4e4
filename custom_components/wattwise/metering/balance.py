"""What the flows through a home's meters say about the home.

Conservation of energy at the point where all wires of a home meet:

    consumption = grid import - grid export + production - battery charge + discharge

Meters may be parts of others. What a meter measures too is counted once, by the
outermost meter of its kind.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .phase_netting import Exchange, exchange
from .profile import MeterRole

# What feeds the home besides the grid.
_SUPPLY = frozenset({MeterRole.PRODUCTION, MeterRole.BATTERY})


@dataclass(frozen=True, slots=True)
class MeterFlow:
    """Power [W] or energy [Wh] through one meter.

    `inward` flows from the grid into the home, or into the appliance or battery;
    `outward` the other way, and out of a production meter. None where unknown.
    `parent` is the meter that measures this flow too.
    """

    meter: str
    role: MeterRole
    inward: float | None
    outward: float | None
    parent: str | None = None

    @property
    def net(self) -> float | None:
        """What flows inward, less what flows outward; None while neither is known."""
        if self.inward is None and self.outward is None:
            return None
        return (self.inward or 0.0) - (self.outward or 0.0)


class Balance:
    """The balance of a home, of its power at a moment or its energy in a period.

    What needs a flow that is not known is not known itself: a sum of those that
    happen to be known would be wrong without looking wrong.
    """

    def __init__(self, flows: Iterable[MeterFlow]) -> None:
        """Balance the flows through all meters of a home."""
        self._flows = {flow.meter: flow for flow in flows}
        grid, appliance = MeterRole.GRID, MeterRole.APPLIANCE
        self._grid = self._outermost({grid}, {grid})
        self._supply = self._outermost(_SUPPLY, _SUPPLY)
        # Without a grid meter, appliances are all that is known of consumption. With
        # one, what a production or battery meter measures has left its balance.
        above = {appliance} | (_SUPPLY if self._grid else set())
        self._appliances = self._outermost({appliance}, above)

    @property
    def grid_meters(self) -> list[str]:
        """The meters of the grid connection that are no parts of another one."""
        return [flow.meter for flow in self._grid]

    def production(self) -> float | None:
        """Return what the production meters give; None when there is none."""
        roofs = self._outermost({MeterRole.PRODUCTION}, {MeterRole.PRODUCTION})
        return _sum(_produced(roof) for roof in roofs)

    def through(self, meter: str) -> float | None:
        """Return what a production meter gives, what is used behind any other meter."""
        flow = self._flows[meter]
        if flow.role is MeterRole.PRODUCTION:
            return _produced(flow)
        return _at_least_zero(self._used(flow))

    def consumption(self) -> float | None:
        """Return what the home uses: grid and production less what batteries take.

        Without a grid meter it is what the appliances use. Meters are never read at
        the same moment, and a home does not produce by itself: it is 0 at least.
        """
        if not self._grid:
            return _at_least_zero(self.tracked())
        grid = _sum(flow.net if self._sees_all(flow) else None for flow in self._grid)
        taken = _sum((flow.net for flow in self._supply), empty=0.0)
        return _at_least_zero(_difference(grid, taken))

    def tracked(self) -> float | None:
        """Return what the outermost appliance meters use; None when there is none."""
        return _sum(self._used(appliance) for appliance in self._appliances)

    def untracked(self) -> float | None:
        """Return what no appliance meter explains of the consumption, 0 at least.

        None without a grid meter, or without an appliance meter.
        """
        if not self._grid:
            return None
        return _at_least_zero(_difference(self.consumption(), self.tracked()))

    def parts_of(self, meter: str) -> list[str]:
        """Return the appliance meters that are directly behind an appliance meter."""
        appliance = {MeterRole.APPLIANCE}
        return [
            flow.meter
            for flow in self._flows.values()
            if flow.role in appliance and self._nearest(flow, appliance) == meter
        ]

    def untracked_behind(self, meter: str) -> float | None:
        """Return what an appliance meter's own parts do not explain, 0 at least.

        None when it has no parts.
        """
        if meter not in self._flows:
            return None
        parts = _sum(self._used(self._flows[part]) for part in self.parts_of(meter))
        return _at_least_zero(_difference(self._used(self._flows[meter]), parts))

    def grid_exchange(self, *, netted: bool) -> Exchange | None:
        """Return what is drawn from the grid and fed into it, netted over the phases.

        None when there is no grid meter.
        """
        flows = []
        for flow in self._grid:
            if flow.net is None or not self._sees_all(flow):
                return None
            # Momentary power is one signed number, energies are two.
            inward, outward = flow.inward or 0.0, flow.outward or 0.0
            flows.append(
                Exchange(
                    max(0.0, inward) + max(0.0, -outward),
                    max(0.0, outward) + max(0.0, -inward),
                )
            )
        return exchange(flows, netted=netted) if flows else None

    def _sees_all(self, grid: MeterFlow) -> bool:
        """Whether nothing can flow through a grid meter that it does not tell.

        One that counts import only does not know what a roof feeds in.
        """
        return grid.outward is not None or not any(
            flow.role in _SUPPLY for flow in self._flows.values()
        )

    def _used(self, appliance: MeterFlow) -> float | None:
        """Return what is used behind a meter, whatever is produced behind it."""
        inside = (flow.net for flow in self._supply if appliance in self._above(flow))
        return _difference(appliance.net, _sum(inside, empty=0.0))

    def _above(self, flow: MeterFlow) -> list[MeterFlow]:
        """Return the meters that measure a flow too, the nearest first."""
        above: list[MeterFlow] = []
        parent = self._flows.get(flow.parent or "")
        while parent and parent is not flow and parent not in above:
            above.append(parent)
            parent = self._flows.get(parent.parent or "")
        return above

    def _nearest(self, flow: MeterFlow, roles: set[MeterRole]) -> str | None:
        """Return the nearest meter of these roles that measures a flow too."""
        return next((m.meter for m in self._above(flow) if m.role in roles), None)

    def _outermost(
        self, roles: Iterable[MeterRole], above: Iterable[MeterRole]
    ) -> list[MeterFlow]:
        """Return the meters of some roles that no meter of other roles contains."""
        roles, above = set(roles), set(above)
        return [
            flow
            for flow in self._flows.values()
            if flow.role in roles and self._nearest(flow, above) is None
        ]


def _produced(roof: MeterFlow) -> float | None:
    return None if roof.net is None else roof.outward or 0.0


def _sum(values: Iterable[float | None], empty: float | None = None) -> float | None:
    """Return a sum, None if a value is unknown; `empty` when there are no values."""
    total = empty
    for value in values:
        if value is None:
            return None
        total = (total or 0.0) + value
    return total


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other


def _at_least_zero(value: float | None) -> float | None:
    return None if value is None else max(0.0, value)
