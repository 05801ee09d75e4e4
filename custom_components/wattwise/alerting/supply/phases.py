"""Whether the phases of a supply are to each other as they should."""

from math import sqrt
from typing import Final

from ...metering.quantity import Channel
from ..trip import Trip
from .unbalance import voltage_unbalance

# Where the neutral conductor is lost, the star point moves: one phase rises while another
# falls, by far more than loads ever move them. [share of nominal]
_RISEN: Final = 0.05
_FALLEN: Final = 0.05
_APART: Final = 0.12
# That leaves the voltages between the phases alone, which no two of them can fall short of
# together: sqrt(3) of nominal, or 2 between two legs of a split phase, and of that 10 %
# less on a bad day of the grid (EN 50160). A phase that failed has no such share in it.
_TOGETHER: Final = 0.9 * sqrt(3)
_NEUTRAL_ON_MS: Final = 10_000
_NEUTRAL_OFF_MS: Final = 60_000
# EN 50160 allows 2 % of unbalance over 10 minutes.
_UNBALANCE: Final = 0.02
_UNBALANCE_LEFT: Final = 0.015
_UNBALANCE_MS: Final = 600_000
_THREE: Final = 3


class PhasesWatch:
    """Watches the voltages of two or three phases together.

    A phase that tells nothing for `hold_ms` is left out: the others are judged without.
    """

    __slots__ = ("_hold_ms", "_judged_ms", "_lost", "_nominal", "_unbalanced", "_volts")

    def __init__(
        self,
        nominal_v: float,
        hold_ms: int,
        *,
        neutral_lost: bool = False,
        unbalanced: bool = False,
    ) -> None:
        """Watch phases of a nominal voltage; what was found before a restart goes on."""
        self._nominal = nominal_v
        self._hold_ms = hold_ms
        self._volts: dict[Channel, tuple[int, float]] = {}
        self._judged_ms: int | None = None
        self._lost = Trip(_NEUTRAL_ON_MS, _NEUTRAL_OFF_MS, active=neutral_lost)
        self._unbalanced = Trip(_UNBALANCE_MS, _UNBALANCE_MS, active=unbalanced)

    @property
    def neutral_lost(self) -> bool:
        """Whether the neutral conductor seems to be lost, which is dangerous."""
        return self._lost.active

    @property
    def unbalanced(self) -> bool:
        """Whether the phases have been unequal for long."""
        return self._unbalanced.active

    @property
    def current(self) -> int:
        """How many phases told of themselves lately."""
        return len(self._volts)

    def phase(self, channel: Channel) -> Phase:
        """Return what takes the voltage of one phase."""
        return Phase(self, channel)

    def update(self, channel: Channel, time_ms: int, volts: float) -> None:
        """Note the voltage of one phase."""
        known = self._volts
        known[channel] = time_ms, volts
        if any(abs(time_ms - at) > self._hold_ms for at, _ in known.values()):
            known = self._volts = {
                phase: (at, value)
                for phase, (at, value) in known.items()
                if abs(time_ms - at) <= self._hold_ms
            }
        if len(known) > 1:
            self._judge(time_ms, [value for _, value in known.values()])

    def _judge(self, time_ms: int, volts: list[float]) -> None:
        if (
            self._judged_ms is None
            or not 0 <= time_ms - self._judged_ms <= self._hold_ms
        ):
            # Nothing is known of the time between; what was said stays.
            self._lost.interrupt()
            self._unbalanced.interrupt()
        self._judged_ms = time_ms
        high, low, nominal = max(volts), min(volts), self._nominal
        lost = (
            high >= nominal * (1 + _RISEN)
            and low <= nominal * (1 - _FALLEN)
            and high - low >= nominal * _APART
            and high + low >= nominal * _TOGETHER
        )
        self._lost.update(time_ms, met=lost)
        if len(volts) < _THREE:
            # Two phases, or the two legs of a split phase, have no such figure.
            self._unbalanced.interrupt()
            return
        least = _UNBALANCE_LEFT if self._unbalanced.active else _UNBALANCE
        # A phase that is away altogether is no unbalance: the voltage itself tells it.
        unequal = low > nominal / 2 and voltage_unbalance(*volts) > least
        self._unbalanced.update(time_ms, met=unequal)

    def forget(self, channel: Channel) -> None:
        """Begin anew with a phase after a time without its readings."""
        self._volts.pop(channel, None)


class Phase:
    """One phase of several, as what watches a channel."""

    __slots__ = ("_channel", "_phases")

    def __init__(self, phases: PhasesWatch, channel: Channel) -> None:
        """Tell `phases` of a channel."""
        self._phases = phases
        self._channel = channel

    def update(self, time_ms: int, value: float) -> None:
        """Note the voltage of this phase [V]."""
        self._phases.update(self._channel, time_ms, value)

    def interrupt(self) -> None:
        """Begin anew after a time without readings."""
        self._phases.forget(self._channel)
