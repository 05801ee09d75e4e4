"""Whether the frequency of the grid is as it should be."""

from typing import Final

from ..limit import Limit

# EN 50160: within 1 % for 99.5 % of a year, where the grid is a large one.
_TOLERANCE: Final = 0.01
_HYSTERESIS: Final = 0.001
_ON_MS: Final = 10_000
_OFF_MS: Final = 60_000
_NOMINAL_HZ: Final = (50.0, 60.0)
# What is beyond tells of no grid at all: meters report 0 while the power is out.
_OF_A_GRID_HZ: Final = (45.0, 65.0)


class FrequencyWatch:
    """Watches the frequency.

    Which one is nominal is told by the first reading that can be of a grid.
    """

    __slots__ = ("_active", "_limits")

    def __init__(self, *, out_of_band: bool = False) -> None:
        """Watch from the first such reading on."""
        self._active = out_of_band
        self._limits: tuple[Limit, Limit] | None = None

    @property
    def knows_nominal(self) -> bool:
        """Whether a reading told which frequency is nominal."""
        return self._limits is not None

    @property
    def out_of_band(self) -> bool:
        """Whether the frequency has been off for long enough."""
        if self._limits is None:
            return self._active
        return any(limit.active for limit in self._limits)

    def update(self, time_ms: int, hertz: float) -> None:
        """Note a frequency [Hz]."""
        lowest, highest = _OF_A_GRID_HZ
        if not lowest <= hertz <= highest:
            self.interrupt()
            return
        if self._limits is None:
            self._limits = self._around(hertz)
        for limit in self._limits:
            limit.update(time_ms, hertz)

    def interrupt(self) -> None:
        """Begin anew after a time without readings; what was said stays."""
        for limit in self._limits or ():
            limit.interrupt()

    def _around(self, hertz: float) -> tuple[Limit, Limit]:
        nominal = min(_NOMINAL_HZ, key=lambda known: abs(known - hertz))
        below, above = (
            Limit(
                nominal * (1 + (_TOLERANCE if above else -_TOLERANCE)),
                nominal * _HYSTERESIS,
                _ON_MS,
                _OFF_MS,
                above=above,
                active=self._active and above is (hertz > nominal),
            )
            for above in (False, True)
        )
        return below, above
