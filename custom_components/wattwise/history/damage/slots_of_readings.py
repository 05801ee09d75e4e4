"""5-minute roll-ups made of readings, where damage took those that were kept."""

from collections.abc import Callable, Iterable
import sqlite3

from ...metering.quantity import Channel
from ..booking.slot_changes import SlotChanges
from ..readings.raw_readings import RawReading

type Pairs = Iterable[tuple[RawReading | None, RawReading]]
"""Readings of a channel in order, each with the one before it."""


def slots_of_readings(
    connection: sqlite3.Connection, channel_id: int, pairs_of: Callable[[int], Pairs]
) -> SlotChanges:
    """Return what the readings of a channel, and power of its meter, add to slots.

    `pairs_of` returns the readings of a channel that are to be added up.
    """
    meter_id, name = connection.execute(
        "SELECT meter_id, name FROM channel WHERE channel_id = ?", (channel_id,)
    ).fetchone()
    changes = SlotChanges()
    channel = Channel(name)
    for before, reading in pairs_of(channel_id):
        end_ms = reading.time_ms
        changes.add_reading(channel_id, end_ms, reading.value)
        if channel.is_energy:
            start_ms = end_ms - reading.span_ms
            energy_wh = reading.energy_wh or 0.0
            changes.add_energy(channel_id, start_ms, end_ms, energy_wh)
        elif before and before.value is not None:
            end_ms = before.time_ms + reading.span_ms
            changes.add_level(channel_id, before.time_ms, end_ms, before.value)
    power = connection.execute(
        "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?",
        (meter_id, Channel.POWER),
    ).fetchone()
    if power and channel in (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT):
        sign = 1 if channel is Channel.ENERGY_IMPORT else -1
        for before, reading in pairs_of(power[0]):
            energy_wh = sign * (reading.energy_wh or 0.0)
            if before and reading.energy_wh is not None and energy_wh >= 0:
                end_ms = before.time_ms + reading.span_ms
                changes.add_energy(channel_id, before.time_ms, end_ms, energy_wh)
    return changes
