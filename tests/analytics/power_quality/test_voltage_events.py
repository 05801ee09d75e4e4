"""Dips, swells and interruptions, from readings."""

from collections.abc import Iterable

import pytest

from custom_components.wattwise.analytics.power_quality.voltage_events import (
    EventFinder,
    EventKind,
    VoltageEvent,
)


def found_in(readings: Iterable[tuple[int, float]]) -> list[VoltageEvent]:
    """Return the events of readings (time [ms], voltage)."""
    finder = EventFinder(230.0, 300_000)
    found = [finder.note(time_ms, volts) for time_ms, volts in readings]
    return [event for event in (*found, finder.finish()) if event]


def events(volts: list[float]) -> list[VoltageEvent]:
    """Return the events of voltages that come each second."""
    return found_in((i * 1000, value) for i, value in enumerate(volts))


def test_a_quiet_day_has_none() -> None:
    """What stays within ten per cent is no event."""
    assert events([207.0, 253.0, 230.0] * 1000) == []


@pytest.mark.parametrize(
    ("volts", "kind"),
    [
        (206.9, EventKind.DIP),
        (30.0, EventKind.DIP),
        (253.1, EventKind.SWELL),
        (11.4, EventKind.INTERRUPTION),
        (0.0, EventKind.INTERRUPTION),
    ],
)
def test_kinds(volts: float, kind: EventKind) -> None:
    """How deep it went says what it was."""
    assert events([230.0] * 5 + [volts] * 3 + [230.0] * 5) == [
        VoltageEvent(kind, 5_000, 8_000, volts)
    ]


def test_the_deepest_voltage_is_told() -> None:
    """A dip has the depth of its deepest reading, a swell the height of its highest."""
    dip, swell = events([230, 200, 150, 190, 230, 255, 260, 254, 230])
    assert (dip.extreme_v, dip.seconds) == (150, 3)
    assert (swell.extreme_v, swell.seconds) == (260, 3)


def test_a_trembling_end_is_one_event() -> None:
    """An event is over once the voltage is back by two per cent."""
    assert len(events([230, 205, 208, 206, 209, 205, 212, 230])) == 1
    assert len(events([230, 254, 252, 254, 250, 254, 248, 230])) == 1


def test_from_a_dip_into_a_swell() -> None:
    """When the neutral comes back, a phase may go from one to the other at once."""
    found = events([230, 180, 180, 260, 260, 230])
    assert [event.kind for event in found] == [EventKind.DIP, EventKind.SWELL]
    assert [event.seconds for event in found] == [2, 2]


def test_a_gap_ends_an_event() -> None:
    """Nobody knows when a dip ended that nobody saw end."""
    readings = [(0, 230.0), (1_000, 190.0), (2_000, 190.0), (900_000, 190.0)]
    assert found_in(readings) == [
        VoltageEvent(EventKind.DIP, 1_000, 2_000, 190.0),
        VoltageEvent(EventKind.DIP, 900_000, 900_000, 190.0),
    ]


def test_an_event_under_way_is_told_as_far_as_it_is_known() -> None:
    """What has not ended yet counts, too."""
    assert events([230, 200, 200]) == [VoltageEvent(EventKind.DIP, 1_000, 2_000, 200)]


def test_nothing_tells_nothing() -> None:
    """Without readings there are no events."""
    assert events([]) == []
