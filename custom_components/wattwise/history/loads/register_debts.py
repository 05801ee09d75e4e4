"""What registers have to move by when a load is taken back.

The readings of a file leave registers alone. But live readings that come between them
divide their segments, and what those have less then is taken from the register; others
confirm what waited, or repeat a row. Noted is what the register would show without the
file, less what it does show.
"""

import sqlite3

from ...metering.quantity import Channel
from ..booking.channel_state import ChannelStates
from .records import Owners


class RegisterDebts:
    """Notes debts while the live readings of one append are booked."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Note debts in the transaction of this connection."""
        self._connection = connection
        self._owners: dict[int, Owners] = {}

    def note(
        self, channel_id: int, time_ms: int, register_id: int, energy_wh: float
    ) -> None:
        """Note energy, if the reading of a channel's time came with a file.

        `register_id` is the channel whose register moved by -`energy_wh` [Wh].
        """
        if not energy_wh:
            return
        if channel_id not in self._owners:
            self._owners[channel_id] = Owners(self._connection, channel_id)
        if (found := self._owners[channel_id].part_with(time_ms)) is None:
            return
        load_id, part_id = found
        # What a file told of a time that the meter knew moves no register at all.
        self._connection.execute(
            "INSERT INTO load_register SELECT load_id, ?, ? FROM load_part"
            " WHERE load_id = ? AND part_id = ? AND leads_from_ms < ?"
            " ON CONFLICT DO UPDATE SET energy_wh = energy_wh + excluded.energy_wh",
            (register_id, energy_wh, load_id, part_id, time_ms),
        )


def settle(
    connection: sqlite3.Connection, states: ChannelStates, meter_id: str, load_id: int
) -> None:
    """Move the registers of a meter by what is noted of a load."""
    rows = connection.execute(
        "SELECT name, energy_wh FROM load_register JOIN channel USING (channel_id)"
        " WHERE load_id = ?",
        (load_id,),
    ).fetchall()
    for name, energy_wh in rows:
        if register := states.get(meter_id, Channel(name)).register:
            register.book(energy_wh)
