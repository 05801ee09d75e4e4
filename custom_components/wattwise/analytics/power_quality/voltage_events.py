"""Dips, swells and interruptions of a voltage, from its readings."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# EN 50160:2010, as shares of the nominal voltage. An event is over once the voltage is
# back by the hysteresis that the standard recommends.
DIP: Final = 0.90
SWELL: Final = 1.10
INTERRUPTION: Final = 0.05
_HYSTERESIS: Final = 0.02


class EventKind(StrEnum):
    """What an event is."""

    DIP = "dip"
    SWELL = "swell"
    INTERRUPTION = "interruption"


@dataclass(frozen=True, slots=True)
class VoltageEvent:
    """An event over [start_ms, end_ms]; `extreme_v` is the deepest or highest voltage.

    Its length is known as closely as readings follow each other: it began after the
    last reading before it, and ended before the first one after it.
    """

    kind: EventKind
    start_ms: int
    end_ms: int
    extreme_v: float

    @property
    def seconds(self) -> float:
        """How long it was there at least [s]."""
        return (self.end_ms - self.start_ms) / 1000


class EventFinder:
    """Finds events while readings (time [ms], voltage [V]) come in, in order.

    A gap of more than `hold_ms` ends an event: nothing is known of what follows. A meter
    that is fed by the phase it measures tells nothing of an interruption: it is silent.
    """

    def __init__(self, nominal_v: float, hold_ms: int) -> None:
        """Look for events of a supply of a nominal voltage."""
        self._nominal = nominal_v
        self._hold_ms = hold_ms
        self._low = True
        self._start_ms: int | None = None
        self._last_ms = 0
        self._extreme = 0.0

    def note(self, time_ms: int, volts: float) -> VoltageEvent | None:
        """Note a reading; returns the event that ended with it."""
        ended = None
        if self._start_ms is not None:
            back = self._nominal * (
                DIP + _HYSTERESIS if self._low else SWELL - _HYSTERESIS
            )
            if time_ms - self._last_ms > self._hold_ms:
                ended = self.finish()
            elif volts >= back if self._low else volts <= back:
                self._last_ms = time_ms
                ended = self.finish()
            else:
                worse = min if self._low else max
                self._extreme = worse(self._extreme, volts)
        self._last_ms = time_ms
        if self._start_ms is None and not (
            DIP * self._nominal <= volts <= SWELL * self._nominal
        ):
            self._start_ms, self._extreme = time_ms, volts
            self._low = volts < self._nominal
        return ended

    def finish(self) -> VoltageEvent | None:
        """Return the event that is under way, as it is known until now."""
        if self._start_ms is None:
            return None
        kind = EventKind.SWELL
        if self._low:
            gone = self._extreme < INTERRUPTION * self._nominal
            kind = EventKind.INTERRUPTION if gone else EventKind.DIP
        event = VoltageEvent(kind, self._start_ms, self._last_ms, self._extreme)
        self._start_ms = None
        return event
