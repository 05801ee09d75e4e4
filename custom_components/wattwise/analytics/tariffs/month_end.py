"""What the rest of a month will bring, from the home's own recent days, with a band.

The level is the mean of the last six weeks in which a day counts half as much as one a
week later (exponential smoothing, R. G. Brown, Statistical Forecasting for Inventory
Control, 1959), with an offset for each weekday that is drawn towards none while few are
known. The band is how wrong the same forecast was for the same number of days at each
day of the past year, drawn towards how wrong it is in most homes while that past is
short: docs/accuracy.md says how it was measured.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

# Whole days from which anything can be said at all.
LEAST_DAYS: Final = 7
_HALF_LIFE_DAYS: Final = 7
_LEVEL_DAYS: Final = 42
_WEEKDAY_DAYS: Final = 56
# As if so many more days of each weekday had been like any day.
_WEEKDAY_DOUBT: Final = 4
_BACKTEST_DAYS: Final = 365
# Errors of neighbouring days are nearly the same: so many pasts of the length of the
# rest count as much as what is known of other homes.
_OTHER_HOMES_WEIGHT: Final = 4
_LOW: Final = 0.1
_HIGH: Final = 0.9


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected; 8 of 10 times it becomes something from `low` to `high`."""

    low: float
    expected: float
    high: float

    def plus(self, sure: float) -> Expectation:
        """Return it together with what is sure."""
        return Expectation(self.low + sure, self.expected + sure, self.high + sure)


def expect_rest(
    days: Mapping[date, float],
    today: date,
    rest: Mapping[date, float],
    ahead: Mapping[date, float] | None = None,
    *,
    floor: float | None = None,
) -> Expectation | None:
    """Return what the days of `rest` will sum up to; None while too little is known.

    `days` are the sums of whole days of before `today`. `rest` says which share of each
    day, 0 to 1, is wanted; `ahead` what a better forecast expects of that share. Nothing
    goes below `floor` for a day.
    """
    habit = _Habit.of(days, today)
    if habit is None:
        return None
    count = sum(rest.values())
    if not count:
        return Expectation(0.0, 0.0, 0.0)
    known = ahead or {}
    expected = sum(
        known[day] if day in known else habit.expect(day, floor) * share
        for day, share in rest.items()
    )
    low, high = _band(days, today, max(1, round(count)), floor)
    width = habit.size * count
    begin, end = expected + low * width, expected + high * width
    least = None if floor is None else floor * count
    if least is not None:
        begin = max(begin, min(least, expected))
    return Expectation(begin, expected, end)


@dataclass(frozen=True, slots=True)
class _Habit:
    """What days of a home are like."""

    level: float
    size: float
    """The level without signs: what errors are measured by."""
    offsets: tuple[float, ...]

    @classmethod
    def of(cls, days: Mapping[date, float], today: date) -> _Habit | None:
        near = _before(days, today, _LEVEL_DAYS)
        if len(near) < LEAST_DAYS:
            return None
        weights = [0.5 ** ((today - day).days / _HALF_LIFE_DAYS) for day, _ in near]
        weight = sum(weights)
        level, size = (
            sum(w * pick(value) for w, (_, value) in zip(weights, near, strict=True))
            / weight
            for pick in _PICKS
        )
        wide = _before(days, today, _WEEKDAY_DAYS)
        mean = sum(value for _, value in wide) / len(wide)
        sums, counts = [0.0] * 7, [0] * 7
        for day, value in wide:
            sums[day.weekday()] += value - mean
            counts[day.weekday()] += 1
        return cls(
            level,
            size,
            tuple(
                total / (count + _WEEKDAY_DOUBT)
                for total, count in zip(sums, counts, strict=True)
            ),
        )

    def expect(self, day: date, floor: float | None) -> float:
        """Return what is expected of a whole day."""
        value = self.level + self.offsets[day.weekday()]
        return value if floor is None else max(value, floor)


def _same(value: float) -> float:
    return value


_PICKS: Final[tuple[Callable[[float], float], ...]] = (_same, abs)


def _before(
    days: Mapping[date, float], today: date, count: int
) -> list[tuple[date, float]]:
    found = ((today - timedelta(days=back)) for back in range(1, count + 1))
    return [(day, days[day]) for day in found if day in days]


def _band(
    days: Mapping[date, float], today: date, count: int, floor: float | None
) -> tuple[float, float]:
    """Return how far the rest may be below and above, per day and unit of size."""
    low, high = _other_homes(count)
    errors = sorted(_errors(days, today, count, floor))
    if not errors:
        return low, high
    trust = len(errors) / (len(errors) + _OTHER_HOMES_WEIGHT * count)
    # A band around what is expected: a home that grew all year need not go on.
    own_low = min(_quantile(errors, _LOW), 0.0)
    own_high = max(_quantile(errors, _HIGH), 0.0)
    return (
        trust * own_low + (1 - trust) * low,
        trust * own_high + (1 - trust) * high,
    )


def _other_homes(count: int) -> tuple[float, float]:
    """Return the band of 33 homes of London in 2013 for a rest of so many days."""
    return -0.215 - 0.12 / count, 0.215 + 0.09 / count


def _errors(
    days: Mapping[date, float], today: date, count: int, floor: float | None
) -> list[float]:
    errors = []
    for back in range(count, _BACKTEST_DAYS + 1):
        origin = today - timedelta(days=back)
        wanted = [origin + timedelta(days=at) for at in range(count)]
        if any(day not in days for day in wanted):
            continue
        habit = _Habit.of(days, origin)
        if habit is None or habit.size <= 0:
            continue
        error = sum(days[day] - habit.expect(day, floor) for day in wanted)
        errors.append(error / (habit.size * count))
    return errors


def _quantile(ordered: list[float], level: float) -> float:
    place = level * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
