"""What is drawn from the grid in the running period of a capacity tariff."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import exp
from typing import Final

from ...metering.demand_periods import DemandPeriods

_MS_PER_HOUR: Final = 3_600_000
# What is drawn "now", and what has been drawn for long enough to go on to the end: of an
# hour that takes longer than of a quarter.
_NOW_MS: Final = 60_000
_LASTING: Final = 1 / 8
# Less than this share of the time known says nothing of the whole.
_KNOWN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Demand:
    """What is known of a running period at a moment; powers are means [W]."""

    start_ms: int
    end_ms: int
    now_ms: int
    so_far_w: float
    """The mean since the period began."""
    drawn_w: float
    """What has been drawn is this much as a mean of the whole period."""
    lately_w: float
    """What is drawn now, smoothed over a minute."""
    lasting_w: float
    """The same, smoothed over an eighth of the period."""

    @property
    def expected_w(self) -> float:
        """The mean of the whole period if what lasts goes on.

        A kettle does not; and what was switched off a minute ago does not either.
        """
        return self.drawn_w + min(self.lately_w, self.lasting_w) * self.remaining

    @property
    def remaining(self) -> float:
        """The share of the period that is to come."""
        return (self.end_ms - self.now_ms) / (self.end_ms - self.start_ms)

    def allowed_w(self, limit_w: float) -> float:
        """Return the power that keeps the mean at a limit [W]; 0 if nothing does."""
        if not self.remaining:
            return 0.0
        return max(0.0, (limit_w - self.drawn_w) / self.remaining)

    def to_shed_w(self, limit_w: float) -> float:
        """Return by how much less has to be drawn from now on to stay below [W]."""
        return max(0.0, self.lately_w - self.allowed_w(limit_w))


@dataclass(slots=True)
class _Running:
    """What is added up of a period, until a time."""

    start_ms: int
    end_ms: int
    told_ms: int
    drawn: float = 0.0
    known_ms: int = 0
    lately_w: float | None = None
    lasting_w: float = 0.0


class DemandMeter:
    """Adds up what the meters of a grid connection draw, period by period.

    A meter's power stands until its next reading, but for `hold_ms` at the most. The time
    of which the power is not known counts with the mean of what is known: a gap is
    neither nothing drawn nor the worst. Where the utility `nets`, the meters' sum is what
    is drawn, while it is above zero; otherwise what each of them draws.
    """

    def __init__(
        self, periods: DemandPeriods, meters: Iterable[str], hold_ms: int, *, nets: bool
    ) -> None:
        """Add up these meters, by their ids, from their next readings on."""
        self._periods = periods
        self._powers: dict[str, tuple[int, float] | None] = dict.fromkeys(meters)
        self._hold_ms = hold_ms
        self._nets = nets
        self._running: _Running | None = None

    def note(self, meter: str, time_ms: int, watts: float) -> None:
        """Note what a meter draws [W], below 0 what it feeds in.

        Meters are heard one after the other: a reading from before what is added up
        already counts from there, and one that is older says nothing about now.
        """
        if meter not in self._powers:
            return
        running = self._running
        if running is None:
            running = self._running = self._begin(time_ms)
        elif time_ms < running.told_ms - self._hold_ms:
            return
        self._running = self._go_on(running, time_ms)
        self._powers[meter] = self._running.told_ms, watts

    def look(self, now_ms: int) -> Demand | None:
        """Return what is known of the period of `now_ms`; None if that is too little."""
        if self._running is None:
            return None
        if self._running.told_ms - now_ms > _MS_PER_HOUR:
            # The clock was set back: all that is known is of a time to come.
            self._running = None
            self._powers = dict.fromkeys(self._powers)
            return None
        # What stands until now may be told otherwise by readings that are on their way.
        running = self._go_on(replace(self._running), now_ms)
        now_ms, elapsed_ms = running.told_ms, running.told_ms - running.start_ms
        power_w = self._power_w(now_ms)
        if power_w is None or running.known_ms < _KNOWN * elapsed_ms:
            return None
        lately_w, lasting_w = running.lately_w, running.lasting_w
        if lately_w is None:
            lately_w = lasting_w = power_w
        so_far_w = running.drawn / running.known_ms if running.known_ms else lately_w
        return Demand(
            running.start_ms,
            running.end_ms,
            now_ms,
            so_far_w,
            so_far_w * elapsed_ms / (running.end_ms - running.start_ms),
            lately_w,
            lasting_w,
        )

    def _begin(self, time_ms: int) -> _Running:
        """Return the period a time is in, of which nothing is known before."""
        return _Running(*self._periods.bounds(time_ms), time_ms)

    def _go_on(self, running: _Running, until_ms: int) -> _Running:
        """Add up what was drawn until a time; return the period that runs then."""
        if until_ms - running.end_ms > _MS_PER_HOUR:
            return self._begin(until_ms)
        while until_ms >= running.end_ms:
            self._add(running, running.end_ms)
            over, running = running, self._begin(running.end_ms)
            running.lately_w, running.lasting_w = over.lately_w, over.lasting_w
        if until_ms > running.told_ms:
            self._add(running, until_ms)
        return running

    def _add(self, running: _Running, until_ms: int) -> None:
        """Add up to a time of the running period."""
        begun_ms, running.told_ms = running.told_ms, until_ms
        power_w = self._power_w(begun_ms)
        if power_w is None:
            # What was drawn before a gap says nothing of what is drawn after it.
            running.lately_w = None
            return
        held_ms = min(p[0] for p in self._powers.values() if p) + self._hold_ms
        lasted_ms = min(until_ms, held_ms) - begun_ms
        if lasted_ms <= 0:
            return
        running.drawn += power_w * lasted_ms
        running.known_ms += lasted_ms
        if running.lately_w is None:
            running.lately_w = running.lasting_w = power_w
        long_ms = _LASTING * (running.end_ms - running.start_ms)
        running.lately_w += (power_w - running.lately_w) * _share(lasted_ms, _NOW_MS)
        running.lasting_w += (power_w - running.lasting_w) * _share(lasted_ms, long_ms)

    def _power_w(self, time_ms: int) -> float | None:
        """Return what is drawn at a time; None unless all meters tell."""
        total_w = 0.0
        for known in self._powers.values():
            if known is None or time_ms - known[0] > self._hold_ms:
                return None
            total_w += known[1] if self._nets else max(0.0, known[1])
        return max(0.0, total_w)


def _share(lasted_ms: int, smooth_ms: float) -> float:
    """Return how much of a smoothed power is what was drawn for so long."""
    return 1 - exp(-lasted_ms / smooth_ms)
