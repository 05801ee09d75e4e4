"""Looks whether what the demo home reports arrives in its InfluxDB."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
import time
from typing import Any, Final

from homeassistant.util import slugify
from wattwise_dev.home_assistant import HomeAssistant
from wattwise_dev.influxdb.server_program import ServerFailedError

from .database import DemoDatabase
from .memory import KnownHome
from .plan import METERS

_TIMEOUT_S: Final = 120.0
_POLL_S: Final = 2.0
_MEASUREMENTS: Final = ("wattwise_reading", "wattwise_5min")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was seen in InfluxDB, and what waits for it."""

    version: str | None
    """None when it does not answer."""
    points: Mapping[str, int]
    """By measurement."""
    waiting: Mapping[str, int]
    """As the diagnostics of the household tell, which count once in a minute."""
    missing: tuple[str, ...]
    """What has not arrived."""


async def look_at_arrival(
    home: HomeAssistant, known: KnownHome, database: DemoDatabase
) -> Arrival:
    """Wait until InfluxDB has readings and roll-ups of every meter."""
    deadline = time.monotonic() + _TIMEOUT_S
    while True:
        version, missing = None, []
        counted: dict[str, dict[str, int]] = {}
        try:
            version = await database.version()
            for name in _MEASUREMENTS:
                counted[name] = await _points(database, name)
        except (OSError, HTTPException, ServerFailedError) as err:
            missing.append(f"InfluxDB does not answer: {err}")
        missing += [
            f"InfluxDB has no {measurement} of {meter.name}"
            for measurement, points in counted.items()
            for meter in METERS
            if not points.get(slugify(meter.name))
        ]
        export = await _export(home, known)
        if export.get("error"):
            missing.append(f"WattWise says of InfluxDB: {export['error']}")
        if not missing or time.monotonic() > deadline:
            return Arrival(
                version,
                {name: sum(points.values()) for name, points in counted.items()},
                export.get("waiting", {}),
                tuple(missing),
            )
        await asyncio.sleep(_POLL_S)


async def _points(database: DemoDatabase, measurement: str) -> dict[str, int]:
    """Return how many points a measurement has of each meter."""
    # Readings of counters alone may have no value, but all came after some time.
    field = "span_s" if measurement == "wattwise_reading" else "count"
    series = await database.ask(
        f'SELECT count("{field}") FROM "{measurement}" GROUP BY "meter"'  # noqa: S608
    )
    return {one["tags"]["meter"]: one["values"][0][1] for one in series}


async def _export(home: HomeAssistant, known: KnownHome) -> dict[str, Any]:
    """Return what the household's diagnostics say of the export."""
    answer = await home.rest("GET", f"/api/diagnostics/config_entry/{known.entry_id}")
    export: dict[str, Any] = answer["data"].get("export", {})
    return export
