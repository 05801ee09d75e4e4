"""Energy from files, shown to Home Assistant as statistics of their own.

What a file brings to a meter's past cannot go through the meter's entity: Home
Assistant would take it for energy that flows now. It becomes an external statistic, to
be chosen in the Energy dashboard beside the entity. It ends before the first hour that
Home Assistant knows of the meter by itself, so nothing is counted twice.
"""

import asyncio
from collections.abc import Collection, Iterable
from functools import partial
import hashlib
import re
import time
from typing import Final

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.start import async_at_started
from homeassistant.util.hass_dict import HassKey

from .choice_texts import async_choice_texts
from .const import DOMAIN, LOGGER
from .entity import meter_unique_id
from .history.errors import HistoryClosedError, HistoryError
from .history.history import History
from .history.periods.bucket import Bucket
from .history.periods.calendar import HOUR_MS, Period
from .history.published import (
    Published,
    forget_published,
    note_leaving,
    note_less,
    note_published,
    note_written,
    published,
)
from .history.recorder_statistics import (
    StatisticsUnavailableError,
    async_ask_recorder,
    async_clear,
    async_has_recorder,
    async_write_sums,
    external_names,
    external_sums,
    first_hour_ms,
)
from .history.writer import Transaction
from .household import WattWiseConfigEntry
from .meter import Meter
from .metering.plausibility import EARLIEST_MS
from .metering.profile import EnergyKind, MeterRole
from .metering.quantity import Channel
from .published_sums import changed_sums, has_more, sums_of
from .statistic_ids import named_statistic_id

CONF_PUBLISHED: Final = "published"
_CHANNELS: Final = (Channel.ENERGY_IMPORT, Channel.ENERGY_EXPORT)
# Hours asked from the history at once.
_PART_MS: Final = 5_000 * HOUR_MS
# Of an id: as many signs of the meter's name, and of what tells it from all others.
_DIGITS: Final = 8
_ENERGY_ID: Final = re.compile(rf"_(?:{'|'.join(_CHANNELS)})_[0-9a-f]{{{_DIGITS}}}$")
_IMPORT_WORDS: Final = {MeterRole.APPLIANCE: "used", MeterRole.BATTERY: "charged"}
_EXPORT_WORDS: Final = {
    MeterRole.BATTERY: "discharged",
    MeterRole.PRODUCTION: "produced",
}

_LOCK: HassKey[asyncio.Lock] = HassKey(f"{DOMAIN}_published_lock")


def statistic_id(name: str, meter_id: str, channel: Channel) -> str:
    """Return the id of a new statistic that shows a channel's energy from files.

    The search of the Energy dashboard looks into ids, not into names, so it begins with
    the meter's name; by its end it is known when the meter gets another one.
    """
    return named_statistic_id(name, _id_end(meter_id, channel))


async def async_publish(
    hass: HomeAssistant, meter: Meter, *, again: bool = False
) -> dict[Channel, str]:
    """Bring the statistics of a meter's energy from files up to date.

    Returns the names under which they are found, of channels with something to show.
    What cannot be written now is written with the next file or the next start.
    `again` is for what was published before, and may not be there any more.
    """
    if not async_has_recorder(hass):
        return {}

    async def publish() -> dict[Channel, str]:
        names: dict[Channel, str] = {}
        try:
            async with _lock(hass):
                await _async_finish_removing(hass, meter.history)
                for channel in _CHANNELS:
                    if name := await _async_publish_channel(
                        hass, meter, channel, again=again
                    ):
                        names[channel] = name
        except HistoryClosedError:
            LOGGER.debug("Energy from files of %s was not shown in time", meter.name)
        except (HistoryError, StatisticsUnavailableError) as err:
            LOGGER.warning("Energy from files of %s is not shown: %s", meter.name, err)
        return names

    # It goes on when the household is unloaded, but holds up no end of Home Assistant:
    # the next start does the rest.
    task = hass.async_create_background_task(
        publish(), f"{DOMAIN} publishes statistics"
    )
    return await asyncio.shield(task)


def note_taken_away(transaction: Transaction, meter_id: str) -> None:
    """Note, in the transaction that takes it away, that energy of a meter left."""
    for channel in _CHANNELS:
        note_less(transaction, _id_end(meter_id, channel))


async def async_clear_published(
    hass: HomeAssistant,
    history: History | None,
    meter_ids: Collection[str] | None = None,
) -> list[str]:
    """Delete the statistics of energy from files, of some meters or of all.

    Returns the names of those that were there. Raises StatisticsUnavailableError and
    HistoryError.
    """
    async with _lock(hass):
        names = await async_ask_recorder(hass, partial(external_names, source=DOMAIN))
        noted = await history.ask(published) if history else {}
        # Forecasts are statistics of this source, too.
        keys = {key for key in {*names, *noted} if _ENERGY_ID.search(key)}
        if meter_ids is not None:
            ends = tuple(_id_end(m, c) for m in meter_ids for c in _CHANNELS)
            keys = {key for key in keys if key.endswith(ends)}
        if keys:
            await _async_remove(hass, history, keys)
    return sorted(name or key for key, name in names.items() if key in keys)


