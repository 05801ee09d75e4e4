"""Files of a history, and ways in which they are damaged."""

from pathlib import Path
import random
import shutil
import sqlite3
import time
from typing import Final
from zoneinfo import ZoneInfo

from custom_components.wattwise.history.database import connect_writer
from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.ledger import Ledger
from custom_components.wattwise.history.periods.calendar import LocalCalendar
from custom_components.wattwise.history.periods.rollups import refresh
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

PAGE: Final = 4096
ZONE: Final = "Europe/Berlin"
GRID: Final = MeterProfile("grid")
PLUG: Final = MeterProfile("plug", energy_kind=EnergyKind.POWER)
STEP_MS: Final = 10_000
DAY_MS: Final = 86_400_000


class KeptFile:
    """A history of some hours of two meters, closed."""

    def __init__(self, folder: Path, hours: int, *, packed: bool) -> None:
        """Build it in a folder."""
        self.path = folder / "wattwise.db"
        # Never at the border of a slot: what is there belongs to the one before it.
        self.end_ms = (int(time.time()) - 3_600) // 300 * 300_000 + 4 * STEP_MS
        self.start_ms = self.end_ms - hours * 3_600_000
        rng = random.Random(11)
        self.shown_wh = 1_000_000.0
        grid, plug = [], []
        for at in range(self.start_ms, self.end_ms, STEP_MS):
            watts = float(rng.randrange(100, 4_000))
            self.shown_wh = round(self.shown_wh + watts * STEP_MS / 3_600_000, 1)
            grid.append(Reading(Channel.POWER, at, watts))
            grid.append(Reading(Channel.ENERGY_IMPORT, at, self.shown_wh))
            plug.append(Reading(Channel.POWER, at, round(rng.random() * 100, 1)))
        self.last_ms = at
        connection = connect_writer(self.path)
        calendar = LocalCalendar(ZoneInfo(ZONE))
        ledger = Ledger(connection, calendar)
        connection.execute("BEGIN")
        for profile, readings in ((GRID, grid), (PLUG, plug)):
            connection.execute(
                "INSERT INTO meter (meter_id, name) VALUES (?, ?)",
                (profile.meter_id, profile.meter_id),
            )
            ledger.append(profile, readings, now_ms=self.end_ms)
        ledger.write()
        connection.execute("INSERT INTO setting VALUES ('time_zone', ?)", (ZONE,))
        while refresh(connection, calendar, self.end_ms):
            pass
        while packed and ledger.raw.pack(self.end_ms):
            pass
        connection.execute("COMMIT")
        connection.close()

    def copy_to(self, folder: Path) -> Path:
        """Return a copy of the file."""
        return Path(shutil.copy(self.path, folder / self.path.name))

    @property
    def energy_wh(self) -> float:
        """What the grid meter counted."""
        return self.shown_wh - self.first_shown_wh

    @property
    def first_shown_wh(self) -> float:
        """What the grid meter showed first."""
        return min(row[1] for row in self.rows(Channel.ENERGY_IMPORT))

    def rows(self, channel: Channel, meter: str = "grid") -> list[tuple[int, float]]:
        """Return times and values of a channel."""
        return readings_of(self.path, channel, meter)


def readings_of(
    path: Path, channel: Channel, meter: str = "grid"
) -> list[tuple[int, float]]:
    """Return times and values of a channel of a closed file."""
    from custom_components.wattwise.history.readings.raw_readings import RawReadings  # noqa: PLC0415

    connection = sqlite3.connect(path)
    try:
        (number,) = connection.execute(
            "SELECT channel_id FROM channel WHERE meter_id = ? AND name = ?",
            (meter, channel),
        ).fetchone()
        found = RawReadings(connection).between(number, 0, 2**42)
        return [(reading.time_ms, reading.value or 0.0) for reading in found]
    finally:
        connection.close()


def overwrite(path: Path, pages: list[int], seed: int = 0) -> None:
    """Fill pages, counted from 0, with noise."""
    rng = random.Random(seed)
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE)
            file.write(rng.randbytes(PAGE))


def pages_of(path: Path) -> int:
    """Return of how many pages a file is."""
    return path.stat().st_size // PAGE


def roots_of(path: Path) -> list[int]:
    """Return the pages, counted from 0, that lead to readings and roll-ups."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(
            "SELECT rootpage - 1 FROM sqlite_schema WHERE name IN"
            " ('reading', 'packed_hour', 'rollup', 'rollup_5min')"
        )
        return [page for (page,) in rows]
    finally:
        connection.close()


async def grid_energy(history: History, kept: KeptFile) -> float:
    """Return the energy of all days of the grid meter [Wh]."""
    days = await history.buckets(
        "grid",
        Channel.ENERGY_IMPORT,
        kept.start_ms - DAY_MS,
        kept.end_ms + DAY_MS,
        300,
    )
    return sum(day.energy_wh for day in days)
