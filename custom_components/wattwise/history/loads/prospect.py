"""What would happen if a load were taken back, said before it is."""

from dataclasses import dataclass
import sqlite3

from ..readings.pruned import Pruned, load_pruned
from .records import Load, loads_of, parts_of


@dataclass(frozen=True, slots=True)
class Prospect:
    """What taking a load back would remove, and what it would have to leave.

    The sums of readings that were pruned stay; `left_from_ms` and `left_until_ms` tell
    of which time. `was_exported` says whether points of the meter went to InfluxDB.
    """

    load: Load
    removable: int
    left: int
    left_from_ms: int | None
    left_until_ms: int | None
    was_exported: bool


def prospect_of(
    connection: sqlite3.Connection, meter_id: str, load_id: int
) -> Prospect | None:
    """Return what is to be expected; None if there is no such load."""
    load = next(
        (load for load in loads_of(connection, [meter_id]) if load.load_id == load_id),
        None,
    )
    if load is None:
        return None
    left: list[int] = []
    count = 0
    for part in parts_of(connection, load_id):
        pruned = load_pruned(connection, part.channel_id, Pruned.READINGS)
        count += len(part.times)
        if pruned.items:
            left += [
                time_ms
                for time_ms in part.times
                if pruned.covers(time_ms)
                or pruned.starts(time_ms)
                or pruned.ends(time_ms)
            ]
    exported = connection.execute(
        "SELECT exported_as IS NOT NULL FROM meter WHERE meter_id = ?", (meter_id,)
    ).fetchone()
    return Prospect(
        load,
        count - len(left),
        len(left),
        min(left, default=None),
        max(left, default=None),
        bool(exported and exported[0]),
    )
