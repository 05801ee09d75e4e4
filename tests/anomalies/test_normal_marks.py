"""What people called normal is remembered, and grows while it goes on."""

from dataclasses import replace
from typing import Any

import pytest

from custom_components.wattwise.analytics.anomalies.anomaly import (
    Anomaly,
    AnomalyKind,
)
from custom_components.wattwise.anomalies.normal_marks import NormalMarks
from custom_components.wattwise.anomalies.told_anomaly import anomaly_id
from homeassistant.core import HomeAssistant

HOUR = 3600.0
NOW = 1_781_700_000.0
HEATER = Anomaly(AnomalyKind.LEFT_ON, NOW - 8 * HOUR, NOW, 1.5, 16.0, 2.0, 1.0, 3.0)


async def marks_of(hass: HomeAssistant) -> NormalMarks:
    """Return the marks of a home after a restart."""
    marks = NormalMarks(hass, "home")
    await marks.async_load()
    return marks


async def test_over_restarts(hass: HomeAssistant) -> None:
    """What was normal stays so, until it is taken back."""
    marks = await marks_of(hass)
    assert not marks.cover(HEATER)
    await marks.async_add(HEATER, NOW)
    marks = await marks_of(hass)
    assert marks.cover(HEATER)
    assert marks.spans(NOW) == [(HEATER.start, HEATER.end)]
    assert marks.spans(NOW - 1) == []
    assert marks.since(NOW - HOUR) == [HEATER]
    assert await marks.async_take_back("left_on_20260101T0000") is None
    # When it was called normal, it was still an unusual hour.
    hour = anomaly_id(replace(HEATER, kind=AnomalyKind.UNUSUAL_HOUR))
    assert await marks.async_take_back(hour) == HEATER
    assert await marks.async_take_back(None) is None
    await marks.async_add(HEATER, NOW)
    assert await marks.async_take_back(None) == HEATER
    assert not (await marks_of(hass)).cover(HEATER)


async def test_it_grows_while_it_goes_on(hass: HomeAssistant) -> None:
    """An hour later it is still the same heater; what begins after its end is not."""
    marks = await marks_of(hass)
    await marks.async_add(HEATER, NOW)
    longer = replace(HEATER, end=NOW + 5 * HOUR, energy=26.0)
    await marks.async_follow([longer])
    assert (await marks_of(hass)).since(NOW) == [longer]
    other = replace(HEATER, start=NOW + 9 * HOUR, end=NOW + 18 * HOUR)
    await marks.async_follow([other])
    assert not marks.cover(other)


async def test_it_becomes_another_kind(hass: HomeAssistant) -> None:
    """An unusual hour becomes something left on: who called it normal meant that, too."""
    marks = await marks_of(hass)
    kind = AnomalyKind.UNUSUAL_HOUR
    evening = replace(HEATER, kind=kind, end=HEATER.start + 2 * HOUR, energy=6.0)
    await marks.async_add(evening, NOW)
    for hours in range(3, 9):
        end = HEATER.start + hours * HOUR
        night = replace(HEATER, end=end, energy=2.0 + 2.0 * hours)
        await marks.async_follow([night])
        assert marks.cover(night)
    assert marks.since(0) == [night]


async def test_the_next_evening_is_another_one(hass: HomeAssistant) -> None:
    """What comes long after its end is new, also if it is told as one with it."""
    marks = await marks_of(hass)
    await marks.async_add(HEATER, NOW)
    both = replace(HEATER, end=NOW + 11 * HOUR, energy=24.0)
    await marks.async_follow([both])
    assert not marks.cover(both)


@pytest.mark.parametrize(
    ("changes", "covered"),
    [
        # The evening was normal; that it is on till the morning may not be.
        (
            {"kind": AnomalyKind.UNUSUAL_HOUR, "end": NOW - 7 * HOUR, "energy": 3.0},
            True,
        ),
        ({"kind": AnomalyKind.UNUSUAL_DAY, "end": NOW + HOUR, "energy": 28.0}, True),
        ({"kind": AnomalyKind.UNUSUAL_DAY, "end": NOW + HOUR, "energy": 60.0}, False),
        ({"kind": AnomalyKind.LOW_USE, "energy": 0.0}, False),
        ({"kind": AnomalyKind.PRODUCTION_DROP, "energy": 0.0}, False),
        ({"start": NOW - 4 * HOUR}, True),
        ({"start": NOW - HOUR / 2, "end": NOW + 9 * HOUR}, False),
    ],
)
async def test_what_else_is_normal_then(
    hass: HomeAssistant, changes: dict[str, Any], covered: bool
) -> None:
    """What mostly consists of something normal is normal itself."""
    marks = await marks_of(hass)
    await marks.async_add(HEATER, NOW)
    assert marks.cover(replace(HEATER, **changes)) is covered


async def test_it_is_bounded(hass: HomeAssistant) -> None:
    """The newest two hundred are kept, none of which is older than two years."""
    marks = await marks_of(hass)
    for number in range(210):
        start = NOW + number * 24 * HOUR
        await marks.async_add(replace(HEATER, start=start, end=start + HOUR), start)
    assert len(marks.since(0)) == 200
    late = NOW + 3 * 365 * 24 * HOUR
    await marks.async_add(replace(HEATER, start=late, end=late + HOUR), late)
    assert len(marks.since(0)) == 1


@pytest.mark.parametrize(
    "damage",
    [
        {"marks": "none"},
        {"marks": [None, 7, {"kind": "left_on"}]},
        {"marks": [{"kind": "new_kind", "start": 1, "end": 2}]},
    ],
)
async def test_damage(
    hass: HomeAssistant, hass_storage: dict[str, Any], damage: dict[str, Any]
) -> None:
    """What cannot be read is left out; a home works on."""
    key = "wattwise.normal.home"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": damage}
    assert (await marks_of(hass)).since(0) == []
