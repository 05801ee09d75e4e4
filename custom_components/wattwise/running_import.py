"""Imports of uploaded files, which go on when nobody watches them."""

import asyncio
from dataclasses import dataclass
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .file_import import ImportResult, async_load
from .history.errors import HistoryError
from .history.files.errors import FileError
from .history.files.layout import Layout
from .household import WattWiseConfigEntry
from .meter import Meter
from .metering.profile import EnergyKind
from .uploaded_file import UploadedFile

_WATCH_SECONDS: Final = 1.0


@dataclass(slots=True)
class RunningImport:
    """An import of a household: how far it is, and how it ended."""

    meter: str
    file: str
    share: float = 0.0
    """How much of the file was read, from 0 to 1."""
    result: ImportResult | None = None
    error: Exception | None = None
    task: asyncio.Task[None] | None = None

    @property
    def percent(self) -> int:
        """How much of the file was read [%]."""
        return int(self.share * 100)

    @property
    def is_running(self) -> bool:
        """Whether the import goes on."""
        return self.task is not None and not self.task.done()

    @property
    def was_stopped(self) -> bool:
        """Whether it was ended with its household, before the end of the file."""
        return self.task is not None and self.task.cancelled()

    async def async_watch(self) -> None:
        """Return when the import has ended, or there is another percentage to show."""
        shown = self.percent
        while self.task and self.is_running and self.percent == shown:
            await asyncio.wait([self.task], timeout=_WATCH_SECONDS)


_DATA: HassKey[dict[str, RunningImport]] = HassKey(f"{DOMAIN}_file_imports")


@callback
def async_get_import(
    hass: HomeAssistant, entry: WattWiseConfigEntry
) -> RunningImport | None:
    """Return the import of a household that runs, or whose end nobody saw yet."""
    return hass.data.get(_DATA, {}).get(entry.entry_id)


@callback
def async_forget_import(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Make room for another import once the end of this one was seen."""
    hass.data.get(_DATA, {}).pop(entry.entry_id, None)


@callback
def async_start_import(
    hass: HomeAssistant,
    entry: WattWiseConfigEntry,
    meter: Meter,
    file: UploadedFile,
    layout: Layout,
    kind: EnergyKind,
) -> RunningImport:
    """Begin to load a file, which is discarded when all is done.

    The import ends with the household, or when Home Assistant stops.
    """
    running = RunningImport(meter.name, file.name)
    task = running.task = entry.async_create_background_task(
        hass,
        _async_import(hass, running, meter, file, layout, kind),
        f"{DOMAIN} import of {file.name}",
    )

    def stop() -> None:
        task.cancel()

    # Before the history is closed, not after.
    entry.runtime_data.stop_sources.append(stop)
    hass.data.setdefault(_DATA, {})[entry.entry_id] = running
    return running


async def _async_import(
    hass: HomeAssistant,
    running: RunningImport,
    meter: Meter,
    file: UploadedFile,
    layout: Layout,
    kind: EnergyKind,
) -> None:
    def note_progress(share: float) -> None:
        running.share = share

    def note_result(result: ImportResult) -> None:
        running.result = result

    try:
        await async_load(
            hass, meter, file.path, layout, kind, note_progress, note_result
        )
    except (FileError, OSError, HistoryError) as err:
        LOGGER.warning("%s could not be imported: %r", file.name, err)
        running.error = err
    finally:
        file.async_discard()
