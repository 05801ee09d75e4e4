"""In which zone a meter's use is, judged by the mean of its running interval."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .use_profile import UsageStatistics, UseLevels

# A mean is back in the zone below once it is so much below the border.
_BACK: Final = 0.95
# A zone is another one once it lasted for this share of the interval, and a minute.
_DWELL: Final = 0.2
_LEAST_DWELL_S: Final = 60.0
# Where everything is nearly always the same, 1 % of the time lies within a hair's
# breadth: red begins this much above what three quarters of the time is used.
_LEAST_EXCESS: Final = 0.1
_LEAST_EXCESS_W: Final = 10.0
# Below zero by less is what clamps show of an empty wire [W].
_NOTHING_W: Final = 5.0
# So long it has to be red at the least before that is worth an alert.
_LEAST_HIGH_S: Final = 900.0
# A meter that gave more often in the past may give [share of the time].
_GIVES: Final = 0.01


class Zone(StrEnum):
    """How a use compares with what is usual, the gravest last."""

    GREEN = "green"
    """No more than three quarters of the time at this hour."""
    YELLOW = "yellow"
    """More than that."""
    RED = "red"
    """In the 1 % tail, or below zero where nothing gives."""
    CRITICAL = "critical"
    """The meter tells what cannot be."""

    @property
    def priority(self) -> int:
        """How grave it is: 0 for green to 3 for critical."""
        return list(Zone).index(self)


@dataclass(frozen=True, slots=True)
class ZoneLimits:
    """The borders of the zones [W]."""

    yellow_above: float
    red_above: float
    high_above: float
    """What is high at any hour."""
    gives: bool
    """Whether below zero is usual."""

    @classmethod
    def of(cls, levels: UseLevels, statistics: UsageStatistics) -> ZoneLimits:
        """Return the borders at a time when these levels are usual."""
        excess = max(_LEAST_EXCESS * levels.p75, _LEAST_EXCESS_W)
        red_above = max(levels.tail, levels.p75 + excess)
        return cls(
            levels.p75,
            red_above,
            max(red_above, statistics.whole.tail),
            statistics.gives_share >= _GIVES,
        )

    def zone(self, watts: float, now: Zone | None = None) -> Zone:
        """Return the zone of a mean power; one it is in `now` is kept near its border."""
        if watts < (0.0 if now is Zone.RED else -_NOTHING_W) and not self.gives:
            return Zone.RED
        if watts > self.red_above * (_BACK if now is Zone.RED else 1.0):
            return Zone.RED
        above = now is Zone.YELLOW or now is Zone.RED
        if watts > self.yellow_above * (_BACK if above else 1.0):
            return Zone.YELLOW
        return Zone.GREEN


class ZoneWatch:
    """Follows the zone of one meter: what comes and goes within a moment changes none.

    `high` is an alert: red for the whole interval, and for a quarter of an hour at the
    least, by what is in the 1 % tail of all hours, not only of this one. It ends with
    the zone.
    """

    def __init__(self, interval_s: float) -> None:
        """Begin with nothing known."""
        self.zone: Zone | None = None
        self.high = False
        self._interval_s = interval_s
        self._dwell_s = max(_LEAST_DWELL_S, _DWELL * interval_s)
        self._coming: Zone | None = None
        self._coming_since_s = 0.0
        self._since_s: float | None = None

    def take(self, time_s: float, watts: float, limits: ZoneLimits) -> None:
        """Judge the mean of the interval that ends at a time [s since the epoch]."""
        self._note(time_s, limits.zone(watts, self.zone))
        if self.zone is not Zone.RED or watts < 0.0:
            self.high = False
        elif watts > limits.high_above and self._since_s is not None:
            lasted_s = time_s - self._since_s
            self.high |= lasted_s >= max(self._interval_s, _LEAST_HIGH_S)

    def take_error(self, time_s: float) -> None:
        """Note that the meter told what cannot be: that waits for nothing."""
        if self.zone is not Zone.CRITICAL:
            self._change(time_s, Zone.CRITICAL)
        self.high = False

    def miss(self) -> None:
        """Note that nothing is known: what was coming has to begin anew."""
        self._coming = None
        self._since_s = None

    def _note(self, time_s: float, found: Zone) -> None:
        now = self.zone
        if now is None or now is Zone.CRITICAL:
            self._change(time_s, found)
        elif found is now:
            self._coming = None
            if self._since_s is None:
                self._since_s = time_s
        else:
            # On the way from green to red over yellow it is graver all the while.
            goes_on = self._coming is not None and (
                (self._coming.priority > now.priority)
                == (found.priority > now.priority)
            )
            if not goes_on:
                self._coming_since_s = time_s
            self._coming = found
            if time_s - self._coming_since_s >= self._dwell_s:
                self._change(time_s, found)

    def _change(self, time_s: float, zone: Zone) -> None:
        self.zone, self._since_s, self._coming = zone, time_s, None