async def async_forget_published(
    hass: HomeAssistant, history: History, meter_ids: Collection[str]
) -> None:
    """Delete the statistics of meters whose history was deleted."""
    if not async_has_recorder(hass):
        return
    try:
        await async_clear_published(hass, history, meter_ids)
    except (HistoryError, StatisticsUnavailableError) as err:
        LOGGER.warning("Statistics of deleted history are left behind: %s", err)


@callback
def async_keep_published(hass: HomeAssistant, entry: WattWiseConfigEntry) -> None:
    """Write again what is missing or half, and follow new names of meters.

    And let go what Home Assistant came to know by itself, or what was deleted.
    """
    if not async_has_recorder(hass):
        return

    async def async_look() -> None:
        try:
            async with _lock(hass):
                await _async_finish_removing(hass, entry.runtime_data.history)
        except (HistoryError, StatisticsUnavailableError) as err:
            LOGGER.warning("Deleted energy from files is shown still: %s", err)
        for meter in list(entry.runtime_data.meters.values()):
            await async_publish(hass, meter, again=True)

    @callback
    def async_start(_hass: HomeAssistant) -> None:
        entry.async_create_background_task(
            hass, async_look(), f"{DOMAIN} published statistics", eager_start=False
        )

    entry.async_on_unload(async_at_started(hass, async_start))


def _lock(hass: HomeAssistant) -> asyncio.Lock:
    """Return what lets one meter after the other be published."""
    return hass.data.setdefault(_LOCK, asyncio.Lock())


async def _async_publish_channel(
    hass: HomeAssistant, meter: Meter, channel: Channel, *, again: bool
) -> str | None:
    """Write what is new or different; return the statistic's name if it has hours.

    With `again`, only of what was written before; and nothing is taken back because
    the history knows less than it did.
    """
    history = meter.history
    names = await async_ask_recorder(hass, partial(external_names, source=DOMAIN))
    noted = await history.ask(published)
    key = _known_id(meter, channel, {**noted, **names})
    if again and key not in noted:
        return None
    if noted.get(key) is Published.LESS:
        # Before its hours are read: what leaves from now on is noted once more.
        await history.run(
            partial(note_published, statistic_id=key, state=Published.BEGUN)
        )
    limit_ms = await _async_limit(hass, meter, channel)
    buckets = await _async_hours(meter, channel, limit_ms)
    wanted = await hass.async_add_executor_job(sums_of, buckets, limit_ms)
    there = await async_ask_recorder(hass, partial(external_sums, statistic_id=key))
    if again and noted[key] is Published.WHOLE and has_more(there, wanted, limit_ms):
        # As after a damaged file was set aside: what is shown may be all that is left.
        return names.get(key)
    if not wanted:
        if key in names or key in noted:
            await _async_remove(hass, history, [key])
        return None
    name = await _async_name(hass, meter, channel)
    changed = await hass.async_add_executor_job(changed_sums, wanted, there)
    if changed or names.get(key) != name:
        await history.run(
            partial(note_written, statistic_id=key, state=Published.BEGUN)
        )
        await async_write_sums(hass, key, name, changed)
        there = await async_ask_recorder(hass, partial(external_sums, statistic_id=key))
        if await hass.async_add_executor_job(changed_sums, wanted, there):
            raise StatisticsUnavailableError("the recorder did not take all of it")
    if changed or noted.get(key) is not Published.WHOLE:
        await history.run(
            partial(note_written, statistic_id=key, state=Published.WHOLE)
        )
    return name


async def _async_remove(
    hass: HomeAssistant, history: History | None, statistic_ids: Collection[str]
) -> None:
    """Let statistics vanish, also if this is interrupted."""
    if history:
        await history.run(partial(note_leaving, statistic_ids=statistic_ids))
    await async_clear(hass, statistic_ids)
    if history:
        await history.run(partial(forget_published, statistic_ids=statistic_ids))


async def _async_finish_removing(hass: HomeAssistant, history: History) -> None:
    """Delete what could not be deleted when it was to be."""
    noted = await history.ask(published)
    leaving = [key for key, state in noted.items() if state is Published.LEAVING]
    if leaving:
        await _async_remove(hass, history, leaving)


def _known_id(meter: Meter, channel: Channel, known: Iterable[str]) -> str:
    """Return the id under which a statistic is known, or is to be from now on."""
    end = _id_end(meter.profile.meter_id, channel)
    found = (key for key in known if key.endswith(end))
    return next(found, statistic_id(meter.name, meter.profile.meter_id, channel))


def _id_end(meter_id: str, channel: Channel) -> str:
    digest = hashlib.sha256(meter_id.encode()).hexdigest()
    return f"_{channel}_{digest[:_DIGITS]}"


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


async def _async_name(hass: HomeAssistant, meter: Meter, channel: Channel) -> str:
    """Return what the Energy dashboard calls a meter's energy from files."""
    texts = await async_choice_texts(hass, translation_key=CONF_PUBLISHED)
    return texts[_word(channel, meter.profile.role)].format(meter=meter.name)


def _word(channel: Channel, role: MeterRole) -> str:
    """Return the key of what energy does where a meter sits."""
    if channel is Channel.ENERGY_EXPORT:
        return _EXPORT_WORDS.get(role, "exported")
    return _IMPORT_WORDS.get(role, "imported")
