"""How the devices of the demo home come to WattWise's notice."""

import asyncio
from dataclasses import dataclass
import time
from typing import Any, Final

from wattwise_dev.home_assistant import (
    HOST,
    Flow,
    FlowError,
    HomeAssistant,
    open_discovered_flow,
)

from .devices.announcement import Announcement
from .devices.broker import MqttBroker

_DOMAIN: Final = "wattwise"
_POLL_S: Final = 0.2
# Devices announce themselves more than once, as a message may get lost.
_ANNOUNCED_EVERY_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Card:
    """What proposes a device, and is not answered yet."""

    flow: Flow
    found_by: str
    """In Home Assistant's words: `mqtt`, `zeroconf` or `integration_discovery`."""


async def connect_broker(home: HomeAssistant, broker: MqttBroker, port: int) -> None:
    """Set Home Assistant's own MQTT integration up."""
    flow = await home.begin_config_flow("mqtt")
    await flow.submit(
        broker=HOST,
        port=port,
        protocol=broker.protocol,
        set_client_cert=False,
        set_ca_cert="off",
    )


async def connect_node(home: HomeAssistant, port: int) -> None:
    """Set Home Assistant's own ESPHome integration up."""
    flow = await home.begin_config_flow("esphome")
    await flow.submit(host=HOST, port=port)


async def card_of(
    home: HomeAssistant,
    identity: str,
    timeout_s: float,
    announcement: Announcement | None = None,
) -> Card:
    """Wait for the card of a device and open it; raises FlowError if none comes.

    A device with an announcement announces itself until it is heard.
    """
    deadline = time.monotonic() + timeout_s
    announced = 0.0
    while time.monotonic() < deadline:
        if announcement and time.monotonic() - announced > _ANNOUNCED_EVERY_S:
            announcement.send()
            announced = time.monotonic()
        for card in await home.command("config_entries/flow/progress"):
            if _is_of(card, identity):
                flow = await open_discovered_flow(home.client, card["flow_id"])
                return Card(flow, card["context"]["source"])
        await asyncio.sleep(_POLL_S)
    raise FlowError(f"Nothing proposed the device {identity}")


def _is_of(card: dict[str, Any], identity: str) -> bool:
    context = card["context"]
    return bool(card["handler"] == _DOMAIN and context.get("unique_id") == identity)
