"""Readings of an hour as a few bytes each: packed and unpacked bit for bit.

Columns compress well where rows do not. Each column is first made small by what is
known of it: times by their steps, spans by the time since the reading before, values
as decimal numbers with few digits, a counter's energy as the difference of its
values. What does not come out exactly as expected is kept beside it, so nothing is
ever rounded.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import add, sub, xor
import struct
from typing import Final
import zlib

from ..errors import HistoryError
from ..periods.calendar import HOUR_MS

type Row = tuple[int, float | None, int, float | None]
"""A reading: its time, value, span and energy, as in RawReading."""
type Floats = Sequence[float | None]

_VERSION: Final = 1
_LEVEL: Final = 6
# Widths of whole numbers [byte] and how struct names them; 0 is for nothing but zeros.
_WIDTHS: Final = {1: "b", 2: "h", 4: "i", 8: "q"}
_MOST_DECIMALS: Final = 6
# How many values are tried before a number of decimals is taken for the right one.
_TRIED: Final = 8
# A converted unit moves the last bits of a decimal number by no more than this.
_MOST_ULPS: Final = 1
_EXACT_INTEGERS: Final = 1 << 53

# How a column of floats is kept.
_NONE, _DECIMAL, _BITS = 0, 1, 2
# How energy follows from the other columns.
_PLAIN, _DIFFERENCE, _USED, _PRODUCED = 0, 1, 2, 3


class PackedHourError(HistoryError):
    """What was packed cannot be read: it is damaged, or of a newer version."""


def pack(start_ms: int, readings: Sequence[Row]) -> bytes:
    """Return readings (one at least), in order of time, as bytes."""
    times, values, spans, energy = zip(*readings, strict=True)
    steps = [after - before for before, after in pairwise((start_ms, *times))]
    parts = _Parts()
    parts.add_number(len(readings))
    parts.add_integers(steps)
    # The first span is of the hour before: nothing here tells it.
    parts.add_number(spans[0])
    parts.add_integers([span - step for span, step in _tail(spans, steps)])
    _add_floats(parts, values)
    _add_energy(parts, values, spans, energy)
    return bytes([_VERSION]) + zlib.compress(parts.joined(), _LEVEL)


def unpack(start_ms: int, packed: bytes) -> list[Row]:
    """Return the readings that were packed with the same `start_ms`.

    Raises PackedHourError.
    """
    if packed[:1] != bytes([_VERSION]):
        raise PackedHourError(f"unknown form {packed[:1].hex() or 'of no bytes'}")
    try:
        return _rows(start_ms, _Body(zlib.decompress(packed[1:])))
    except (zlib.error, struct.error, ValueError, IndexError, KeyError) as err:
        raise PackedHourError(f"damaged: {err}") from err


def _rows(start_ms: int, body: _Body) -> list[Row]:
    count = body.number()
    if not 0 < count <= HOUR_MS:
        raise ValueError(f"{count} readings in an hour")
    steps = body.integers(count)
    times = list(accumulate(steps, initial=start_ms))[1:]
    spans = [body.number()]
    rests = body.integers(count - 1)
    spans += [rest + step for rest, step in zip(rests, steps[1:], strict=True)]
    values = _floats(body, count)
    energy = _energy(body, values, spans)
    body.end()
    return list(zip(times, values, spans, energy, strict=True))


def _tail[T, U](one: Sequence[T], other: Sequence[U]) -> Iterator[tuple[T, U]]:
    """Return pairs of two columns without the first."""
    pairs = zip(one, other, strict=True)
    next(pairs)
    return pairs


class _Parts:
    """The columns that are being packed."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def add_number(self, number: int) -> None:
        self._parts.append(struct.pack("<q", number))

    def add_tag(self, tag: int) -> None:
        self._parts.append(bytes([tag]))

    def add_integers(self, numbers: Sequence[int]) -> None:
        """Add whole numbers, in as few bytes as the largest of them needs.

        First the lowest bytes of all, then the next: similar bytes lie together.
        """
        width = _width(numbers)
        self.add_tag(width)
        if width:
            plain = struct.pack(f"<{len(numbers)}{_WIDTHS[width]}", *numbers)
            self._parts += [plain[place::width] for place in range(width)]

    def joined(self) -> bytes:
        return b"".join(self._parts)


