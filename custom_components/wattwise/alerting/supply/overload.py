"""Whether more is drawn than the connection is made for."""

from typing import Final

from ..limit import Limit

# A main breaker carries a little too much for minutes (IEC 60898: 1.13 times its rating
# for an hour); half a minute of it is worth a word, and no switch of a kettle is.
_ON_MS: Final = 30_000
_OFF_MS: Final = 60_000
_HYSTERESIS: Final = 0.05


class OverloadWatch:
    """Watches the power drawn from the grid against what was agreed."""

    __slots__ = ("_limit",)

    def __init__(self, contracted_w: float, *, overloaded: bool = False) -> None:
        """Watch for more than the contracted power [W]."""
        self._limit = Limit(
            contracted_w,
            _HYSTERESIS * contracted_w,
            _ON_MS,
            _OFF_MS,
            above=True,
            active=overloaded,
        )

    @property
    def overloaded(self) -> bool:
        """Whether too much has been drawn for long enough."""
        return self._limit.active

    def update(self, time_ms: int, power_w: float) -> None:
        """Note the power drawn [W]; what is fed in counts as nothing."""
        self._limit.update(time_ms, power_w)

    def interrupt(self) -> None:
        """Begin anew after a time without readings; what was said stays."""
        self._limit.interrupt()
