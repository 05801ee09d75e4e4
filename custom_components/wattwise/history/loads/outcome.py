"""What a file would add, as a rehearsal shows it: sums by month, and where it joins on."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, pairwise
import sqlite3
from typing import Final

from ...metering.joint import JointLimit
from ...metering.quantity import Channel, Quantity
from ..giving_way import giving_way
from ..periods.calendar import HOUR_MS, SLOT_MS, LocalCalendar, Period
from ..readings.raw_readings import RawReading, RawReadings

# What a home uses in some weeks: who loads a file should know of so much.
_MUCH_WH: Final = 100_000.0
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class FileJoint:
    """What a counter rose between a row of a file and the reading beside it.

    `is_counted` says whether it is taken for energy, or left a gap.
    """

    start_ms: int
    end_ms: int
    energy_wh: float
    is_counted: bool


def joints_of(
    raw: RawReadings,
    channel_id: int,
    known: Collection[int],
    limit: JointLimit | None,
) -> list[FileJoint]:
    """Return the joints people should know of, the largest first.

    `known` are the times of readings that are not of the file.
    """
    found: list[FileJoint] = []
    for before, reading in pairwise(giving_way(_readings(raw, channel_id))):
        own = before.time_ms in known, reading.time_ms in known
        if all(own) or before.value is None or reading.value is None:
            continue
        start_ms, end_ms = before.time_ms, reading.time_ms
        rise_wh = reading.value - before.value
        if not reading.span_ms:
            if limit and limit.is_exceeded(start_ms, end_ms, rise_wh):
                found.append(FileJoint(start_ms, end_ms, rise_wh, is_counted=False))
        elif any(own) and (energy_wh := reading.energy_wh or 0.0) > _MUCH_WH:
            found.append(FileJoint(start_ms, end_ms, energy_wh, is_counted=True))
    found.sort(key=lambda joint: joint.energy_wh, reverse=True)
    return found[:_NAMED]


def _readings(raw: RawReadings, channel_id: int) -> Iterator[RawReading]:
    return chain.from_iterable(raw.pages(channel_id, 0, 1 << 50))


def months_of(
    connection: sqlite3.Connection,
    calendar: LocalCalendar,
    channel_id: int,
    channel: Channel,
) -> dict[str, float]:
    """Return what is in the roll-ups by local month such as 2026-02.

    That is the energy of a channel of energy or power [Wh], the mean of any other.
    """
    first, last = connection.execute(
        "SELECT min(slot), max(slot) FROM rollup_5min WHERE channel_id = ?",
        (channel_id,),
    ).fetchone()
    months: dict[str, float] = {}
    if first is None:
        return months
    start_ms = calendar.start(Period.MONTH, first * SLOT_MS)
    while start_ms <= last * SLOT_MS:
        end_ms = calendar.end(Period.MONTH, start_ms)
        energy_wh, integral, covered_ms = connection.execute(
            "SELECT total(energy_wh), total(integral), total(covered_ms)"
            " FROM rollup_5min WHERE channel_id = ? AND slot >= ? AND slot < ?",
            (channel_id, start_ms // SLOT_MS, end_ms // SLOT_MS),
        ).fetchone()
        local = datetime.fromtimestamp(start_ms / 1000, UTC).astimezone(calendar.zone)
        month = f"{local:%Y-%m}"
        if channel.quantity is Quantity.ENERGY:
            months[month] = energy_wh
        elif channel.quantity is Quantity.POWER:
            months[month] = integral / HOUR_MS
        elif covered_ms:
            months[month] = integral / covered_ms
        start_ms = end_ms
    return months
