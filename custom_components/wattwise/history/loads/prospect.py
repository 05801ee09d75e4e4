"""What would happen if a load were taken back, said before it is."""

from dataclasses import dataclass
import sqlite3
from typing import Final

from ..damage.set_aside import awaits_recovery
from ..periods.calendar import HOUR_MS
from ..readings.pruned import Pruned, load_pruned
from .records import Load, loads_of, parts_of

# Of a file with some rows that were known, the others lie within or beside these.
_BESIDE_MS: Final = 24 * HOUR_MS


@dataclass(frozen=True, slots=True)
class Prospect:
    """What taking a load back would remove, and what it would have to leave.

    The sums of readings that were pruned stay; `left_from_ms` and `left_until_ms` tell
    of which time. `was_exported` says whether points of the meter went to InfluxDB.
    Nothing can be taken back while the history `awaits_recovery`.
    `younger` were loaded later and may have had rows in common, which leave as well.
    """

    load: Load
    removable: int
    left: int
    left_from_ms: int | None
    left_until_ms: int | None
    was_exported: bool
    awaits_recovery: bool
    younger: list[Load]


def prospect_of(
    connection: sqlite3.Connection, meter_id: str, load_id: int
) -> Prospect | None:
    """Return what is to be expected; None if there is no such load."""
    loads = loads_of(connection, [meter_id])
    load = next((load for load in loads if load.load_id == load_id), None)
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
    sharing = _sharing(connection, load_id)
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
        awaits_recovery(connection),
        [other for other in loads if other.load_id in sharing],
    )


def _sharing(connection: sqlite3.Connection, load_id: int) -> set[int]:
    """Return the younger loads that may have had rows known because of a load.

    Of those rows nothing is noted: it is told by what was added around them.
    """
    rows = connection.execute(
        "SELECT DISTINCT load_id FROM load_part JOIN"
        " (SELECT channel_id, min(first_ms) AS begin, max(last_ms) AS end"
        " FROM load_part WHERE load_id = ? GROUP BY channel_id) USING (channel_id)"
        " WHERE load_id > ? AND first_ms <= end + ? AND last_ms >= begin - ?",
        (load_id, load_id, _BESIDE_MS, _BESIDE_MS),
    )
    return {number for (number,) in rows}
