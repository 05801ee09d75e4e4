"""Loading a file into a meter's history, in parts that live readings fit between."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from functools import partial
from pathlib import Path
import time

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .history.errors import HistoryError
from .history.files.layout import Layout
from .history.files.meter_file import Batch, MeterFile
from .history.files.overview import Overview
from .history.loads.highest_means import HighestMeans
from .history.loads.outcome import FileJoint
from .history.loads.records import begin_load, end_load, times_in_doubt
from .history.loads.rehearsal import Known, Rehearsal, known_around
from .history.loads.tally import Tally
from .history.periods.calendar import LocalCalendar
from .history.recorder_statistics import StatisticsUnavailableError
from .meter import Meter
from .metering.profile import EnergyKind, MeterProfile
from .metering.quantity import Channel, Quantity
from .published_statistics import async_publish

type ProgressListener = Callable[[float], None]

_LOADING: HassKey[set[int]] = HassKey(f"{DOMAIN}_loading")


@dataclass(slots=True)
class ImportPreview:
    """What a file holds, and what would become of its first rows.

    `is_compared` says whether what is known of their time was looked at, too. `months`
    are the sums or means of what would be added; of all rows where not all were looked
    at. `joints` are those of a counter that people should know of.
    """

    overview: Overview
    tally: Tally
    looked_at: int
    is_compared: bool
    months: dict[str, float]
    joints: list[FileJoint]


@dataclass(slots=True)
class ImportResult:
    """What a file held, and what became of it so far."""

    overview: Overview
    load_id: int
    """By which it can be taken back."""
    tally: Tally = field(default_factory=Tally)
    statistics: list[str] = field(default_factory=list)
    """The names under which the Energy dashboard offers its energy."""


@callback
def async_is_loading(hass: HomeAssistant, load_id: int) -> bool:
    """Whether a load is still going on."""
    return load_id in hass.data.get(_LOADING, ())


async def async_look_through(
    hass: HomeAssistant,
    meter: Meter,
    path: Path,
    layout: Layout,
    kind: EnergyKind,
    zone: tzinfo,
    on_progress: ProgressListener | None = None,
) -> ImportPreview:
    """Return what a file holds, by the months of a zone; nothing is stored.

    Raises FileError, OSError and HistoryError.
    """
    file = await hass.async_add_executor_job(MeterFile, path, layout)
    overview = Overview(layout, file.interval_s, zone)
    async for batch in _batches(hass, file, on_progress):
        await hass.async_add_executor_job(overview.add, batch)
    known = await _async_known(
        meter, layout.channel, overview.first_ms or 0, (overview.last_ms or 0) + 1
    )
    rehearsal = await hass.async_add_executor_job(
        Rehearsal, LocalCalendar(zone), known, meter.profile.meter_id, layout.channel
    )
    profile = await _async_profile(hass, meter, file, layout, kind)
    try:
        await _async_rehearse(hass, rehearsal, file, profile)
    finally:
        await hass.async_add_executor_job(rehearsal.finish)
    months = overview.months
    if known.is_whole and rehearsal.looked_at >= overview.rows:
        sums = layout.channel.quantity in {Quantity.ENERGY, Quantity.POWER}
        nothing = dict.fromkeys(months, 0.0) if sums else {}
        months = dict(sorted((nothing | rehearsal.months).items()))
    return ImportPreview(
        overview,
        rehearsal.tally,
        rehearsal.looked_at,
        known.is_whole,
        months,
        rehearsal.joints,
    )


async def _async_known(
    meter: Meter, channel: Channel, start_ms: int, end_ms: int
) -> Known:
    """Return what is known of a time, asked in parts that others can ask between."""
    history, meter_id = meter.history, meter.profile.meter_id
    known = await history.ask(
        partial(
            known_around,
            meter_id=meter_id,
            channel=channel,
            start_ms=start_ms,
            end_ms=end_ms,
        )
    )
    for channel_id, of, until_ms in known.spans(end_ms):
        async for page in history.raw(meter_id, of, start_ms, until_ms):
            known.add(channel_id, page)
            if not known.is_whole:
                return known
    return known


async def _async_profile(
    hass: HomeAssistant, meter: Meter, file: MeterFile, layout: Layout, kind: EnergyKind
) -> MeterProfile:
    """Return how the rows of a file are judged; of a counter, also where it joins on."""
    profile = replace(meter.profile, energy_kind=kind)
    if kind is not EnergyKind.COUNTER or not layout.channel.is_energy:
        return profile
    means = HighestMeans(time.time_ns() // 1_000_000)
    async for batch in _batches(hass, file, None):
        await hass.async_add_executor_job(means.add, batch.readings)
    limit = await meter.history.ask(
        partial(
            means.limit,
            profile=profile,
            channel=layout.channel,
            interval_s=file.interval_s,
        )
    )
    return replace(profile, joint_limit=limit)


async def _async_rehearse(
    hass: HomeAssistant, rehearsal: Rehearsal, file: MeterFile, profile: MeterProfile
) -> None:
    """Find out what would become of the first rows."""
    async with aclosing(_batches(hass, file, None)) as batches:
        async for batch in batches:
            as_told = replace(profile, interval_s=batch.interval_s)
            await hass.async_add_executor_job(rehearsal.book, as_told, batch)
            if rehearsal.is_over:
                break


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
    profile = await _async_profile(hass, meter, file, layout, kind)
    history = meter.history
    load_id = await history.run(
        lambda t: begin_load(t.connection, profile.meter_id, path.name)
    )
    overview = Overview(layout, file.interval_s, layout.time_zone)
    result = ImportResult(overview, load_id)
    tally = result.tally
    if on_result:
        on_result(result)
    loading = hass.data.setdefault(_LOADING, set())
    loading.add(load_id)
    try:
        async for batch in _batches(hass, file, on_progress):
            await hass.async_add_executor_job(overview.add, batch)
            receipt = await history.append(
                replace(profile, interval_s=batch.interval_s),
                batch.readings,
                batch.refused,
                live=False,
                load_id=load_id,
            )
            await hass.async_add_executor_job(tally.add, batch.readings, receipt)
    finally:
        loading.discard(load_id)
        # One that brought nothing and cannot be forgotten now is with the next start.
        with suppress(HistoryError):
            await history.run(lambda t: end_load(t.connection, load_id))
    tally.finish(
        await history.ask(
            lambda queries: times_in_doubt(
                queries.connection, profile.meter_id, layout.channel
            )
        )
    )
    await history.refresh_rollups()
    await meter.coordinator.async_refresh()
    result.statistics = await _async_publish(hass, meter, layout.channel)
    return result


async def _async_publish(
    hass: HomeAssistant, meter: Meter, channel: Channel
) -> list[str]:
    """Show Home Assistant what was loaded, which is safe whether it wants it or not.

    Returns the names of the statistics that hold energy of the file.
    """
    try:
        names = await async_publish(hass, meter)
    except StatisticsUnavailableError as err:
        LOGGER.warning("Home Assistant does not learn of a file's energy: %s", err)
        return []
    if channel.quantity is Quantity.POWER:
        return list(names.values())
    return [name for key, name in names.items() if key is channel]


async def _batches(
    hass: HomeAssistant, file: MeterFile, on_progress: ProgressListener | None
) -> AsyncGenerator[Batch]:
    batches = file.batches()
    try:
        while batch := await hass.async_add_executor_job(partial(next, batches, None)):
            yield batch
            if on_progress:
                on_progress(file.done)
    finally:
        await hass.async_add_executor_job(batches.close)
