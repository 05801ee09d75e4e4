"""A new meter's past: what Home Assistant's statistics know of its sensors.

Month by month, in the background, behind everything else. Only hours from before the
meter's own readings are loaded, and only those of which the history knows nothing: it
may be interrupted, and done again, as often as one likes.
"""

import asyncio
from collections.abc import Callable, Iterable
import time
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from ..const import (
    CONF_ENTITIES,
    DOMAIN,
    LOGGER,
)
from ..history.errors import HistoryError
from ..history.periods.calendar import HOUR_MS, Period
from ..history.recorder_statistics import StatisticsUnavailableError, async_has_recorder
from ..household import WattWiseConfigEntry
from ..meter import Meter
from ..metering.plausibility import EARLIEST_MS
from ..metering.quantity import Channel
from .back_fill_channel import ChannelBackFill
from .back_fill_notice import BackFillNotice
from .back_fill_progress import (
    BackFillRecords,
    ChannelProgress,
    MeterProgress,
    async_back_fill_records,
)

# Between two months, in which others get their turn.
_PAUSE_S: Final = 0.2

_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_back_fill_lock")

type Step = Callable[[int, float], None]
"""Is told the month [ms] that is being loaded, and which part of the work is done."""


@callback
def async_start_back_fill(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Load what is missing of the meters' past once Home Assistant has started."""
    if not async_has_recorder(hass):
        return

    async def async_load_all() -> None:
        for meter in entry.runtime_data.meters.values():
            try:
                await _async_go_on(hass, meter)
            except (HistoryError, StatisticsUnavailableError) as err:
                # The next start goes on where this one stopped.
                LOGGER.warning(
                    "The past of %s is not complete yet: %s", meter.name, err
                )

    @callback
    def async_start(_hass: HomeAssistant) -> None:
        entry.async_create_background_task(
            hass, async_load_all(), f"{DOMAIN} back-fill", eager_start=False
        )

    entry.async_on_unload(async_at_started(hass, async_start))


async def async_back_fill(hass: HomeAssistant, meter: Meter) -> MeterProgress:
    """Load a meter's past, from its beginning; return what became of it.

    Raises HistoryError and StatisticsUnavailableError.
    """
    records = await async_back_fill_records(hass)
    async with _lock(hass):
        progress = await _async_expected(meter, records)
        for channel, known in list(progress.items()):
            progress[channel] = known.anew(known.sensor)
        await _async_load(hass, meter, records, _ignore_step)
        return progress


async def async_forget_back_fill(hass: HomeAssistant, meter_ids: Iterable[str]) -> None:
    """Forget meters whose history is deleted: they may be loaded once more."""
    records = await async_back_fill_records(hass)
    for meter_id in meter_ids:
        records.forget(meter_id)


async def _async_go_on(hass: HomeAssistant, meter: Meter) -> None:
    """Load what is not loaded yet, and tell the user about it."""
    if not (sensors := meter.source_entities()):
        return
    records = await async_back_fill_records(hass)
    async with _lock(hass):
        progress = await _async_expected(meter, records)
        due = {c: progress[c] for c in sensors if not progress[c].done}
        if not due:
            return
        async with BackFillNotice(hass, meter) as notice:
            await _async_load(hass, meter, records, notice.show)
            notice.finish(due)


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    """Return what lets one meter after the other be loaded."""
    return hass.data.setdefault(_LOCK, asyncio.Lock())


async def _async_expected(meter: Meter, records: BackFillRecords) -> MeterProgress:
    """Return the progress of a meter with exactly the sensors it is made of now."""
    progress = records.of(meter.profile.meter_id)
    sensors = meter.subentry.data.get(CONF_ENTITIES, {})
    for channel in progress.keys() - {Channel(name) for name in sensors}:
        del progress[channel]
    for name, sensor in sensors.items():
        channel, added_as = Channel(name), meter.subentry.subentry_id
        known = progress.get(channel)
        if known and known.added_as is None:
            # Noted by a version that did not ask for it: no meter was added again.
            known.added_as = added_as
        if known is None:
            since = await _async_own_since(meter, channel)
            progress[channel] = ChannelProgress(sensor, since, added_as)
        elif known.added_as != added_as:
            # What was told while it was not there is missing.
            progress[channel] = ChannelProgress(
                sensor, _this_hour_ms(), added_as, first_own_ms=known.began_ms
            )
        elif known.sensor != sensor:
            progress[channel] = known.anew(sensor)
    records.save_soon()
    return progress


async def _async_own_since(meter: Meter, channel: Channel) -> int:
    """Return the hour from which on the history has readings of a channel."""
    history, meter_id = meter.history, meter.profile.meter_id
    now_ms = _now_ms()
    months = await history.buckets(meter_id, channel, EARLIEST_MS, now_ms, Period.MONTH)
    first_ms = now_ms
    if months:
        span = months[0].start_ms, months[0].end_ms
        found = await history.buckets(meter_id, channel, *span, Period.HOUR)
        first_ms = min((hour.start_ms for hour in found), default=now_ms)
    return first_ms // HOUR_MS * HOUR_MS


async def _async_load(
    hass: HomeAssistant, meter: Meter, records: BackFillRecords, step: Step
) -> None:
    """Load all channels of a meter that are not done."""
    # The meter's first own reading ends the last hour of its past.
    await meter.history.flush()
    progress = records.of(meter.profile.meter_id)
    loaders = []
    for channel, entity_id in meter.source_entities().items():
        if not progress[channel].done:
            loader = ChannelBackFill(hass, meter, channel, entity_id, progress[channel])
            loaders.append((loader, await loader.async_months()))
    total = sum(len(months) for _, months in loaders)
    loaded = 0
    for loader, months in loaders:
        for start_ms, end_ms in months:
            step(start_ms, loaded / total)
            await loader.async_load(start_ms, end_ms)
            records.save_soon()
            loaded += 1
            await asyncio.sleep(_PAUSE_S)
        loader.finish()
        records.save_soon()
    if loaded:
        await meter.coordinator.async_refresh()


def _ignore_step(_month_ms: int, _part: float) -> None:
    """Tell nobody."""


def _this_hour_ms() -> int:
    return _now_ms() // HOUR_MS * HOUR_MS


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
