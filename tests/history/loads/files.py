"""Loading and taking back, as the rest of WattWise does it."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.loads.records import begin_load, end_load
from custom_components.wattwise.history.loads.taking_back import (
    begin_taking_back,
    take_back,
)
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.readings.raw_readings import RawReading
from custom_components.wattwise.history.receipt import Receipt
from custom_components.wattwise.metering.profile import MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

NOTES = ("load", "load_part", "load_neighbour", "load_register")
"""The tables in which is noted what files brought."""


async def counts(history: History, *tables: str) -> list[int]:
    """Return how many rows tables have."""
    return await history.ask(
        lambda queries: [
            queries.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  (names of tests)
            for table in tables
        ]
    )


async def load(
    history: History, profile: MeterProfile, *batches: Sequence[Reading]
) -> tuple[int, list[Receipt]]:
    """Load the readings of a file; return the number of the load."""
    load_id = await history.run(
        lambda t: begin_load(t.connection, profile.meter_id, "file.csv")
    )
    receipts = [
        await history.append(profile, batch, live=False, load_id=load_id)
        for batch in batches
    ]
    await history.run(lambda t: end_load(t.connection, load_id))
    return load_id, receipts


async def take_all_back(history: History, load_id: int, profile: MeterProfile) -> int:
    """Take a load back; return how many readings were removed."""
    await history.run(partial(begin_taking_back, load_id=load_id))
    removed = 0
    while (
        count := await history.run(partial(take_back, load_id=load_id, profile=profile))
    ) >= 0:
        removed += count
    return removed


async def everything(history: History, meter_id: str) -> dict[str, Any]:
    """Return all that a history knows of a meter, to be compared."""
    known: dict[str, Any] = {}
    await history.refresh_rollups()
    latest = await history.latest(meter_id)
    for channel in Channel:
        raw: list[RawReading] = []
        async for page in history.raw(meter_id, channel, 0, 1 << 50):
            raw += page
        if raw:
            known[f"{channel} readings"] = raw
        for level in (300, Period.HOUR, Period.DAY, Period.MONTH):
            if raw:
                span = raw[0].time_ms - 5 * 86_400_000, raw[-1].time_ms + 86_400_000
            else:
                span = 1_600_000_000_000, 1_600_000_000_001
            first_ms, end_ms = span
            if level == 300:
                first_ms = max(first_ms, end_ms - 30 * 86_400_000)
            buckets = await history.buckets(meter_id, channel, first_ms, end_ms, level)
            if buckets:
                known[f"{channel} {level}"] = buckets
        value = latest.get(channel)
        if value is not None:
            known[f"{channel} latest"] = value
    rows = await history.ask(
        lambda queries: queries.connection.execute(
            "SELECT name, first_ms, last_ms, last_value, register_wh - owed_wh,"
            " (SELECT count(*) FROM rollup_5min WHERE rollup_5min.channel_id ="
            " channel.channel_id), (SELECT count(*) FROM rollup WHERE"
            " rollup.channel_id = channel.channel_id) FROM channel"
            " WHERE meter_id = ? AND first_ms IS NOT NULL",
            (meter_id,),
        ).fetchall()
    )
    known |= {f"{name} state": state for name, *state in rows}
    return known
