"""What the ledger must remember of each channel between two readings."""

from dataclasses import dataclass
import sqlite3
from typing import Final

from ...metering.counter import CounterPoint
from ...metering.quantity import Channel
from ...metering.register import EnergyRegister
from ..readings.pruned import (
    Pruned,
    Stretches,
    load_pruned,
)
from ..receipt import LatestValue

_NOTHING: Final = Stretches()


@dataclass(slots=True)
class ChannelState:
    """The newest reading of a channel, its register and its held readings."""

    channel_id: int
    channel: Channel
    first_ms: int | None = None
    last_ms: int | None = None
    last_value: float | None = None
    register: EnergyRegister | None = None
    """Starts with the first live reading, not with imported history."""
    held: tuple[CounterPoint, ...] = ()
    held_changed: bool = False
    pruned: Stretches = _NOTHING
    """Of which time the readings were pruned."""
    derived: Stretches = _NOTHING
    """Of which time readings were pruned from which energy was derived."""

    def note(self, time_ms: int, value: float | None) -> None:
        """Widen the known time span to a reading."""
        if self.last_ms is None or time_ms >= self.last_ms:
            self.last_ms, self.last_value = time_ms, value
        if self.first_ms is None or time_ms < self.first_ms:
            self.first_ms = time_ms

    def hold(self, points: tuple[CounterPoint, ...]) -> None:
        """Replace the held readings."""
        if points != self.held:
            self.held, self.held_changed = points, True

    @property
    def latest(self) -> LatestValue | None:
        """The newest value, None when there is none yet."""
        if self.last_ms is None:
            return None
        return LatestValue(
            self.last_ms,
            self.last_value,
            self.register.reading_wh if self.register else None,
        )


class ChannelStates:
    """The states of all channels, kept in memory and written with each commit."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read states from this connection when they are first needed."""
        self._connection = connection
        self._states: dict[tuple[str, Channel], ChannelState] = {}
        self._touched: dict[tuple[str, Channel], ChannelState] = {}

    def get(self, meter_id: str, channel: Channel) -> ChannelState:
        """Return the state of a channel that is about to change."""
        key = (meter_id, channel)
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = self._load(meter_id, channel)
        self._touched[key] = state
        return state

    def write(self) -> None:
        """Write what the transaction changed."""
        self._connection.executemany(
            "UPDATE channel SET first_ms = ?, last_ms = ?, last_value = ?,"
            " register_wh = ?, owed_wh = ? WHERE channel_id = ?",
            [
                (
                    state.first_ms,
                    state.last_ms,
                    state.last_value,
                    state.register.reading_wh if state.register else None,
                    state.register.owed_wh if state.register else 0.0,
                    state.channel_id,
                )
                for state in self._touched.values()
            ],
        )
        for state in self._touched.values():
            if state.held_changed:
                self._write_held(state)
        self._touched.clear()

    def forget(self) -> None:
        """Drop what is in memory: the database holds something else."""
        self._states.clear()
        self._touched.clear()

    def _load(self, meter_id: str, channel: Channel) -> ChannelState:
        row = self._connection.execute(
            "INSERT INTO channel (meter_id, name) VALUES (?, ?)"
            " ON CONFLICT (meter_id, name) DO UPDATE SET name = excluded.name"
            " RETURNING channel_id, first_ms, last_ms, last_value, register_wh,"
            " owed_wh, pruned_ms",
            (meter_id, channel),
        ).fetchone()
        channel_id, first_ms, last_ms, last_value, register_wh, owed_wh, pruned = row
        held = self._connection.execute(
            "SELECT time_ms, value FROM held WHERE channel_id = ? ORDER BY time_ms",
            (channel_id,),
        )
        state = ChannelState(
            channel_id,
            channel,
            first_ms,
            last_ms,
            last_value,
            None if register_wh is None else EnergyRegister(register_wh, owed_wh),
            tuple(CounterPoint(*point) for point in held),
        )
        if pruned is not None:
            state.pruned = load_pruned(self._connection, channel_id, Pruned.READINGS)
            state.derived = load_pruned(self._connection, channel_id, Pruned.DERIVED)
        return state

    def _write_held(self, state: ChannelState) -> None:
        self._connection.execute(
            "DELETE FROM held WHERE channel_id = ?", (state.channel_id,)
        )
        self._connection.executemany(
            "INSERT INTO held VALUES (?, ?, ?)",
            [(state.channel_id, p.time_ms, p.value) for p in state.held],
        )
        state.held_changed = False