class _Body:
    """The columns that are being unpacked, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self) -> int:
        (number,) = struct.unpack("<q", self._take(8))
        return int(number)

    def tag(self) -> int:
        return self._take(1)[0]

    def integers(self, count: int) -> Sequence[int]:
        width = self.tag()
        if width == 0:
            return [0] * count
        form = f"<{count}{_WIDTHS[width]}"
        planes = self._take(count * width)
        plain = bytearray(len(planes))
        for place in range(width):
            plain[place::width] = planes[place * count : (place + 1) * count]
        return struct.unpack(form, plain)

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("there is more than expected")

    def _take(self, size: int) -> bytes:
        taken = self._data[self._at : self._at + size]
        if size < 0 or len(taken) != size:
            raise ValueError("there is less than expected")
        self._at += size
        return taken


def _width(numbers: Sequence[int]) -> int:
    low, high = min(numbers, default=0), max(numbers, default=0)
    if low == high == 0:
        return 0
    reach = max(high, -1 - low)
    return next(width for width in _WIDTHS if reach < 1 << (8 * width - 1))


def _add_floats(parts: _Parts, column: Floats) -> None:
    """Add a column of floats, some of which may be missing."""
    known = [value for value in column if value is not None]
    parts.add_integers([value is None for value in column])
    if not known:
        parts.add_tag(_NONE)
        return
    found = _as_decimals(known)
    if found:
        decimals, numbers, ulps = found
        parts.add_tag(_DECIMAL)
        parts.add_tag(decimals)
        parts.add_integers(ulps)
    else:
        parts.add_tag(_BITS)
        numbers = _bits(known)
    parts.add_number(numbers[0])
    # Differences of bits may need more than 64 of them.
    change = sub if found else xor
    parts.add_integers([change(after, before) for before, after in pairwise(numbers)])


def _floats(body: _Body, count: int) -> list[float | None]:
    missing = body.integers(count)
    known = count - sum(missing)
    tag = body.tag()
    if tag == _NONE:
        return [None] * count
    ulps: Sequence[int] = ()
    decimals = 0
    if tag == _DECIMAL:
        decimals = body.tag()
        ulps = body.integers(known)
    elif tag != _BITS:
        raise ValueError(f"unknown kind of column {tag}")
    first = body.number()
    changes = body.integers(known - 1)
    change = add if tag == _DECIMAL else xor
    numbers = list(accumulate(changes, change, initial=first))
    if tag == _BITS:
        values = _from_bits(numbers)
    else:
        scale = 10**decimals
        values = [number / scale for number in numbers]
        if any(ulps):
            moved = zip(_bits(values), ulps, strict=True)
            values = _from_bits([bits + ulp for bits, ulp in moved])
    if known == count:
        return list(values)
    remaining = iter(values)
    return [None if gone else next(remaining) for gone in missing]


def _as_decimals(values: Sequence[float]) -> tuple[int, list[int], list[int]] | None:
    """Return decimals, the values as whole numbers of them, and what is missing [ulp].

    None when they are no numbers with few decimals.
    """
    for decimals in range(_MOST_DECIMALS + 1):
        if _scaled(values[:_TRIED], 10**decimals) and (
            found := _scaled(values, 10**decimals)
        ):
            return decimals, *found
    return None


def _scaled(values: Sequence[float], scale: int) -> tuple[list[int], list[int]] | None:
    if max(*values, -min(values)) >= _EXACT_INTEGERS / scale:
        return None
    numbers = [round(value * scale) for value in values]
    near = _bits([number / scale for number in numbers])
    ulps = [bits - about for bits, about in zip(_bits(values), near, strict=True)]
    if max(ulps) > _MOST_ULPS or min(ulps) < -_MOST_ULPS:
        return None
    return numbers, ulps


def _bits(values: Sequence[float]) -> list[int]:
    """Return the bits of floats as whole numbers, neighbours next to each other."""
    size = len(values)
    return list(struct.unpack(f"<{size}q", struct.pack(f"<{size}d", *values)))


def _from_bits(numbers: Sequence[int]) -> list[float]:
    size = len(numbers)
    return list(struct.unpack(f"<{size}d", struct.pack(f"<{size}q", *numbers)))


def _difference(before: float, value: float, span_ms: int) -> float:
    return value - before


def _used(before: float, value: float, span_ms: int) -> float:
    return before * span_ms / HOUR_MS


def _produced(before: float, value: float, span_ms: int) -> float:
    return -before * span_ms / HOUR_MS


_EXPECTED: Final[dict[int, Callable[[float, float, int], float]]] = {
    _DIFFERENCE: _difference,
    _USED: _used,
    _PRODUCED: _produced,
}


def _add_energy(
    parts: _Parts, values: Floats, spans: Sequence[int], energy: Floats
) -> None:
    """Add the energy as what it follows from, and the exceptions."""
    best, others = _PLAIN, list(range(len(energy)))
    if any(amount is not None for amount in energy):
        for rule in _EXPECTED:
            expected = _expected(rule, values, spans)
            wrong = [
                i for i, amount in enumerate(energy) if _differ(amount, expected[i])
            ]
            if len(wrong) < len(others):
                best, others = rule, wrong
    parts.add_tag(best)
    if best != _PLAIN:
        parts.add_number(len(others))
        places = [after - before for before, after in pairwise([0, *others])]
        parts.add_integers(places)
    _add_floats(parts, [energy[i] for i in others])


def _energy(body: _Body, values: Floats, spans: Sequence[int]) -> list[float | None]:
    rule = body.tag()
    if rule == _PLAIN:
        return _floats(body, len(values))
    energy = _expected(rule, values, spans)
    count = body.number()
    places = list(accumulate(body.integers(count)))
    for place, amount in zip(places, _floats(body, count), strict=True):
        energy[place] = amount
    return energy


def _expected(rule: int, values: Floats, spans: Sequence[int]) -> list[float | None]:
    """Return the energy each reading has by a rule; None where it tells nothing."""
    follow = _EXPECTED[rule]
    return [
        None,
        *(
            None if before is None or value is None else follow(before, value, span)
            for (before, value), span in zip(pairwise(values), spans[1:], strict=True)
        ),
    ]


def _differ(one: float | None, other: float | None) -> bool:
    """Whether two numbers are not the same; zero has two signs."""
    return one != other or (one == 0 and str(one) != str(other))
