"""Energy amounts from hourly sums, as Home Assistant's long-term statistics keep them.

Such a sum only rises, whatever the counter behind it did: Home Assistant takes care of
resets. What else is in it after some years (falls, jumps, days in another unit) is
judged like a counter, and left out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
import math
from typing import Final

from ..metering.counter import CounterPoint, follows, judge_next
from ..metering.reading import Refusal
from .periods.calendar import HOUR_MS

_DAY_MS: Final = 24 * HOUR_MS
# So many impossible hours in a day are no errors of single values: Wh were taken for
# kWh. What of such a day looks possible is then as wrong as the rest.
_SPOILED_HOURS: Final = 6


@dataclass(frozen=True, slots=True)
class HourlyValue:
    """What statistics say of the hour from `start_ms` on.

    `value` is in the base unit: a mean over the hour, or a sum [Wh] at its end; None
    where the statistics have a row without it.
    """

    start_ms: int
    value: float | None

    @property
    def end_ms(self) -> int:
        """The end of the hour."""
        return self.start_ms + HOUR_MS


@dataclass(frozen=True, slots=True)
class HourlyAmount:
    """An amount of energy [Wh] that flowed in the `span_ms` up to `end_ms`.

    The span is an hour; longer only if something flowed while hours are missing.
    """

    end_ms: int
    span_ms: int
    energy_wh: float


class HourlySums:
    """One series of sums, read from its beginning in parts of whole UTC days."""

    def __init__(self, max_power_w: float) -> None:
        """Believe no more than this power."""
        self.unused: Counter[Refusal] = Counter()
        """How many hours were left out, by reason."""
        self._max_power_w = max_power_w
        self._last: CounterPoint | None = None
        self._held: tuple[CounterPoint, ...] = ()

    def amounts(self, hours: Iterable[HourlyValue]) -> list[HourlyAmount]:
        """Return the amounts of the next hours of the series, in order."""
        found: list[HourlyAmount] = []
        for _, group in groupby(hours, lambda hour: hour.start_ms // _DAY_MS):
            day = self._points(group)
            if not day:
                continue
            last = self._last or self._beginning(day)
            if self._is_spoiled(last, day):
                self.unused[Refusal.UNKNOWN_UNIT] += len(day)
                self.finish()
                self._last = day[-1]
                continue
            for point in day:
                if point.time_ms > last.time_ms:
                    found += self._take(last, point)
                    last = self._last or last
        return found

    def finish(self) -> None:
        """Count what is still in doubt at the end as left out."""
        last_wh = self._last.value if self._last else 0.0
        for point in self._held:
            self.unused[_reason(last_wh, point)] += 1
        self._held = ()

    def _points(self, hours: Iterable[HourlyValue]) -> list[CounterPoint]:
        points = []
        for hour in hours:
            if hour.value is None or not math.isfinite(hour.value):
                self.unused[Refusal.NOT_A_NUMBER] += 1
            else:
                points.append(CounterPoint(hour.end_ms, hour.value))
        return points

    def _beginning(self, day: Sequence[CounterPoint]) -> CounterPoint:
        """Return from where a series counts: zero, unless others wrote its beginning."""
        zero = CounterPoint(day[0].time_ms - HOUR_MS, 0.0)
        if follows(zero, day[0], self._max_power_w):
            return zero
        self.unused[_reason(0.0, day[0])] += 1
        return day[0]

    def _is_spoiled(self, last: CounterPoint, day: Sequence[CounterPoint]) -> bool:
        """Whether most of a day's steps upwards are more than possible."""
        possible = impossible = 0
        for point in day:
            if follows(last, point, self._max_power_w):
                possible += point.value > last.value
            else:
                impossible += point.value > last.value
            last = point
        return impossible >= _SPOILED_HOURS and impossible > possible

    def _take(self, last: CounterPoint, point: CounterPoint) -> list[HourlyAmount]:
        judged = judge_next(last, self._held, point, self._max_power_w)
        self._held = judged.held
        for _, reason in judged.refused:
            self.unused[reason] += 1
        found = []
        for accepted, _ in judged.accepted:
            if follows(last, accepted, self._max_power_w):
                energy_wh = accepted.value - last.value
                span_ms = accepted.time_ms - last.time_ms if energy_wh else HOUR_MS
                found.append(HourlyAmount(accepted.time_ms, span_ms, energy_wh))
            else:
                # A sum does not restart at zero: the step to a new level is no energy.
                self.unused[_reason(last.value, accepted)] += 1
            last = accepted
        self._last = last
        return found


def _reason(last_wh: float, point: CounterPoint) -> Refusal:
    if point.value < last_wh:
        return Refusal.COUNTER_FELL
    return Refusal.COUNTER_JUMPED
