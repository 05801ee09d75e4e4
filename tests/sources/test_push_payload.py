"""Decoding whatever a device may send."""

import json
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading, Refusal
from custom_components.wattwise.sources.push_payload import MalformedBodyError, decode

NOW_MS = 1_790_000_000_000

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(
                ["power", "energy_import", "time", "timestamp", "readings", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_any_json_is_decoded_or_named_malformed(body: Any) -> None:
    """Nothing a device sends raises anything else, and only numbers come through."""
    try:
        decoded = decode(body, NOW_MS)
    except MalformedBodyError:
        return
    for reading in decoded.readings:
        assert isinstance(reading.value, float)
        assert isinstance(reading.time_ms, int)
    json.dumps([item.reason for item in decoded.refused])


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-29T02:30:00+01:00", 1_774_747_800_000),
        ("2026-03-29T01:30:00Z", 1_774_747_800_000),
        (1_774_747_800, 1_774_747_800_000),
        (1_774_747_800.25, 1_774_747_800_250),
        (1_774_747_800_123, 1_774_747_800_123),
        (None, NOW_MS),
    ],
)
def test_times(time: Any, expected: int) -> None:
    """ISO 8601 with a zone, seconds, milliseconds, or the time of arrival."""
    decoded = decode({"power": 5, "time": time}, NOW_MS)
    assert decoded.readings == [Reading(Channel.POWER, expected, 5.0)]


@pytest.mark.parametrize(
    "time", ["2026-03-29T02:30:00", "now", "", 1e300, float("nan"), True, [], 10**400]
)
def test_times_that_are_none(time: Any) -> None:
    """A time without a zone could be two moments; it is not guessed."""
    with pytest.raises(MalformedBodyError):
        decode({"power": 5, "time": time}, NOW_MS)


def test_huge_numbers_are_no_numbers() -> None:
    """Numbers beyond what a float holds are refused, not an error in our code."""
    item = {"time": 1_774_747_800, "power": 10**400, "energy_import": float("inf")}
    decoded = decode([item], NOW_MS)
    assert [r.reason for r in decoded.refused] == [Refusal.NOT_A_NUMBER] * 2


def test_units() -> None:
    """Energy is sent in kWh, or in Wh where the field says so."""
    decoded = decode({"energy_import": 1.5, "energy_export_wh": 250}, NOW_MS)
    assert {r.channel: r.value for r in decoded.readings} == {
        Channel.ENERGY_IMPORT: 1_500.0,
        Channel.ENERGY_EXPORT: 250.0,
    }


def test_items_without_time_are_refused_among_others() -> None:
    """Several readings cannot all be of now."""
    decoded = decode([{"power": 1}, {"power": 2, "time": 1_774_747_800}], NOW_MS)
    assert [r.index for r in decoded.readings] == [1]
    assert decoded.refused[0].reason is Refusal.INVALID_TIME
