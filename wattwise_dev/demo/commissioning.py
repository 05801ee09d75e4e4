"""Sets the household and its meters up, through WattWise's own flows."""

import asyncio
from collections.abc import Callable
import time
from typing import Any, Final

from wattwise_dev.home_assistant import FlowError, FormError, HomeAssistant

from .memory import KnownMeter
from .plan import HOUSEHOLD_ANSWERS, INTERVAL_S, DemoMeter
from .plug import ENERGY_UNIQUE_ID, POWER_UNIQUE_ID

_DOMAIN: Final = "wattwise"
_METER: Final = "meter"
_FIRST_READING_TIMEOUT_S: Final = 30.0
# The household is loaded anew with the meter.
_DEVICE_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.2

type Connect = Callable[[str], None]
"""Makes a meter push with a key."""


async def set_up_household(home: HomeAssistant) -> str:
    """Set the household up and return the id of its config entry."""
    flow = await home.begin_config_flow(_DOMAIN)
    while not flow.step.is_done:
        await flow.submit(**HOUSEHOLD_ANSWERS)
    entry_id: str = flow.step.raw["result"]["entry_id"]
    return entry_id


async def add_push_meter(
    home: HomeAssistant, entry_id: str, meter: DemoMeter, connect: Connect
) -> KnownMeter:
    """Add a meter that pushes, as soon as the flow shows its key."""
    flow = await home.begin_subentry_flow(entry_id, _METER)
    await flow.choose("push")
    answers: dict[str, Any] = {
        "name": meter.name,
        "role": meter.role,
        "interval": INTERVAL_S,
        "energy_kind": "counter",
        "finish_without_reading": False,
    }
    key = ""
    deadline = time.monotonic() + _FIRST_READING_TIMEOUT_S
    while not flow.step.is_done:
        if not key and (key := flow.step.placeholders.get("key", "")):
            connect(key)
        try:
            await flow.submit(**answers)
        except FormError:
            # Until the first reading has arrived, the form is shown again.
            if not key or time.monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
    return await _known(home, entry_id, meter, key)


async def add_plug_meter(
    home: HomeAssistant, entry_id: str, meter: DemoMeter
) -> KnownMeter:
    """Add a meter made of the two sensors of the plug."""
    sensors = {
        entry["unique_id"]: entry["entity_id"]
        for entry in await home.command("config/entity_registry/list")
        if entry["platform"] == "template"
    }
    flow = await home.begin_subentry_flow(entry_id, _METER)
    await flow.choose("entities")
    while not flow.step.is_done:
        await flow.submit(
            suggestion="none",
            name=meter.name,
            role=meter.role,
            power=sensors[POWER_UNIQUE_ID],
            energy_import=sensors[ENERGY_UNIQUE_ID],
        )
    return await _known(home, entry_id, meter, None)


async def _known(
    home: HomeAssistant, entry_id: str, meter: DemoMeter, key: str | None
) -> KnownMeter:
    """Return the new meter with its subentry and its device."""
    subentries = await home.command("config_entries/subentries/list", entry_id=entry_id)
    for subentry in subentries:
        if subentry["title"] == meter.name:
            subentry_id = subentry["subentry_id"]
            return KnownMeter(
                subentry_id, await _device_of(home, subentry_id, meter), key
            )
    raise FlowError(f"{meter.name} was added but is not among {subentries}")


async def _device_of(home: HomeAssistant, subentry_id: str, meter: DemoMeter) -> str:
    """Wait until the meter's device stands in the registry and return its id."""
    deadline = time.monotonic() + _DEVICE_TIMEOUT_S
    while time.monotonic() < deadline:
        for device in await home.command("config/device_registry/list"):
            if device["config_subentry_id"] == subentry_id:
                device_id: str = device["id"]
                return device_id
        await asyncio.sleep(_POLL_S)
    raise FlowError(f"{meter.name} was added but has no device")
