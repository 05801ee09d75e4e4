"""A batch of readings is booked as if they had come one by one."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import batched, chain
from operator import attrgetter
from pathlib import Path
import random
import sqlite3
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.history.database import connect_writer
from custom_components.wattwise.history.ledger import Ledger
from custom_components.wattwise.history.periods.calendar import HOUR_MS, LocalCalendar
from custom_components.wattwise.history.receipt import Receipt
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
    MeterRole,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

NOW_MS = 500_000 * HOUR_MS


@contextmanager
def a_file(path: Path) -> Iterator[tuple[sqlite3.Connection, Ledger]]:
    """Open a new file."""
    with closing(connect_writer(path)) as connection:
        connection.execute("BEGIN")
        calendar = LocalCalendar(ZoneInfo("Europe/Berlin"))
        yield connection, Ledger(connection, calendar)
        connection.execute("ROLLBACK")


def told(kind: EnergyKind, rng: random.Random) -> list[list[Reading]]:
    """Return what a meter tells, with gaps, errors and repetitions, and what is late.

    Both are in order of time, as readings of a batch are booked.
    """
    at, counted = NOW_MS - 3 * HOUR_MS, 5e6
    readings: list[Reading] = []
    for number in range(300):
        at += rng.choice([10_000] * 20 + [10_400, 300_000, 900_000])
        watts = rng.choice([-500.0, 0.0, 0.4, 230.5, 1e9, float("nan"), 3_000.0])
        flowed = rng.randrange(100) / 10
        counted = rng.choice([counted + flowed] * 30 + [0.0, counted - 3.0])
        energy = flowed if kind is EnergyKind.INTERVAL else counted
        readings += [
            Reading(Channel.POWER, at, watts, number),
            Reading(Channel.VOLTAGE_L1, at, rng.choice([0.0, 229.9, 400.0]), number),
            Reading(Channel.FREQUENCY, at, rng.choice([0.0, 50.0, 12.0]), number),
            Reading(Channel.ENERGY_IMPORT, at, energy, number),
        ]
        if rng.random() < 0.05:
            readings.append(rng.choice(readings))
    # Some arrive late.
    late = [rng.random() < 0.1 for _ in readings]
    return [
        sorted(
            (r for r, is_late in zip(readings, late, strict=True) if is_late is wanted),
            key=attrgetter("time_ms"),
        )
        for wanted in (False, True)
    ]


def kept(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return all that is in the tables, to a thousandth."""
    tables = ("channel", "reading", "held", "rollup_5min", "stale_hour")
    return {
        table: sorted(
            (
                tuple(round(v, 3) if isinstance(v, float) else v for v in row)
                for row in connection.execute(f"SELECT * FROM {table}")  # noqa: S608
            ),
            key=repr,
        )
        for table in tables
    }


def summed(receipts: list[Receipt]) -> tuple[object, ...]:
    """Return what became of the readings."""
    return (
        sum(receipt.accepted for receipt in receipts),
        sum(receipt.duplicate for receipt in receipts),
        sorted(
            (item.index, str(item.channel), item.reason)
            for receipt in receipts
            for item in receipt.refused
        ),
    )


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("role", [MeterRole.GRID, MeterRole.PRODUCTION])
@pytest.mark.parametrize("kind", list(EnergyKind))
def test_a_batch_is_its_readings(
    tmp_path: Path, kind: EnergyKind, role: MeterRole, live: bool
) -> None:
    """Rows, roll-ups, registers and receipts are the same, whatever the size."""
    profile = MeterProfile("meter", role=role, energy_kind=kind)
    phases = told(kind, random.Random(f"{kind}{role}{live}"))
    found = []
    for size in (1, 7, 250):
        with a_file(tmp_path / f"{size}.db") as (connection, ledger):
            receipts = []
            for part in chain.from_iterable(
                batched(p, size, strict=False) for p in phases
            ):
                receipts.append(ledger.append(profile, part, now_ms=NOW_MS, live=live))
                ledger.write()
            found.append((kept(connection), summed(receipts)))
    assert len(found[0][0]["reading"]) > 200
    for one in found[1:]:
        assert one == found[0]
