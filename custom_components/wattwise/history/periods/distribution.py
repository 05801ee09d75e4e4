"""For how long a channel showed which values: what percentiles are made of.

A histogram of bins of fixed width, each with the time its values were held. Two of
them are merged by adding the times, so hours make days, and days make months, as
exactly as if the readings had been looked at once more.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Self

from ..readings.raw_readings import RawReading

# Most meters show tenths of a volt: their values are the middles of the bins.
BINS_PER_UNIT: Final = 10
BIN_WIDTH: Final = 1 / BINS_PER_UNIT

_VERSION: Final = 1
_MORE: Final = 0x80


def bin_of(value: float) -> int:
    """Return the number of the bin whose middle is nearest to a value."""
    return round(value * BINS_PER_UNIT)


@dataclass(frozen=True, slots=True)
class Distribution:
    """The time [ms] for which each value [base unit] was held, to BIN_WIDTH / 2.

    Kept as it is stored: a version, then for each bin the distance to the one before
    and its time, as variable-length integers. Equal distributions have equal bytes.
    """

    packed: bytes

    @classmethod
    def kept(cls, packed: bytes | None) -> Self | None:
        """Return what was stored; None of another version, which cannot be read."""
        return cls(packed) if packed and packed[0] == _VERSION else None

    @classmethod
    def of(cls, held_ms: Mapping[int, int]) -> Self | None:
        """Make one of the times in each bin (see `bin_of`), None of no time at all."""
        packed = bytearray([_VERSION])
        before = None
        for index, duration in sorted(held_ms.items()):
            if duration > 0:
                # Only the first bin may lie below zero.
                _write(packed, _zigzag(index) if before is None else index - before)
                _write(packed, duration)
                before = index
        return None if before is None else cls(bytes(packed))

    def held_ms(self) -> dict[int, int]:
        """Return the time in each bin, in order."""
        numbers = []
        number = shift = 0
        for byte in self.packed[1:]:
            number |= (byte & 0x7F) << shift
            if byte & _MORE:
                shift += 7
            else:
                numbers.append(number)
                number = shift = 0
        held: dict[int, int] = {}
        index = 0
        # A bin whose time was cut off by a damaged disk does not count.
        for step, duration in zip(numbers[::2], numbers[1::2], strict=False):
            index += step if held else _unzigzag(step)
            held[index] = duration
        return held

    @property
    def known_ms(self) -> int:
        """The time it tells about [ms]."""
        return sum(self.held_ms().values())

    def percentiles(self, *percents: int) -> list[float | None]:
        """Return the values at or below which the channel was that much of the time.

        Each is the smallest middle of a bin that with all below makes up the share;
        None if a damaged disk left nothing.
        """
        held = self.held_ms()
        total = sum(held.values())
        found = []
        for percent in percents:
            below = accumulate(held.values())
            index = next(
                (
                    index
                    for index, held_ms in zip(held, below, strict=True)
                    if held_ms * 100 >= percent * total
                ),
                None,
            )
            found.append(None if index is None else index / BINS_PER_UNIT)
        return found


def of_levels(
    readings: Sequence[RawReading], start_ms: int, end_ms: int, covered_ms: int
) -> Distribution | None:
    """Return the distribution of momentary values over [start_ms, end_ms).

    `readings` are in order, from the last before `start_ms` on; `covered_ms` says for
    how much of the time a value was held, and so for how long the last one was.
    """
    held: dict[int, int] = {}
    left_ms = covered_ms
    last = RawReading(end_ms, None, 0, None)
    for earlier, later in pairwise((*readings, last)):
        begin = max(earlier.time_ms, start_ms)
        end = end_ms if later is last else earlier.time_ms + later.span_ms
        duration = min(end - begin, left_ms)
        if duration > 0 and earlier.value is not None:
            index = bin_of(earlier.value)
            held[index] = held.get(index, 0) + duration
            left_ms -= duration
    return Distribution.of(held)


def merged(parts: Iterable[Distribution | None]) -> Distribution | None:
    """Return the distribution over all parts that have one; None when none has."""
    known = [part for part in parts if part is not None]
    if len(known) < 2:
        return known[0] if known else None
    total: dict[int, int] = {}
    for part in known:
        for index, duration in part.held_ms().items():
            total[index] = total.get(index, 0) + duration
    return Distribution.of(total)


def _write(packed: bytearray, number: int) -> None:
    while number >= _MORE:
        packed.append(number & 0x7F | _MORE)
        number >>= 7
    packed.append(number)


def _zigzag(number: int) -> int:
    return number * 2 if number >= 0 else -number * 2 - 1


def _unzigzag(number: int) -> int:
    return -(number + 1) // 2 if number % 2 else number // 2
