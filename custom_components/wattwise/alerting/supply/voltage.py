"""Whether the voltage of a phase is as it should be.

EN 50160 allows a supply 10 % above and below its nominal voltage. What is beyond that is
critical; a warning comes before it. Short sags are the business of the power quality
report: an alert is for what lasts.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..limit import Limit
from ..trip import Trip
from .swings import Swings


class VoltageState(StrEnum):
    """What is to be said of a phase."""

    NORMAL = "normal"
    LOW_WARNING = "low_warning"
    LOW_CRITICAL = "low_critical"
    HIGH_WARNING = "high_warning"
    HIGH_CRITICAL = "high_critical"
    FLUCTUATING = "fluctuating"

    @property
    def critical(self) -> bool:
        """Whether devices may come to harm."""
        return self in {self.LOW_CRITICAL, self.HIGH_CRITICAL}


@dataclass(frozen=True, slots=True)
class VoltageLimits:
    """How far the voltage may be from nominal [%], downward and upward."""

    low_warning: float = 8.0
    low_critical: float = 10.0
    high_warning: float = 8.0
    high_critical: float = 10.0


# A limit is left when the voltage came back by this share of nominal.
_HYSTERESIS: Final = 0.005
_WARNING_ON_MS: Final = 60_000
_CRITICAL_ON_MS: Final = 10_000
_OFF_MS: Final = 60_000
# EN 61000-3-3 lets a single appliance move the voltage by 3.3 % for good: who sees that
# much again and again sees lamps flicker.
_SWING: Final = 0.03
_SWINGS: Final = 4
_SWINGS_LEFT: Final = 1
_WINDOW_MS: Final = 300_000


class VoltageWatch:
    """Watches the voltage of one phase."""

    __slots__ = (
        "_fluctuates",
        "_high_critical",
        "_high_warning",
        "_low_critical",
        "_low_warning",
        "_nominal",
        "_swings",
        "state",
    )

    def __init__(
        self,
        nominal_v: float,
        limits: VoltageLimits,
        state: VoltageState = VoltageState.NORMAL,
    ) -> None:
        """Watch a supply; `state` is what was said before a restart."""
        self.state = state
        self._nominal = nominal_v
        self._swings = Swings(_SWING * nominal_v, _WINDOW_MS)
        self._fluctuates = Trip(0, 0, active=state is VoltageState.FLUCTUATING)
        (
            self._low_critical,
            self._low_warning,
            self._high_warning,
            self._high_critical,
        ) = (
            Limit(
                0.0,
                _HYSTERESIS * nominal_v,
                _CRITICAL_ON_MS if critical else _WARNING_ON_MS,
                _OFF_MS,
                above=above,
                active=state in active,
            )
            for critical, above, active in (
                (True, False, {VoltageState.LOW_CRITICAL}),
                (False, False, {VoltageState.LOW_CRITICAL, VoltageState.LOW_WARNING}),
                (False, True, {VoltageState.HIGH_CRITICAL, VoltageState.HIGH_WARNING}),
                (True, True, {VoltageState.HIGH_CRITICAL}),
            )
        )
        self.set_limits(limits)

    def set_limits(self, limits: VoltageLimits) -> None:
        """Hold the next readings against other limits."""
        percent = self._nominal / 100
        self._low_critical.move(self._nominal - limits.low_critical * percent)
        self._low_warning.move(self._nominal - limits.low_warning * percent)
        self._high_warning.move(self._nominal + limits.high_warning * percent)
        self._high_critical.move(self._nominal + limits.high_critical * percent)

    def update(self, time_ms: int, volts: float) -> VoltageState:
        """Note a voltage, and return what is to be said of the phase now."""
        low = self._low_warning.update(time_ms, volts)
        too_low = self._low_critical.update(time_ms, volts)
        high = self._high_warning.update(time_ms, volts)
        too_high = self._high_critical.update(time_ms, volts)
        swings = self._swings.update(time_ms, volts)
        if self._fluctuates.active:
            # Few swings since a restart or a gap say little while it was short.
            swings_on = swings > _SWINGS_LEFT or not self._swings.know_window(time_ms)
        else:
            swings_on = swings >= _SWINGS
        fluctuates = self._fluctuates.update(time_ms, met=swings_on)
        if too_low:
            self.state = VoltageState.LOW_CRITICAL
        elif too_high:
            self.state = VoltageState.HIGH_CRITICAL
        elif fluctuates:
            self.state = VoltageState.FLUCTUATING
        elif low:
            self.state = VoltageState.LOW_WARNING
        elif high:
            self.state = VoltageState.HIGH_WARNING
        else:
            self.state = VoltageState.NORMAL
        return self.state

    def interrupt(self) -> None:
        """Begin anew after a time without readings; what was said stays."""
        self._swings.restart()
        for limit in (
            self._low_critical,
            self._low_warning,
            self._high_warning,
            self._high_critical,
        ):
            limit.interrupt()
