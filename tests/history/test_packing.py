"""What is packed comes out again bit for bit, or says that it is damaged."""

import struct
import zlib

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.history.periods.calendar import HOUR_MS
from custom_components.wattwise.history.readings.packing import (
    PackedHourError,
    Row,
    pack,
    unpack,
)

START_MS = 1_700_000 * 1_000_000 // HOUR_MS * HOUR_MS
STEP_MS = 10_000

any_float = st.floats(allow_nan=False)
maybe = st.one_of(st.none(), any_float)
spans = st.integers(0, 10 * 365 * 86_400_000)


def bits(rows: list[Row]) -> list[tuple[object, ...]]:
    """Return rows with the bits of their floats."""
    return [
        tuple(struct.pack("<d", v) if isinstance(v, float) else v for v in row)
        for row in rows
    ]


@st.composite
def hours(draw: st.DrawFn) -> list[Row]:
    """Return any readings of an hour."""
    offsets = sorted(
        draw(st.sets(st.integers(0, HOUR_MS - 1), min_size=1, max_size=40))
    )
    return [
        (START_MS + offset, draw(maybe), draw(spans), draw(maybe)) for offset in offsets
    ]


@st.composite
def meter_hours(draw: st.DrawFn) -> list[Row]:
    """Return readings of an hour as meters tell them, with some that break the rule."""
    count = draw(st.integers(1, 60))
    decimals = draw(st.integers(0, 4))
    unit = draw(st.sampled_from([1.0, 1000.0, 1 / 60, 1e3 / 3.6]))
    kind = draw(st.sampled_from(["level", "used", "produced", "counter", "amount"]))
    numbers = draw(
        st.lists(st.integers(-100_000, 100_000), min_size=count, max_size=count)
    )
    rows: list[Row] = []
    before: float | None = None
    counted = 5_000_000
    for place, number in enumerate(numbers):
        counted += abs(number)
        shown = counted if kind == "counter" else number
        value = shown / 10**decimals * unit
        energy = {
            "level": None,
            "used": None if before is None else before * STEP_MS / 3_600_000,
            "produced": None if before is None else -before * STEP_MS / 3_600_000,
            "counter": 0.0 if before is None else value - before,
            "amount": value,
        }[kind]
        if draw(st.integers(0, 20)) == 0:
            energy = draw(maybe)
        span = draw(spans) if draw(st.integers(0, 20)) == 0 else STEP_MS
        told = None if kind == "amount" else value
        rows.append((START_MS + place * STEP_MS, told, span, energy))
        before = told
    return rows


@given(st.one_of(hours(), meter_hours()))
def test_nothing_is_rounded(rows: list[Row]) -> None:
    """Whatever was stored, each bit of it comes out again."""
    assert bits(unpack(START_MS, pack(START_MS, rows))) == bits(rows)


def test_numbers_that_trick_decimals() -> None:
    """Zeros of both signs, the largest and the smallest numbers, and infinity."""
    values = [0.0, -0.0, 5e-324, 1.7976931348623157e308, -1e308, 2.0**53, 0.1 + 0.2]
    values += [float("inf"), float("-inf"), 1e-7, 123456789.123456]
    for value in values:
        rows: list[Row] = [
            (START_MS, value, 0, None),
            (START_MS + 1, -value, 1, value),
        ]
        assert bits(unpack(START_MS, pack(START_MS, rows))) == bits(rows)


@pytest.mark.parametrize(
    ("kind", "most_bytes"),
    [("power", 3.0), ("derived", 3.0), ("counter", 1.5), ("voltage", 1.5)],
)
def test_meters_need_few_bytes(kind: str, most_bytes: float) -> None:
    """What meters tell every ten seconds takes a few bytes for each reading."""
    rows: list[Row] = []
    before: float | None = None
    counted = 5_000_000
    state = 12345
    for place in range(360):
        state = state * 1_103_515_245 % 2**31
        noise = state % 100
        counted += noise // 10
        value = {
            "power": (4_000 + noise) / 10,
            "derived": (4_000 + noise) / 10,
            "counter": counted / 1000 * 1000,
            "voltage": (2_300 + noise % 20) / 10,
        }[kind]
        energy = None
        if before is not None and kind == "derived":
            energy = before * STEP_MS / 3_600_000
        if kind == "counter":
            energy = 0.0 if before is None else value - before
        rows.append((START_MS + place * STEP_MS, value, STEP_MS, energy))
        before = value
    assert len(pack(START_MS, rows)) < most_bytes * len(rows)


@given(hours(), st.data())
def test_damage_is_told(rows: list[Row], data: st.DataObject) -> None:
    """A byte that changed, or an end that is missing, never makes other readings."""
    packed = bytearray(pack(START_MS, rows))
    place = data.draw(st.integers(0, len(packed) - 1))
    cut = data.draw(st.booleans())
    if cut:
        del packed[place:]
    else:
        packed[place] ^= data.draw(st.integers(1, 255))
    try:
        found = unpack(START_MS, bytes(packed))
    except PackedHourError:
        return
    # A bit of the compression's own header may mean nothing.
    assert bits(found) == bits(rows)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        struct.pack("<q", 5),
        struct.pack("<q", -1) + b"\0" * 40,
        struct.pack("<q", 1 << 40) + b"\0" * 40,
        struct.pack("<q", 1) + b"\x07" + b"\0" * 60,
        struct.pack("<q", 2) + b"\0" * 200,
    ],
)
def test_nonsense_is_told(body: bytes) -> None:
    """What is whole but makes no sense is damaged, too."""
    with pytest.raises(PackedHourError):
        unpack(START_MS, b"\x01" + zlib.compress(body))


def test_another_form_is_told() -> None:
    """A later version may pack otherwise."""
    packed = pack(START_MS, [(START_MS, 1.0, 0, None)])
    with pytest.raises(PackedHourError, match="unknown form"):
        unpack(START_MS, b"\x02" + packed[1:])
