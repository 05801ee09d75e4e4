"""A node that announces itself, and the Home Assistant that hears it.

Runs in a network namespace of its own, so that nobody else hears the announcement:
Home Assistant does not listen to announcements on 127.0.0.1. Prints as JSON what was
proposed, and what became of it.
"""

import asyncio
import json
from pathlib import Path
import socket
import subprocess
import sys
from typing import Any

from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from wattwise_dev.demo.plan import HOUSEHOLD_ANSWERS
from wattwise_dev.esphome.host_program import IDENTITY, RunningMeter
from wattwise_dev.esphome.modbus_meter import Measured, ModbusMeter, pzem004t_v3
from wattwise_dev.home_assistant import (
    Flow,
    FormError,
    HomeAssistant,
    free_port,
    open_discovered_flow,
)

ADDRESS = "10.77.0.1"
NETWORK = (
    "ip link set lo up multicast on",
    f"ip address add {ADDRESS}/24 dev lo",
    "ip route add 224.0.0.0/4 dev lo",
)
_PATIENCE_S = 60.0


def connect() -> None:
    """Give the namespace a network in which announcements are heard."""
    for command in NETWORK:
        subprocess.run(command.split(), check=True)  # noqa: S603


async def main(folder: Path, program: Path) -> None:
    """Announce a node, and add what is proposed to a home without any household."""
    with ModbusMeter(1, pzem004t_v3) as meter:
        meter.measured = Measured(power=412.3, energy_import=1234.567)
        with RunningMeter(program, folder / "node", meter.line, free_port()) as node:
            async with HomeAssistant(
                folder / "home", free_port(), extra_configuration="zeroconf:\n"
            ) as home:
                await home.onboard()
                announcer = await announce(node.api_port)
                try:
                    json.dump(await add_what_is_proposed(home), sys.stdout)
                finally:
                    await announcer.async_close()


async def announce(port: int) -> AsyncZeroconf:
    """Announce the node as its firmware does on a chip."""
    announcer = AsyncZeroconf(interfaces=[ADDRESS])
    await announcer.async_register_service(
        AsyncServiceInfo(
            "_esphomelib._tcp.local.",
            f"wattwise-{IDENTITY[6:]}._esphomelib._tcp.local.",
            addresses=[socket.inet_aton(ADDRESS)],
            port=port,
            server=f"wattwise-{IDENTITY[6:]}.local.",
            properties={
                "mac": IDENTITY,
                "friendly_name": "Pump",
                "version": "2026.10.0",
                "platform": "ESP32",
                "board": "esp32dev",
                "network": "wifi",
                "project_name": "wattwise.pzem004t_v3",
                "project_version": "1.0.0",
            },
        )
    )
    return announcer


async def add_what_is_proposed(home: HomeAssistant) -> dict[str, Any]:
    """Go through the cards of ESPHome and of WattWise, in this order."""
    async with asyncio.timeout(_PATIENCE_S):
        cards = await both(home)
        await (await opened(home, cards["esphome"])).submit()
        own = await opened(home, cards["wattwise"])
        while not own.step.is_done:
            answers = HOUSEHOLD_ANSWERS | own.step.suggestions | {"role": "grid"}
            try:
                await own.submit(**answers)
            except FormError:
                # ESPHome is only now learning what the node has.
                if own.step.step_id != "esphome_first":
                    raise
                await asyncio.sleep(0.2)
        entry_id = own.step.raw["result"]["entry_id"]
        return {
            "proposed": {
                handler: (card["context"]["source"], card["context"]["unique_id"])
                for handler, card in cards.items()
            },
            "meters": [
                meter["title"]
                for meter in await home.command(
                    "config_entries/subentries/list", entry_id=entry_id
                )
            ],
            "left": list(await proposals(home)),
        }


async def proposals(home: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Return the cards of ESPHome and of WattWise."""
    flows = await home.command("config_entries/flow/progress")
    return {
        flow["handler"]: flow
        for flow in flows
        if flow["handler"] in {"esphome", "wattwise"}
    }


async def both(home: HomeAssistant) -> dict[str, dict[str, Any]]:
    """Wait until both propose the node, and return their cards."""
    while True:
        cards = await proposals(home)
        if len(cards) == 2:
            return cards
        await asyncio.sleep(0.2)


async def opened(home: HomeAssistant, card: dict[str, Any]) -> Flow:
    """Return the flow of a card."""
    return await open_discovered_flow(home.client, card["flow_id"])


if __name__ == "__main__":
    connect()
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
