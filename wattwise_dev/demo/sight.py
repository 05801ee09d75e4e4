"""Looks whether the demo home is alive."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
import math
import time
from typing import Any, Final

from wattwise_dev.home_assistant import Client, HomeAssistant

from .entities import Entities
from .plan import AIR_CONDITIONER, GRID, METERS, SOLAR, WATER_HEATER
from .progress import Progress

_TIMEOUT_S: Final = 60.0
_POLL_S: Final = 0.5

# What a person expects to see in this home, by meter; None is the household.
_EXPECTED: Final[dict[str | None, tuple[str, ...]]] = {
    None: (
        "consumption_power",
        "production_power",
        "consumption_today",
        "production_today",
        "cost_today",
        "untracked_power",
        "self_sufficiency_today",
        "connection_load",
    ),
    GRID.key: (
        "power",
        "energy_import",
        "energy_export",
        "energy_import_today",
        "voltage_l1",
        "voltage_l2",
        "voltage_l3",
        "frequency",
        "connected",
    ),
    SOLAR.key: ("power", "energy_export", "energy_export_today", "connected"),
    WATER_HEATER.key: ("power", "energy_import", "energy_import_today", "connected"),
    AIR_CONDITIONER.key: ("power", "energy_import", "energy_import_today", "connected"),
}
# Momentary values are there while they are fresh, sums as long as they are known.
_FIRST: Final = "grid.power"
_GROWING: Final = "household.consumption_today"


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen of the home; times are seconds since the demo began."""

    seconds_to_first_reading: float | None
    seconds: float
    """Until everything was there, or the wait was given up."""
    entities: Mapping[str, float | str]
    """The states by meter and key, as `grid.power`."""
    missing: tuple[str, ...]
    """What has no live value, or no entity."""


async def versions_of(home: HomeAssistant) -> dict[str, str]:
    """Return the versions of what runs."""
    config = await home.rest("GET", "/api/config")
    manifest = await home.command("manifest/get", integration="wattwise")
    return {"home_assistant": config["version"], "wattwise": manifest["version"]}


async def look(
    client: Client, entities: Entities, progress: Progress, *, until_growing: bool
) -> Sight:
    """Wait until everything expected is live and, if asked, today's energy grows."""
    deadline = time.monotonic() + _TIMEOUT_S
    first_reading_s: float | None = None
    first_today: float | None = None
    while True:
        values, missing = _judge(await client.states(), entities)
        if first_reading_s is None and isinstance(values.get(_FIRST), float):
            first_reading_s = round(progress.seconds, 1)
        today = values.get(_GROWING)
        if until_growing and isinstance(today, float):
            # At midnight it begins anew.
            first_today = today if first_today is None else min(first_today, today)
            if today <= first_today:
                missing.append(f"{_GROWING} does not grow from {first_today}")
        if not missing or time.monotonic() > deadline:
            seconds = round(progress.seconds, 1)
            return Sight(first_reading_s, seconds, values, tuple(missing))
        await _refresh_sums(client, entities)
        await asyncio.sleep(_POLL_S)


def _judge(
    states: Mapping[str, Mapping[str, Any]], entities: Entities
) -> tuple[dict[str, float | str], list[str]]:
    values: dict[str, float | str] = {}
    missing: list[str] = []
    for meter, keys in _EXPECTED.items():
        for key in keys:
            name = _name(meter, key)
            entity = (
                entities.household(key) if meter is None else entities.meter(meter, key)
            )
            if entity is None:
                missing.append(f"{name} has no entity")
                continue
            state = str(states[entity]["state"]) if entity in states else "missing"
            if key == "connected":
                values[name] = state
                live = state == "on"
            else:
                number = _number(state)
                live = number is not None
                values[name] = state if number is None else number
            if not live:
                missing.append(f"{name} is {state}")
    return values, missing


async def _refresh_sums(client: Client, entities: Entities) -> None:
    """Ask for the sums of the day now: by itself it happens twice in a minute."""
    sums = [
        entity
        for meter in METERS
        for key in ("energy_import_today", "energy_export_today")
        if (entity := entities.meter(meter.key, key))
    ]
    await client.action("homeassistant", "update_entity", entity_id=sums)


def _number(state: str) -> float | None:
    try:
        number = float(state)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _name(meter: str | None, key: str) -> str:
    return f"{meter or 'household'}.{key}"
