"""Loading a file into a meter's history, in parts that live readings fit between."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import partial
from pathlib import Path

from homeassistant.core import HomeAssistant

from .const import LOGGER
from .history.files.layout import Layout
from .history.files.meter_file import Batch, MeterFile
from .history.files.overview import Overview, Refusals
from .history.recorder_statistics import StatisticsUnavailableError
from .meter import Meter
from .metering.profile import EnergyKind
from .published_statistics import async_publish

type ProgressListener = Callable[[float], None]


@dataclass(slots=True)
class ImportResult:
    """What a file held, and what became of it so far.

    Held readings are safe on disk and wait for those after them to show whether they
    are true.
    """

    overview: Overview
    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    refused: Refusals = field(default_factory=Refusals)
    statistics: str | None = None
    """The names under which the Energy dashboard offers it; None if it does not."""


async def async_look_through(
    hass: HomeAssistant,
    path: Path,
    layout: Layout,
    zone: tzinfo,
    on_progress: ProgressListener | None = None,
) -> Overview:
    """Return what a file holds, by the months of a zone; nothing is stored.

    Raises FileError and OSError.
    """
    file = await hass.async_add_executor_job(MeterFile, path, layout)
    overview = Overview(layout, file.interval_s, zone)
    async for batch in _batches(hass, file, on_progress):
        await hass.async_add_executor_job(overview.add, batch)
    return overview


async def async_load(
    hass: HomeAssistant,
    meter: Meter,
    path: Path,
    layout: Layout,
    kind: EnergyKind,
    on_progress: ProgressListener | None = None,
    on_result: Callable[[ImportResult], None] | None = None,
) -> ImportResult:
    """Store what a file holds.

    `on_result` is called with the result before it begins to grow, so that it is
    known how far an import came that fails. Raises FileError, OSError and
    HistoryError.
    """
    file = await hass.async_add_executor_job(MeterFile, path, layout)
    result = ImportResult(Overview(layout, file.interval_s, layout.time_zone))
    if on_result:
        on_result(result)
    profile = replace(meter.profile, energy_kind=kind)
    async for batch in _batches(hass, file, on_progress):
        await hass.async_add_executor_job(result.overview.add, batch)
        receipt = await meter.history.append(
            replace(profile, interval_s=batch.interval_s),
            batch.readings,
            batch.refused,
            live=False,
        )
        result.refused.add(receipt.refused)
        result.accepted += receipt.accepted
        result.duplicate += receipt.duplicate
        result.held += receipt.held
    await meter.history.refresh_rollups()
    await meter.coordinator.async_refresh()
    result.statistics = await _async_publish(hass, meter)
    return result


async def _async_publish(hass: HomeAssistant, meter: Meter) -> str | None:
    """Show Home Assistant what was loaded, which is safe whether it wants it or not."""
    try:
        return await async_publish(hass, meter)
    except StatisticsUnavailableError as err:
        LOGGER.warning("Home Assistant does not learn of a file's energy: %s", err)
        return None


async def _batches(
    hass: HomeAssistant, file: MeterFile, on_progress: ProgressListener | None
) -> AsyncIterator[Batch]:
    batches = file.batches()
    while batch := await hass.async_add_executor_job(partial(next, batches, None)):
        yield batch
        if on_progress:
            on_progress(file.done)
