"""The first start of the demo home, from an empty folder to its last meter."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from wattwise_dev.esphome.host_program import IDENTITY as NODE_IDENTITY
from wattwise_dev.home_assistant import FlowError, HomeAssistant

from .added_meter import added_meter
from .commissioning import (
    add_by_address,
    add_from_card,
    add_push_meter,
    add_sensors,
    set_up_household,
)
from .devices.equipment import Equipment
from .devices.mqtt_meter import IDENTITY as MQTT_IDENTITY
from .devices.sensor_plug import ENERGY_UNIQUE_ID, POWER_UNIQUE_ID
from .discovery import card_of, connect_broker, connect_node
from .live import Live
from .memory import KnownHome, KnownMeter
from .past import PastOfMeter, load_past, write_past
from .plan import METERS, SEED, WATER_HEATER, DemoMeter, Transport
from .progress import Progress

# Where WattWise may read files.
_PAST_FOLDER: Final = "wattwise"
_BY_USER: Final = "user"
_CARD_TIMEOUT_S: Final = 30.0
# An announcement is heard at once or, where another program is in the way, never.
_ANNOUNCED_TIMEOUT_S: Final = 6.0


class FirstStart:
    """Makes a new home whose meters report, and know their past."""

    def __init__(
        self,
        home: HomeAssistant,
        equipment: Equipment,
        live: Live,
        fallbacks: Mapping[str, str],
        progress: Progress,
    ) -> None:
        """Use equipment that is switched on, and a Home Assistant that is not."""
        self._home = home
        self._equipment = equipment
        self._live = live
        self._fallbacks = dict(fallbacks)
        self._progress = progress

    async def set_up(self, began: datetime, past: timedelta) -> KnownHome:
        """Set all up; the loaded past is so long and ends at `began`."""
        home, progress = self._home, self._progress
        progress.say(f"Simulating {past.days} days of the household ...")
        writing = asyncio.create_task(
            asyncio.to_thread(_write_past, home.config_dir, self._live, began, past)
        )
        measuring = asyncio.create_task(self._live.begin(self._equipment.devices))
        progress.say(f"Starting Home Assistant on {home.url} ...")
        await home.start()
        progress.say("Creating the demo user ...")
        await home.onboard()
        progress.say("Setting up WattWise through its config flow ...")
        entry_id = await set_up_household(home)
        await measuring
        await self._connect_integrations()
        meters: dict[str, KnownMeter] = {}
        for meter in METERS:
            meters[meter.key] = await self._add(entry_id, meter)
        files = await writing
        for meter in METERS:
            progress.say(f"Loading the past of {meter.name} ...")
            await load_past(home.client, meters[meter.key].device_id, files[meter.key])
        return KnownHome(
            entry_id, began, self._equipment.wiring, meters, self._fallbacks
        )

    async def _connect_integrations(self) -> None:
        """Set up those of Home Assistant that some devices are read by."""
        broker, wiring = self._equipment.broker, self._equipment.wiring
        self._progress.say(f"Connecting MQTT (the broker is {broker.name}) ...")
        await connect_broker(self._home, broker, wiring.broker_port)
        if wiring.node_port is not None:
            self._progress.say("Connecting the ESPHome node ...")
            await connect_node(self._home, wiring.node_port)

    async def _add(self, entry_id: str, meter: DemoMeter) -> KnownMeter:
        """Add a meter the way that is planned for it, or that is possible here."""
        transport, key = meter.transport, None
        match transport:
            case Transport.MQTT:
                found_by = await self._confirm(entry_id, meter, MQTT_IDENTITY)
            case Transport.HTTP:
                found_by = await self._add_plug(entry_id, meter)
            case Transport.ESPHOME if self._equipment.wiring.node_port is not None:
                found_by = await self._confirm(entry_id, meter, NODE_IDENTITY)
            case Transport.PUSH:
                self._progress.say(f"Adding {meter.name}, which gets a key ...")
                push = partial(self._live.push, meter.key)
                key = await add_push_meter(self._home, entry_id, meter, push)
                # It goes on when its past is known.
                await self._live.silence(meter.key)
                found_by = _BY_USER
            case _:
                transport = Transport.ENTITIES
                await self._add_sensors(entry_id, meter)
                found_by = _BY_USER
        subentry_id, device_id = await added_meter(self._home, entry_id, meter)
        return KnownMeter(subentry_id, device_id, transport, found_by, key)

    async def _confirm(self, entry_id: str, meter: DemoMeter, identity: str) -> str:
        """Add the device that is proposed by itself; return what it was found by."""
        self._progress.say(f"Waiting for {meter.name} to be discovered ...")
        card = await card_of(self._home, identity, _CARD_TIMEOUT_S)
        await add_from_card(card.flow, entry_id, meter)
        return card.found_by

    async def _add_plug(self, entry_id: str, meter: DemoMeter) -> str:
        """Add the plug that is asked over HTTP; return what it was found by."""
        plug, wiring = self._equipment.plug, self._equipment.wiring
        self._progress.say(f"Announcing {meter.name} in the network ...")
        try:
            card = await card_of(
                self._home, wiring.plug_mac, _ANNOUNCED_TIMEOUT_S, plug.announcement
            )
        except FlowError:
            reason = "Home Assistant does not hear announcements on this machine"
            self._fallbacks[WATER_HEATER.key] = f"{reason}: added by its address"
            self._progress.say(f"{reason}; adding it by its address ...")
            await add_by_address(self._home, entry_id, meter, plug.address)
            return _BY_USER
        await add_from_card(card.flow, entry_id, meter)
        return card.found_by

    async def _add_sensors(self, entry_id: str, meter: DemoMeter) -> None:
        """Add the meter made of the two sensors of a plug."""
        self._progress.say(f"Adding {meter.name}, made of sensors ...")
        sensors = {
            entry["unique_id"]: entry["entity_id"]
            for entry in await self._home.command("config/entity_registry/list")
            if entry["platform"] == "template"
        }
        await add_sensors(
            self._home,
            entry_id,
            meter,
            power=sensors[POWER_UNIQUE_ID],
            energy_import=sensors[ENERGY_UNIQUE_ID],
        )


def _write_past(
    config_dir: Path, live: Live, began: datetime, past: timedelta
) -> dict[str, PastOfMeter]:
    return write_past(
        config_dir / _PAST_FOLDER,
        live.household,
        SEED,
        tuple(meter.key for meter in METERS),
        began - past,
        began,
    )
