"""Noting, while a file is booked, what would have to be undone to take it back."""

from collections.abc import Generator, Iterable
from contextlib import contextmanager
import sqlite3

from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ...metering.reading import Reading
from ..booking.channel_state import ChannelStates
from ..readings.brought import Brought
from ..readings.raw_readings import RawReadings
from ..receipt import Receipt
from .records import newest_of, note_brought, release
from .register_debts import RegisterDebts


@contextmanager
def noting(
    connection: sqlite3.Connection,
    raw: RawReadings,
    states: ChannelStates,
    load_id: int,
    profile: MeterProfile,
) -> Generator[None]:
    """Note what is booked meanwhile as part of a load, in the same transaction."""
    newest = newest_of(connection, profile.meter_id)
    held_before = _held(states, profile.meter_id, newest.values())
    raw.brought = brought = Brought()
    try:
        yield
        # What is held may be accepted later, by readings of others.
        channels = newest_of(connection, profile.meter_id)
        held = _held(states, profile.meter_id, channels.values()) - held_before
        numbers = {channel: number for number, (channel, *_) in channels.items()}
        for channel, time_ms in held:
            brought.added.setdefault(numbers[channel], set()).add(time_ms)
        note_brought(connection, load_id, brought, newest)
    finally:
        raw.brought = None


def booked_again(
    connection: sqlite3.Connection,
    raw: RawReadings,
    meter_id: str,
    readings: Iterable[Reading],
    receipt: Receipt,
) -> None:
    """Let readings that the meter has told itself by now not leave with a file."""
    refused = {(item.channel, item.time_ms) for item in receipt.refused}
    channels = newest_of(connection, meter_id)
    numbers = {channel: number for number, (channel, *_) in channels.items()}
    for channel_id, (channel, *_) in channels.items():
        times = {
            reading.time_ms
            for reading in readings
            if reading.channel is channel and (channel, reading.time_ms) not in refused
        }
        if times:
            debts = RegisterDebts(connection)
            for time_ms in times:
                # The register would have counted them, had the file not been first.
                there = raw.at(channel_id, time_ms)
                if energy_wh := there.energy_wh if there else None:
                    counted = channel if channel.is_energy else _derived(energy_wh)
                    debts.note(channel_id, time_ms, numbers[counted], abs(energy_wh))
            release(connection, channel_id, times)


def _derived(energy_wh: float) -> Channel:
    return Channel.ENERGY_IMPORT if energy_wh > 0 else Channel.ENERGY_EXPORT


def _held(
    states: ChannelStates,
    meter_id: str,
    channels: Iterable[tuple[Channel, int | None, bool]],
) -> set[tuple[Channel, int]]:
    """Return channel and time of the readings that wait for later ones."""
    return {
        (channel, point.time_ms)
        for channel, *_ in channels
        for point in states.get(meter_id, channel).held
    }
