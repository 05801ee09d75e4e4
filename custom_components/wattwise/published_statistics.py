"""Energy from files, shown to Home Assistant as statistics of their own.

What a file brings to a meter's past cannot go through the meter's entity: Home
Assistant would take it for energy that flows now. It becomes an external statistic, to
be chosen in the Energy dashboard beside the entity. It ends before the first hour that
Home Assistant knows of the meter by itself, so nothing is counted twice.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from itertools import accumulate
import time
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started
from homeassistant.util import slugify
from homeassistant.util.hass_dict import HassKey

from .choice_texts import async_choice_texts
from .const import DOMAIN, LOGGER
from .entity import meter_unique_id
from .history.errors import HistoryError
from .history.periods.bucket import Bucket
from .history.periods.calendar import HOUR_MS, Period
from .history.recorder_statistics import (
    StatisticsUnavailableError,
    async_ask_recorder,
    async_clear,
    async_has_recorder,
    async_write_sums,
    external_names,
    external_sums,
    first_hour_ms,
    last_hour_ms,
)
from .household import WattWiseConfigEntry
from .meter import Meter
from .metering.plausibility import EARLIEST_MS
from .metering.profile import EnergyKind
from .metering.quantity import Channel
from .metering.segment import Segment, shares

CONF_PUBLISHED: Final = "published"
_CHANNELS: Final = (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
# Hours asked from the history at once.
_PART_MS: Final = 5_000 * HOUR_MS
# Sums that differ by less say the same [kWh].
_SAME_KWH: Final = 1e-6

_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_published_lock")


def statistic_id(meter_id: str, channel: Channel) -> str:
    """Return the id of the statistic that shows a channel's energy from files."""
    return f"{DOMAIN}:{slugify(meter_id)}_{channel}"


async def async_publish(hass: HomeAssistant, meter: Meter) -> str | None:
    """Bring the statistics of a meter's energy from files up to date.

    Returns the names under which they are found, None if there is nothing to show.
    What cannot be written now is written with the next file.
    """
    if not async_has_recorder(hass):
        return None

    async def publish() -> list[str]:
        async with _lock(hass):
            return [
                name
                for channel in _CHANNELS
                if (name := await _async_publish_channel(hass, meter, channel))
            ]

    names: list[str] = []
    try:
        # Between clearing and writing again the household may be unloaded.
        names = await asyncio.shield(
            hass.async_create_task(publish(), f"{DOMAIN} publishes statistics")
        )
    except (HistoryError, StatisticsUnavailableError) as err:
        LOGGER.warning("Energy from files of %s is not shown: %s", meter.name, err)
    return ", ".join(names) or None


async def async_clear_published(
    hass: HomeAssistant, meter_ids: Collection[str] | None = None
) -> list[str]:
    """Delete the statistics of energy from files, of some meters or of all.

    Returns the names of those that were there. Raises StatisticsUnavailableError.
    """
    async with _lock(hass):
        names = await async_ask_recorder(hass, partial(external_names, source=DOMAIN))
        if meter_ids is not None:
            wanted = {statistic_id(m, c) for m in meter_ids for c in _CHANNELS}
            names = {key: name for key, name in names.items() if key in wanted}
        if names:
            await async_clear(hass, names)
    return sorted(name or key for key, name in names.items())


async def async_forget_published(
    hass: HomeAssistant, meter_ids: Collection[str]
) -> None:
    """Delete the statistics of meters whose history was deleted."""
    if not async_has_recorder(hass):
        return
    try:
        await async_clear_published(hass, meter_ids)
    except StatisticsUnavailableError as err:
        LOGGER.warning("Statistics of deleted history are left behind: %s", err)


