"""The first start of the demo home, from an empty folder to its dashboard."""

import asyncio
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from wattwise_dev.home_assistant import HomeAssistant

from .commissioning import add_plug_meter, add_push_meter, set_up_household
from .household import PAST
from .live import Live
from .memory import KnownHome, KnownMeter
from .past import PastOfMeter, load_past, write_past
from .plan import METERS, SEED, DemoMeter, Transport
from .progress import Progress

# Where WattWise may read files.
_PAST_FOLDER: Final = "wattwise"


async def set_up(
    home: HomeAssistant, live: Live, began: datetime, progress: Progress
) -> KnownHome:
    """Make a new home whose meters report from `began` on, and know their past."""
    progress.say(f"Simulating {PAST.days} days of the household ...")
    writing = asyncio.create_task(
        asyncio.to_thread(_write_past, home.config_dir, live, began)
    )
    progress.say(f"Starting Home Assistant on {home.url} ...")
    await home.start()
    progress.say("Creating the demo user ...")
    await home.onboard()
    progress.say("Setting up WattWise through its config flow ...")
    entry_id = await set_up_household(home)
    meters: dict[str, KnownMeter] = {}
    for meter in METERS:
        progress.say(f"Adding the meter {meter.name}: {_described(meter)} ...")
        meters[meter.key] = await _add(home, live, entry_id, meter)
    past = await writing
    for meter in METERS:
        progress.say(f"Loading the past of {meter.name} ...")
        await load_past(home.client, meters[meter.key].device_id, past[meter.key])
    return KnownHome(entry_id, began, meters)


def _write_past(
    config_dir: Path, live: Live, began: datetime
) -> dict[str, PastOfMeter]:
    return write_past(
        config_dir / _PAST_FOLDER,
        live.household,
        SEED,
        tuple(meter.key for meter in METERS),
        began - PAST,
        began,
    )


async def _add(
    home: HomeAssistant, live: Live, entry_id: str, meter: DemoMeter
) -> KnownMeter:
    """Add a meter; one that pushes does so until it is added."""
    if meter.transport is Transport.ENTITIES:
        return await add_plug_meter(home, entry_id, meter)
    known = await add_push_meter(home, entry_id, meter, partial(live.push, meter.key))
    await live.silence(meter.key)
    return known


def _described(meter: DemoMeter) -> str:
    if meter.transport is Transport.PUSH:
        return "it pushes over HTTP"
    return "made of sensors of Home Assistant"
