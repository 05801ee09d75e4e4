"""A meter that was just added: its ids, once its household works with it."""

import asyncio
import time
from typing import Final

from wattwise_dev.home_assistant import FlowError, HomeAssistant

from .plan import DemoMeter

# The household is loaded anew with each meter.
_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.2


async def added_meter(
    home: HomeAssistant, entry_id: str, meter: DemoMeter
) -> tuple[str, str]:
    """Wait until the household works with a meter; return its subentry's and device's ids.

    Raises FlowError where that takes too long.
    """
    subentry_id = await _subentry_of(home, entry_id, meter)
    device_id = await _device_of(home, subentry_id, meter)
    await _until_loaded(home, entry_id)
    return subentry_id, device_id


async def _subentry_of(home: HomeAssistant, entry_id: str, meter: DemoMeter) -> str:
    """Return the id of a meter that was just added."""
    subentries = await home.command("config_entries/subentries/list", entry_id=entry_id)
    for subentry in subentries:
        if subentry["title"] == meter.name:
            subentry_id: str = subentry["subentry_id"]
            return subentry_id
    raise FlowError(f"{meter.name} was added but is not among {subentries}")


async def _device_of(home: HomeAssistant, subentry_id: str, meter: DemoMeter) -> str:
    """Wait until the meter's entities stand on a device, and return its id."""
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        for entity in await home.command("config/entity_registry/list"):
            if entity["config_subentry_id"] == subentry_id and entity["device_id"]:
                device_id: str = entity["device_id"]
                return device_id
        await asyncio.sleep(_POLL_S)
    raise FlowError(f"{meter.name} was added but has no device")


async def _until_loaded(home: HomeAssistant, entry_id: str) -> None:
    """Wait until the household works: its devices are there a little before that."""
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        answer = await home.command("config_entries/get_single", entry_id=entry_id)
        if answer["config_entry"]["state"] == "loaded":
            return
        await asyncio.sleep(_POLL_S)
    raise FlowError("the household was not loaded again")
