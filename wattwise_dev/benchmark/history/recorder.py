"""What a user would have instead: Home Assistant's recorder, and nothing around it.

The real recorder in a real Home Assistant object, in this process: its thread, its
queue, its database. Only it and the sensor integration, which compiles statistics, are
set up, so that nothing else writes or wants a port.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import logging
from pathlib import Path
from typing import Final

from homeassistant import bootstrap, loader
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.config_entries import ConfigEntries
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import async_initialize_recorder, get_instance
from homeassistant.setup import async_setup_component

from ..load import MeasurementError
from .meters import TIME_ZONE

DATABASE: Final = "home-assistant_v2.db"
_POLL_S: Final = 0.02


@asynccontextmanager
async def recorder_home(folder: Path) -> AsyncIterator[HomeAssistant]:
    """Run a Home Assistant whose recorder keeps its file in `folder`.

    An event loop runs no second one: when Home Assistant stops, it takes care that no
    thread calls into its loop any more.
    """
    # It says of any custom integration in reach that it is one.
    logging.getLogger("homeassistant.loader").setLevel(logging.ERROR)
    hass = HomeAssistant(str(folder))
    loader.async_setup(hass)
    hass.config_entries = ConfigEntries(hass, {})
    await bootstrap.async_load_base_functionality(hass)
    await hass.config.async_set_time_zone(TIME_ZONE)
    async_initialize_recorder(hass)
    # What is recorded here is older than it looks to the nightly purge.
    config = {"recorder": {"auto_purge": False}}
    for component in ("recorder", "sensor"):
        if not await async_setup_component(hass, component, config):
            raise MeasurementError(f"Home Assistant did not set up its {component}")
    try:
        await hass.async_start()
        await hass.async_block_till_done()
        await until_recorded(get_instance(hass))
        yield hass
    finally:
        await hass.async_stop(force=True)


async def until_fewer_wait(recorder: Recorder, waiting: int) -> None:
    """Wait until no more than so many events wait to be recorded."""
    while recorder.backlog > waiting:  # noqa: ASYNC110  (it tells nobody)
        await asyncio.sleep(_POLL_S)


async def until_recorded(recorder: Recorder) -> None:
    """Wait until all that the recorder was told so far is done and committed."""
    done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    recorder.queue_task(SynchronizeTask(done))
    await done
