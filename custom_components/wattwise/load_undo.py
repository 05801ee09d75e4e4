"""Taking back what a file brought, which goes on when nobody watches and after a restart."""

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .history.errors import HistoryError
from .history.loads.records import Load, leaving, loads_of
from .history.loads.taking_back import begin_taking_back, take_back
from .history.questions.queries import Queries
from .history.writer import Transaction
from .household import WattWiseConfigEntry
from .meter import Meter
from .metering.profile import MeterProfile
from .published_statistics import async_publish, note_taken_away

# Live readings are booked between two steps.
_PAUSE_S: Final = 0.02

_DATA: HassKey[dict[int, RunningUndo]] = HassKey(f"{DOMAIN}_load_undos")


@dataclass(slots=True)
class RunningUndo:
    """A load that is being taken back: how far that is, and how it ended."""

    meter: str
    load: Load
    removed: int = 0
    error: Exception | None = None
    """A HistoryError, unless something unexpected went wrong."""
    task: asyncio.Task[None] | None = None

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return min(1.0, self.removed / self.load.count)

    @property
    def is_running(self) -> bool:
        """Whether it goes on."""
        return self.task is not None and not self.task.done()

    @property
    def was_stopped(self) -> bool:
        """Whether it was ended with its household; it goes on with it."""
        return self.task is not None and self.task.cancelled()


async def async_loads(meters: list[Meter]) -> list[Load]:
    """Return what can be taken back from these meters, newest first.

    Raises HistoryError.
    """
    if not meters:
        return []
    meter_ids = [meter.profile.meter_id for meter in meters]
    return await meters[0].history.ask(
        lambda queries: loads_of(queries.connection, meter_ids)
    )


@callback
def async_start_undo(
    hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter, load: Load
) -> RunningUndo:
    """Begin to take a load back, unless that is being done."""
    running = hass.data.setdefault(_DATA, {})
    if (undo := running.get(load.load_id)) and undo.is_running:
        return undo
    undo = running[load.load_id] = RunningUndo(meter.name, load)
    task = undo.task = entry.async_create_background_task(
        hass, _async_undo(hass, entry, meter, undo), f"{DOMAIN} takes {load.file} back"
    )

    def stop() -> None:
        task.cancel()

    # Before the history is closed, not after.
    entry.runtime_data.stop_sources.append(stop)
    task.add_done_callback(lambda _: running.pop(load.load_id, None))
    return undo


@callback
def async_go_on_undoing(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Take back the rest of what was being taken back when Home Assistant ended."""
    meters = list(entry.runtime_data.meters.values())

    async def go_on() -> None:
        try:
            for meter in meters:
                meter_id = meter.profile.meter_id
                begun = await meter.history.ask(partial(_leaving, meter_id))
                for load in await async_loads([meter]) if begun else ():
                    if load.load_id in begun:
                        async_start_undo(hass, entry, meter, load)
        except HistoryError as err:
            LOGGER.warning("Files that were being taken back stay for now: %s", err)

    entry.async_create_background_task(
        hass, go_on(), f"{DOMAIN} unfinished undos", eager_start=False
    )


def _leaving(meter_id: str, queries: Queries) -> list[int]:
    return leaving(queries.connection, meter_id)


def _take_back(transaction: Transaction, load_id: int, profile: MeterProfile) -> int:
    """Take the next readings back; note at the end that less is to be shown."""
    removed = take_back(transaction, load_id, profile)
    if removed < 0:
        note_taken_away(transaction, profile.meter_id)
    return removed


async def _async_undo(
    hass: HomeAssistant, entry: WattWiseConfigEntry, meter: Meter, undo: RunningUndo
) -> None:
    history, load_id = meter.history, undo.load.load_id
    step = partial(_take_back, load_id=load_id, profile=meter.profile)
    try:
        await history.run(partial(begin_taking_back, load_id=load_id))
        while (removed := await history.run(step)) >= 0:
            undo.removed += removed
            await asyncio.sleep(_PAUSE_S)
        await history.refresh_rollups()
        await meter.coordinator.async_look_again()
    except HistoryError as err:
        LOGGER.warning("%s could not be taken back: %s", undo.load.file, err)
        undo.error = err
        return
    except Exception as err:  # noqa: BLE001  (logged, and told to those who wait)
        LOGGER.exception("%s could not be taken back", undo.load.file)
        undo.error = err
        return
    entry.runtime_data.async_past_grew()
    # The recorder may be busy for minutes: nobody is to wait for it.
    entry.async_create_background_task(
        hass,
        async_publish(hass, meter, again=True),
        f"{DOMAIN} shows that {undo.load.file} was taken back",
    )
