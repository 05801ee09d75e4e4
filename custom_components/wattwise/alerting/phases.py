"""Whether the phases of a supply are to each other as they should."""

from typing import Final

from ..metering.quantity import Channel
from .trip import Trip

# Where the neutral conductor is lost, the star point moves: one phase rises while another
# falls, by far more than loads ever move them. [share of nominal]
_RISEN: Final = 0.05
_FALLEN: Final = 0.05
_APART: Final = 0.12
_NEUTRAL_ON_MS: Final = 10_000
_NEUTRAL_OFF_MS: Final = 60_000
# EN 50160 allows 2 % of unbalance over 10 minutes. Meters tell no angles, so it is taken
# from the magnitudes (NEMA MG 1: the largest deviation from the mean, as a share of it).
_UNBALANCE: Final = 0.02
_UNBALANCE_LEFT: Final = 0.015
_UNBALANCE_MS: Final = 600_000


class PhasesWatch:
    """Watches the voltages of two or three phases together."""

    __slots__ = ("_hold_ms", "_lost", "_nominal", "_unbalanced", "_volts")

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

    def phase(self, channel: Channel) -> Phase:
        """Return what takes the voltage of one phase."""
        return Phase(self, channel)

    def update(self, channel: Channel, time_ms: int, volts: float) -> None:
        """Note the voltage of one phase."""
        self._volts[channel] = time_ms, volts
        if len(self._volts) > 1 and all(
            abs(time_ms - at) <= self._hold_ms for at, _ in self._volts.values()
        ):
            self._judge(time_ms, [value for _, value in self._volts.values()])

    def _judge(self, time_ms: int, volts: list[float]) -> None:
        high, low, nominal = max(volts), min(volts), self._nominal
        lost = (
            high >= nominal * (1 + _RISEN)
            and low <= nominal * (1 - _FALLEN)
            and high - low >= nominal * _APART
        )
        self._lost.update(time_ms, met=lost)
        mean = sum(volts) / len(volts)
        least = _UNBALANCE_LEFT if self._unbalanced.active else _UNBALANCE
        # A phase that is away altogether is no unbalance: the voltage itself tells it.
        unequal = low > nominal / 2 and max(high - mean, mean - low) > least * mean
        self._unbalanced.update(time_ms, met=unequal)

    def interrupt(self) -> None:
        """Begin anew after a time without readings; what was said stays."""
        self._volts.clear()
        self._lost.interrupt()
        self._unbalanced.interrupt()


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
        self._phases.interrupt()
