"""Sets the household and its meters up, through WattWise's own flows."""

import asyncio
from collections.abc import Callable
import time
from typing import Any, Final

from wattwise_dev.home_assistant import (
    AbortError,
    Flow,
    FlowError,
    FormError,
    HomeAssistant,
)

from .database import DATABASE, PASSWORD, USER, DemoDatabase
from .plan import HOUSEHOLD_ANSWERS, INTERVAL_S, PROFILE_ANSWERS, DemoMeter

_DOMAIN: Final = "wattwise"
_METER: Final = "meter"
_FIRST_READING_TIMEOUT_S: Final = 30.0
_POLL_S: Final = 0.2
# A card ends so when its meter stands in a household.
_ADDED: Final = "meter_added"

type Connect = Callable[[str], None]
"""Makes a meter push with a key."""


async def set_up_household(home: HomeAssistant) -> str:
    """Set the household up and return the id of its config entry."""
    flow = await home.begin_config_flow(_DOMAIN)
    while not flow.step.is_done:
        await flow.submit(**HOUSEHOLD_ANSWERS, **PROFILE_ANSWERS)
    entry_id: str = flow.step.raw["result"]["entry_id"]
    return entry_id


async def add_from_card(flow: Flow, entry_id: str, meter: DemoMeter) -> None:
    """Confirm the card of a device that was discovered."""
    try:
        await _fill_in(flow, meter, household=entry_id)
    except AbortError as end:
        if end.reason != _ADDED:
            raise


async def add_by_address(
    home: HomeAssistant, entry_id: str, meter: DemoMeter, address: str
) -> None:
    """Add a meter that is asked over HTTP, by `host:port`."""
    flow = await home.begin_subentry_flow(entry_id, _METER)
    await flow.choose("http")
    await _fill_in(flow, meter, host=address)


async def add_sensors(
    home: HomeAssistant, entry_id: str, meter: DemoMeter, **sensors: str
) -> None:
    """Add a meter made of sensors of Home Assistant, by channel."""
    flow = await home.begin_subentry_flow(entry_id, _METER)
    await flow.choose("entities")
    await _fill_in(flow, meter, suggestion="none", **sensors)


async def add_push_meter(
    home: HomeAssistant, entry_id: str, meter: DemoMeter, connect: Connect
) -> str:
    """Add a meter that pushes, as soon as the flow shows its key; return the key."""
    flow = await home.begin_subentry_flow(entry_id, _METER)
    await flow.choose("push")
    answers: dict[str, Any] = {
        "interval": INTERVAL_S,
        "energy_kind": "counter",
        "finish_without_reading": False,
    }
    while not (key := flow.step.placeholders.get("key", "")):
        await flow.submit(name=meter.name, role=meter.role, **answers)
    connect(key)
    await _fill_in(flow, meter, **answers)
    return key


async def set_up_export(
    home: HomeAssistant, entry_id: str, database: DemoDatabase
) -> None:
    """Let WattWise write to an InfluxDB as well, through the household's options."""
    flow = await home.begin_options_flow(entry_id)
    await flow.choose("influx")
    if flow.step.options:
        # It knows one already.
        await flow.choose("influx_server")
    await flow.submit(url=database.url, verify_ssl=True)
    await flow.submit(database=DATABASE, username=USER, password=PASSWORD)
    if not flow.step.is_done:
        raise FlowError(f"The export is not set up: {flow.step}")


async def _fill_in(flow: Flow, meter: DemoMeter, **answers: Any) -> None:
    """Go through a flow with what its forms suggest, except for these answers.

    A form is shown again for some time until the first reading has arrived.
    """
    deadline = time.monotonic() + _FIRST_READING_TIMEOUT_S
    answers |= {"name": meter.name, "role": meter.role}
    while not flow.step.is_done:
        try:
            await flow.submit(**flow.step.suggestions | answers)
        except FormError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(_POLL_S)
