"""What came into the history: the file itself, and what the action answers."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
import sqlite3
from typing import Any

from custom_components.wattwise.history.readings.raw_readings import RawReadings
from wattwise_dev.home_assistant import HomeAssistant

type Rows = list[tuple[int, float]]
"""Times [ms since the epoch] and values, in order."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the file holds of a meter, energies in Wh."""

    rows: Mapping[str, Rows]
    """The readings by channel."""
    registers: Mapping[str, float]
    """The counting registers."""
    refused: Mapping[str, int]
    """How many values were refused, by channel and reason."""
    held: int
    """How many are in doubt."""

    @property
    def count(self) -> int:
        """How many readings there are."""
        return sum(map(len, self.rows.values()))


def stored_of(database: Path, meter_id: str, start_ms: int, end_ms: int) -> Stored:
    """Return what the file holds of a meter, its readings from start to end."""
    with closing(
        sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)
    ) as connection:
        rows: dict[str, Rows] = {}
        raw = RawReadings(connection)
        for channel_id, name in connection.execute(
            "SELECT channel_id, name FROM channel WHERE meter_id = ?", (meter_id,)
        ).fetchall():
            if found := raw.between(channel_id, start_ms, end_ms + 1):
                rows[name] = [
                    (reading.time_ms, reading.value)
                    for reading in found
                    if reading.value is not None
                ]
        registers = dict(
            connection.execute(
                "SELECT name, register_wh FROM channel"
                " WHERE meter_id = ? AND register_wh IS NOT NULL",
                (meter_id,),
            ).fetchall()
        )
        refused = {
            f"{channel}: {reason}": count
            for channel, reason, count in connection.execute(
                "SELECT channel, reason, count FROM refused WHERE meter_id = ?",
                (meter_id,),
            )
        }
        ((held,),) = connection.execute(
            "SELECT count(*) FROM held JOIN channel USING (channel_id)"
            " WHERE meter_id = ?",
            (meter_id,),
        )
    return Stored(rows, registers, refused, held)


async def history_of(
    home: HomeAssistant, device_id: str, start_ms: int, end_ms: int, resolution: int
) -> dict[str, list[dict[str, Any]]]:
    """Return what `wattwise.get_history` answers, by channel."""
    answer = await home.client.action(
        "wattwise",
        "get_history",
        response=True,
        device_id=device_id,
        start=datetime.fromtimestamp(start_ms / 1000, UTC).isoformat(),
        end=datetime.fromtimestamp(end_ms / 1000, UTC).isoformat(),
        resolution=resolution,
    )
    return {name: told["values"] for name, told in answer["channels"].items()}
