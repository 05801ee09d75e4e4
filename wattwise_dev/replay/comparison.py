"""What was sent, and what is in the history: the differences."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .node import Poll
from .samples import FIELDS, Sent
from .stored import Rows

ENERGIES: Final = ("energy_import", "energy_export")
_WH_PER_KWH: Final = 1000.0
# A kWh that became Wh may differ in its last binary digit.
_ROUNDING: Final = 1e-12
# Meters and ESPHome tell numbers of single precision.
SINGLE_PRECISION: Final = 2.0**-23
# How long a reading takes at the most from the meter to Home Assistant.
_ON_THE_WAY_MS: Final = 500.0


@dataclass(slots=True)
class Differences:
    """How a meter's history differs from what it was told."""

    expected: int = 0
    """How many readings were sent."""
    stored: int = 0
    """How many are in the history."""
    missing: int = 0
    unexpected: int = 0
    """How many are there that nobody sent, or twice."""
    different: int = 0
    """How many have another value."""

    @property
    def none(self) -> bool:
        """Whether every reading is there once, with its value, and no other."""
        return not (self.missing or self.unexpected or self.different)


@dataclass(frozen=True, slots=True)
class Absence:
    """A time in which a node was not heard [ms since the epoch]."""

    start_ms: float
    end_ms: float

    @classmethod
    def after(cls, began_ms: float, rows: Mapping[str, Rows]) -> Absence:
        """Return the absence of a node that was cut off: until its next reading."""
        returned_ms = min(
            (
                time_ms
                for channel_rows in rows.values()
                for time_ms, _ in channel_rows
                if time_ms > began_ms + _ON_THE_WAY_MS
            ),
            default=float("inf"),
        )
        return cls(began_ms - _ON_THE_WAY_MS, returned_ms)

    def contains(self, moment_ms: float) -> bool:
        """Whether a moment lies in it."""
        return self.start_ms <= moment_ms <= self.end_ms


def compare_sent(
    sent: Sequence[Sent], rows: Mapping[str, Rows], fields: Iterable[str] = FIELDS
) -> Differences:
    """Compare samples that carried their time with the readings of their meter."""
    found = Differences()
    for field in fields:
        wanted = {item.time_ms: in_base_unit(field, item.values) for item in sent}
        channel_rows = rows.get(field, [])
        stored = dict(channel_rows)
        common = wanted.keys() & stored.keys()
        found.expected += len(wanted)
        found.stored += len(channel_rows)
        found.missing += len(wanted.keys() - stored.keys())
        found.unexpected += len(channel_rows) - len(common)
        found.different += sum(
            abs(wanted[time_ms] - stored[time_ms]) > _ROUNDING * abs(wanted[time_ms])
            for time_ms in common
        )
    return found


def compare_polled(
    polls: Sequence[Poll],
    rows: Mapping[str, Rows],
    away: Absence | None = None,
    fields: Iterable[str] = FIELDS,
) -> Differences:
    """Compare what a node was told at each poll with the readings of its entities.

    A reading comes a moment after its poll. Home Assistant takes no note of a value that
    is the same as before, and WattWise repeats what stands for a minute: so a poll needs
    a reading only where its value is a new one, and may have several. The first poll is
    what was known before. What a node reads while Home Assistant does not hear it is gone.
    """
    found = Differences()
    moments = [poll.time_ms for poll in polls]
    for field in fields:
        values = [in_base_unit(field, poll.values) for poll in polls]
        told = [False] * len(polls)
        for time_ms, value in rows.get(field, []):
            found.stored += 1
            # The last poll before it, or the one before that, if it took long.
            last = bisect_right(moments, time_ms + 1) - 1
            for number in (last, last - 1):
                if number >= 0 and _alike(value, values[number]):
                    told[_first_alike(values, number)] = True
                    break
            else:
                found.different += 1
        for number in range(1, len(values)):
            if away and away.contains(moments[number]):
                continue
            if _first_alike(values, number) == number:
                found.expected += 1
                found.missing += not told[number]
    return found


def compare_histories(
    one: Mapping[str, list[dict[str, object]]],
    other: Mapping[str, list[dict[str, object]]],
) -> tuple[int, int]:
    """Return how many values two answers of the history have, and how many differ."""
    count = differing = 0
    for field in FIELDS:
        first, second = one.get(field, []), other.get(field, [])
        count += max(len(first), len(second))
        differing += abs(len(first) - len(second))
        differing += sum(a != b for a, b in zip(first, second, strict=False))
    return count, differing


def in_base_unit(field: str, values: Mapping[str, float]) -> float:
    """Return a field as the history keeps it: energies in Wh."""
    return values[field] * (_WH_PER_KWH if field in ENERGIES else 1.0)


def _first_alike(values: Sequence[float], number: int) -> int:
    """Return the poll with which the value of a poll came."""
    while number and _alike(values[number], values[number - 1]):
        number -= 1
    return number


def _alike(one: float, other: float) -> bool:
    return abs(one - other) <= SINGLE_PRECISION * max(abs(one), abs(other))
