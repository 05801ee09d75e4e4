"""The ledger: takes readings into the database, one transaction per commit.

Everything here runs in the writer's thread.
"""

from collections.abc import Collection, Iterable
import sqlite3

from ..metering.profile import MeterProfile
from ..metering.reading import Reading, RefusedReading
from .booking.booking import Booking
from .booking.channel_state import ChannelStates
from .booking.slot_changes import SlotChanges
from .errors import LoadGoneError
from .loads.noting import booked_again, noting
from .loads.records import is_load_of
from .loads.register_debts import RegisterDebts
from .outbox.outbox import Outbox
from .periods.calendar import LocalCalendar
from .readings.raw_readings import RawReadings
from .receipt import Receipt


class Ledger:
    """Takes readings into the database; the caller begins and ends transactions."""

    def __init__(self, connection: sqlite3.Connection, calendar: LocalCalendar) -> None:
        """Write through this connection, with days and hours of this calendar."""
        self._connection = connection
        self.calendar = calendar
        self.raw = RawReadings(connection)
        self.states = ChannelStates(connection)
        self._slots = SlotChanges()
        self.outbox = Outbox(connection, self.raw)

    def append(
        self,
        profile: MeterProfile,
        readings: Collection[Reading],
        *,
        now_ms: int,
        live: bool = True,
        load_id: int | None = None,
    ) -> Receipt:
        """Judge and store readings of one meter.

        `live` readings move the meter's energy register; others (imported history)
        fill the past without it, because what the register counts is shown as
        energy that flows now. What belongs to a load is noted with it; raises
        LoadGoneError when that is not the meter's any more.
        """
        debts = RegisterDebts(self._connection)
        booking = Booking(profile, self.raw, self.states, self._slots, debts, live=live)
        if load_id is None:
            receipt = booking.book(readings, now_ms)
        elif not is_load_of(self._connection, load_id, profile.meter_id):
            raise LoadGoneError("the file is no longer part of the meter's history")
        else:
            with noting(self._connection, self.raw, self.states, load_id, profile):
                receipt = booking.book(readings, now_ms)
        if live and receipt.duplicate:
            booked_again(
                self._connection, self.raw, profile.meter_id, readings, receipt
            )
        if live:
            # Who loads a file is told of its rows; the meter is not to blame.
            self.count_refused(
                profile.meter_id, (*receipt.refused, *receipt.disproved), now_ms
            )
        return receipt

    def count_refused(
        self, meter_id: str, refused: Iterable[RefusedReading], now_ms: int
    ) -> None:
        """Add to the counts of refused readings, by channel and reason."""
        self._connection.executemany(
            "INSERT INTO refused VALUES (?, ?, ?, 1, ?, ?)"
            " ON CONFLICT DO UPDATE SET count = count + 1,"
            " last_ms = excluded.last_ms, last_value = excluded.last_value",
            [
                (meter_id, item.channel or "", item.reason, now_ms, item.value)
                for item in refused
            ],
        )

    def write(self) -> None:
        """Write what was kept in memory; call before each commit."""
        self.raw.flush()
        slots = self._slots.changed
        self._slots.write(self._connection, self.calendar)
        self.states.write()
        self.outbox.write(slots)

    def forget(self) -> None:
        """Drop what is in memory; call after a rollback or a deletion."""
        self._slots.discard()
        self.states.forget()
        self.raw.forget()
        self.outbox.forget()
