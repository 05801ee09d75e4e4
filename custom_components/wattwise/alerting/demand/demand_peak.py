"""Whether the running period of a capacity tariff will be too high."""

from typing import Final

from ..trip import Trip
from .demand import Demand

# In the first third a single appliance decides what is expected.
_TOO_EARLY: Final = 1 / 3
_ON_MS: Final = 60_000
_OFF_MS: Final = 60_000
_HYSTERESIS: Final = 0.03
# A load that draws the same in each period makes them equal, but for a hair.
_HAIR: Final = 0.01


class DemandPeakWatch:
    """Watches whether a period's mean is going to exceed a limit [W] by more than 1 %.

    Each period is judged anew. Once more has been drawn than the limit allows in the
    whole of it, nothing has to last.
    """

    def __init__(self) -> None:
        """Watch from the next look on."""
        self._trip = Trip(_ON_MS, _OFF_MS)
        self.start_ms: int | None = None
        """When the period began that was looked at last."""

    @property
    def ahead(self) -> bool:
        """Whether the limit is going to be exceeded."""
        return self._trip.active

    def restore(self, start_ms: int) -> None:
        """Go on from an alert of a period that may still run."""
        self._trip.active = True
        self.start_ms = start_ms

    def look(self, demand: Demand, limit_w: float) -> bool:
        """Judge what is expected; call it every half minute or more often."""
        if demand.start_ms != self.start_ms:
            self.start_ms = demand.start_ms
            self._trip = Trip(_ON_MS, _OFF_MS)
        too_much_w = limit_w * (1 + _HAIR)
        if demand.drawn_w > too_much_w:
            self._trip.interrupt()
            self._trip.active = True
            return True
        least_w = limit_w * (1 - _HYSTERESIS) if self._trip.active else too_much_w
        early = 1 - demand.remaining < _TOO_EARLY
        met = demand.expected_w > least_w and not (early and not self._trip.active)
        return self._trip.update(demand.now_ms, met=met)
