"""The Home Assistant of a replay: one household, and a meter over each transport."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from wattwise_dev.home_assistant import (
    AbortError,
    FlowError,
    HomeAssistant,
    open_discovered_flow,
)
from wattwise_dev.mqtt.broker import HOST

from .plan import CONTRACTED_POWER_KW

_DOMAIN: Final = "wattwise"
_HOUSEHOLD: Final[dict[str, Any]] = {
    "name": "Replay",
    "country": "DE",
    "currency": "EUR",
    "nominal_voltage": "230",
    "phases": "1",
    "contracted_power": CONTRACTED_POWER_KW,
    "tariff": "none",
}
# The contract limits only what the grid supplies.
_ROLE: Final = "grid"
_PATIENCE_S: Final = 60.0
_POLL_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter of the household."""

    name: str
    meter_id: str
    device_id: str
    """Of the device its entities stand on."""


async def set_up_household(home: HomeAssistant) -> str:
    """Set up a household with the largest contract; return its config entry."""
    flow = await home.begin_config_flow(_DOMAIN)
    while not flow.step.is_done:
        await flow.submit(**_HOUSEHOLD)
    entry_id: str = flow.step.raw["result"]["entry_id"]
    return entry_id


async def connect_to_broker(home: HomeAssistant, port: int) -> None:
    """Set up Home Assistant's own MQTT integration."""
    flow = await home.begin_config_flow("mqtt")
    await flow.submit(broker=HOST, port=port, set_client_cert=False, set_ca_cert="off")


async def connect_to_node(home: HomeAssistant, port: int) -> None:
    """Set up Home Assistant's own ESPHome integration."""
    flow = await home.begin_config_flow("esphome")
    await flow.submit(host=HOST, port=port)


async def add_discovered(
    home: HomeAssistant, household: str, identity: str, name: str
) -> Meter:
    """Add the meter whose card has this identity; wait for the card."""

    async def card() -> dict[str, Any] | None:
        for flow in await home.command("config_entries/flow/progress"):
            if flow["handler"] == _DOMAIN and flow["context"]["unique_id"] == identity:
                return dict(flow)
        return None

    found = await _until(card, f"a card of {identity}")
    flow = await open_discovered_flow(home.client, found["flow_id"])
    answers = {"household": household, "name": name, "role": _ROLE}
    try:
        while True:
            await flow.submit(**(flow.step.suggestions | answers))
    except AbortError as end:
        if end.reason != "meter_added":
            raise
    return await _meter_named(home, household, name)


async def add_pushing(
    home: HomeAssistant, household: str, name: str
) -> tuple[Meter, str]:
    """Add a meter that pushes; return it and its key."""
    flow = await home.begin_subentry_flow(household, "meter")
    await flow.choose("push")
    key = ""
    while not flow.step.is_done:
        key = key or flow.step.placeholders.get("key", "")
        await flow.submit(
            name=name,
            role=_ROLE,
            interval=10,
            finish_without_reading=True,
            energy_kind="counter",
        )
    return await _meter_named(home, household, name), key


async def until_connected(home: HomeAssistant, meter: Meter) -> None:
    """Wait until Home Assistant shows that a meter reports."""

    async def connected() -> bool | None:
        entity = await _connected_entity(home, meter.meter_id)
        states = await home.client.states()
        return (entity and states[entity["entity_id"]]["state"] == "on") or None

    await _until(connected, f"a reading of {meter.name}")


async def _meter_named(home: HomeAssistant, household: str, name: str) -> Meter:
    subentries = await home.command(
        "config_entries/subentries/list", entry_id=household
    )
    meter_ids = [str(m["unique_id"]) for m in subentries if m["title"] == name]
    if not meter_ids:
        raise FlowError(f"{name} was not added")

    async def entity() -> dict[str, Any] | None:
        return await _connected_entity(home, meter_ids[0])

    found = await _until(entity, f"entities of {name}")
    return Meter(name, meter_ids[0], found["device_id"])


async def _connected_entity(
    home: HomeAssistant, meter_id: str
) -> dict[str, Any] | None:
    """Return the entity that every meter has."""
    for entity in await home.command("config/entity_registry/list"):
        if entity["unique_id"] == f"{meter_id}_connected":
            return dict(entity)
    return None


async def _until[T](ask: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Return the first answer there is; raises TimeoutError."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            while (answer := await ask()) is None:  # noqa: ASYNC110  (a server is asked)
                await asyncio.sleep(_POLL_S)
            return answer
    except TimeoutError:
        raise TimeoutError(f"There was no {what} within {_PATIENCE_S:.0f} s") from None