@callback
def async_keep_published(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Follow new names of meters, and what Home Assistant came to know by itself."""
    if not async_has_recorder(hass):
        return

    async def async_look() -> None:
        for meter in list(entry.runtime_data.meters.values()):
            try:
                outdated = await _async_is_outdated(hass, meter)
            except StatisticsUnavailableError as err:
                LOGGER.warning("Energy from files is not checked: %s", err)
                return
            if outdated:
                await async_publish(hass, meter)

    @callback
    def async_start(_hass: HomeAssistant) -> None:
        entry.async_create_background_task(
            hass, async_look(), f"{DOMAIN} published statistics", eager_start=False
        )

    entry.async_on_unload(async_at_started(hass, async_start))


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    """Return what lets one meter after the other be published."""
    return hass.data.setdefault(_LOCK, asyncio.Lock())


async def _async_is_outdated(hass: HomeAssistant, meter: Meter) -> bool:
    """Whether statistics have an old name, or hours that are known by now."""
    names = await async_ask_recorder(hass, partial(external_names, source=DOMAIN))
    for channel in _CHANNELS:
        key = statistic_id(meter.profile.meter_id, channel)
        if key not in names:
            continue
        last_ms = await async_ask_recorder(
            hass, partial(last_hour_ms, statistic_id=key)
        )
        limit_ms = await _async_limit(hass, meter, channel)
        if last_ms is None or last_ms >= limit_ms:
            return True
        if names[key] != await _async_name(hass, meter, channel):
            return True
    return False


async def _async_publish_channel(
    hass: HomeAssistant, meter: Meter, channel: Channel
) -> str | None:
    """Write what is new or different; return the statistic's name if it has hours."""
    key = statistic_id(meter.profile.meter_id, channel)
    limit_ms = await _async_limit(hass, meter, channel)
    buckets = await _async_hours(meter, channel, limit_ms)
    wanted = await hass.async_add_executor_job(_sums, buckets, limit_ms)
    there, names = await async_ask_recorder(
        hass, lambda h: (external_sums(h, key), external_names(h, DOMAIN))
    )
    if not wanted:
        if key in names:
            await async_clear(hass, [key])
        return None
    name = await _async_name(hass, meter, channel)
    changed, vanished = await hass.async_add_executor_job(_compared, wanted, there)
    if vanished:
        await async_clear(hass, [key])
        changed = wanted
    if changed or names.get(key) != name:
        await async_write_sums(hass, key, name, changed)
    return name


async def _async_limit(hass: HomeAssistant, meter: Meter, channel: Channel) -> int:
    """Return the first hour that Home Assistant knows, or will know, by itself."""
    registry = er.async_get(hass)
    own = registry.async_get_entity_id(
        Platform.SENSOR, DOMAIN, meter_unique_id(meter, channel)
    )
    sources = meter.source_entities()
    source = sources.get(channel)
    if meter.profile.energy_kind is EnergyKind.POWER:
        # Its past comes from the statistics of its power, not from files.
        source = sources.get(Channel.POWER)
    limit_ms = int(time.time() * 1000) // HOUR_MS * HOUR_MS
    for entity_id in filter(None, (own, source)):
        first_ms = await async_ask_recorder(
            hass, partial(first_hour_ms, statistic_id=entity_id)
        )
        if first_ms is not None:
            limit_ms = min(limit_ms, first_ms)
    return limit_ms


async def _async_hours(meter: Meter, channel: Channel, limit_ms: int) -> list[Bucket]:
    """Return the hours that begin before the limit."""
    history, meter_id = meter.history, meter.profile.meter_id
    months = await history.buckets(
        meter_id, channel, EARLIEST_MS, limit_ms, Period.MONTH
    )
    if not months:
        return []
    found: list[Bucket] = []
    for start_ms in range(months[0].start_ms, limit_ms, _PART_MS):
        end_ms = min(limit_ms, start_ms + _PART_MS)
        found += await history.buckets(meter_id, channel, start_ms, end_ms, Period.HOUR)
    return found


def _sums(buckets: Iterable[Bucket], limit_ms: int) -> dict[int, float]:
    """Return the sum [kWh] since the first hour at the end of each UTC hour.

    Hours of the home's clock may begin at half past in UTC; those are divided. Hours
    of which nothing is known are left out.
    """
    amounts: dict[int, float] = {}
    for bucket in buckets:
        if not bucket.covered_ms and not bucket.energy_wh:
            continue
        hour = Segment(
            bucket.start_ms, bucket.end_ms, energy_wh=max(0.0, bucket.energy_wh)
        )
        for share in shares(hour, HOUR_MS):
            if share.start_ms + HOUR_MS <= limit_ms:
                known = amounts.get(share.start_ms, 0.0)
                amounts[share.start_ms] = known + share.energy_wh / 1000
    in_order = sorted(amounts)
    return dict(
        zip(in_order, accumulate(amounts[hour] for hour in in_order), strict=True)
    )


def _compared(
    wanted: Mapping[int, float], there: Mapping[int, float]
) -> tuple[dict[int, float], bool]:
    """Return the sums that are not there, or not like this.

    And whether there are hours that are not wanted any more.
    """
    changed = {
        hour: total
        for hour, total in wanted.items()
        if hour not in there or abs(there[hour] - total) > _SAME_KWH
    }
    return changed, bool(there.keys() - wanted.keys())


async def _async_name(hass: HomeAssistant, meter: Meter, channel: Channel) -> str:
    """Return what the Energy dashboard calls a meter's energy from files."""
    texts = await async_choice_texts(hass, translation_key=CONF_PUBLISHED)
    return texts[channel].format(meter=meter.name)
