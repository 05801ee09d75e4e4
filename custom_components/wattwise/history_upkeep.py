"""What the history's file needs from time to time: roll-ups, packing, pruning, air.

All of it is done in short transactions with pauses between them, so that readings
never wait for it noticeably.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import partial
import time
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_time_interval

from .const import (
    CONF_KEEP_READINGS_DAYS,
    CONF_KEEP_SLOTS_MONTHS,
    DOMAIN,
    LOGGER,
    SUBENTRY_TYPE_METER,
)
from .history.errors import HistoryClosedError, HistoryError
from .history.history import History
from .history.readings.free_pages import give_back
from .history.readings.retention import (
    DEFAULT_READINGS_DAYS,
    DEFAULT_SLOTS_MONTHS,
    PrunedChannel,
    Retention,
    channels_to_prune,
    is_believable,
    prune_readings,
    prune_slots,
)
from .history.writer import Transaction

UPKEEP_INTERVAL: Final = timedelta(minutes=5)

_PAUSE_S: Final = 0.02


@callback
def async_keep_up(hass: HomeAssistant, history: History) -> CALLBACK_TYPE:
    """Look after the history until the returned function is called."""
    upkeep = _Upkeep(hass, history)
    return async_track_time_interval(
        hass, upkeep.async_run, UPKEEP_INTERVAL, cancel_on_shutdown=True
    )


def retention_of(options: Mapping[str, Any]) -> Retention:
    """Return how long a household with these options keeps its readings."""
    return Retention(
        int(options.get(CONF_KEEP_READINGS_DAYS, DEFAULT_READINGS_DAYS)),
        int(options.get(CONF_KEEP_SLOTS_MONTHS, DEFAULT_SLOTS_MONTHS)),
    )


class _Upkeep:
    """Does in one pass what is due."""

    def __init__(self, hass: HomeAssistant, history: History) -> None:
        self._hass = hass
        self._history = history
        self._running = False
        self._pruned: tuple[int, dict[str, Retention]] | None = None

    async def async_run(self, _now: datetime) -> None:
        """Do what is due, unless the pass before is still at it."""
        if self._running:
            return
        self._running = True
        try:
            # It may have been refused when it was set.
            await self._history.change_time_zone(self._hass.config.time_zone)
            await self._history.refresh_rollups()
            await self._in_steps(lambda t: t.ledger.raw.pack(_now_ms()))
            await self._prune()
            await self._give_back()
        except HistoryClosedError:
            LOGGER.debug("The history was closed while it was looked after")
        except HistoryError as err:
            LOGGER.warning("Cannot bring the history up to date: %s", err)
        finally:
            self._running = False

    async def _prune(self) -> None:
        """Prune once a day, and when the options were changed."""
        due = self._history.day_start_ms(), self._retentions()
        if due == self._pruned:
            return
        # Of a removed meter nobody knows what was wanted.
        longest = _longest((Retention(), *due[1].values()))
        believed = [
            retention
            for retention in {longest, *due[1].values()}
            if await self._history.run(partial(_is_believable, retention))
        ]
        channels = [
            (channel, retention)
            for channel in await self._history.run(channels_to_prune)
            if (retention := due[1].get(channel.meter_id, longest)) in believed
        ]
        for channel, retention in channels:
            await self._prune_readings(channel, retention)
        # Energy derived from power is settled when readings of power are pruned.
        for channel, retention in channels:
            await self._in_steps(partial(_prune_slots, channel, retention))
        self._pruned = due

    async def _prune_readings(
        self, channel: PrunedChannel, retention: Retention
    ) -> None:
        from_hour = 0
        while hour := await self._history.run(
            partial(_prune_readings, channel, retention, from_hour)
        ):
            from_hour = hour
            await asyncio.sleep(_PAUSE_S)

    async def _in_steps(self, job: Callable[[Transaction], bool]) -> None:
        """Do a job until there is no more of it."""
        while await self._history.run(job):  # noqa: ASYNC110  (a pause, no poll)
            await asyncio.sleep(_PAUSE_S)

    async def _give_back(self) -> None:
        while await self._history.run_alone(give_back):  # noqa: ASYNC110  (the same)
            await asyncio.sleep(_PAUSE_S)

    def _retentions(self) -> dict[str, Retention]:
        """Return what applies to each meter that is in use."""
        return {
            subentry.unique_id or "": retention_of(entry.options)
            for entry in self._hass.config_entries.async_entries(DOMAIN)
            for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER)
        }


def _longest(retentions: Collection[Retention]) -> Retention:
    """Return what keeps as much as each of these."""
    days = [retention.readings_days for retention in retentions]
    months = [retention.slots_months for retention in retentions]
    return Retention(min(days) and max(days), min(months) and max(months))


def _is_believable(retention: Retention, transaction: Transaction) -> bool:
    return is_believable(transaction, retention, _now_ms())


def _prune_readings(
    channel: PrunedChannel, retention: Retention, hour: int, transaction: Transaction
) -> int | None:
    calendar = transaction.ledger.calendar
    before_ms = retention.readings_from(calendar, _now_ms())
    if before_ms is None:
        return None
    return prune_readings(transaction, channel, before_ms, hour)


def _prune_slots(
    channel: PrunedChannel, retention: Retention, transaction: Transaction
) -> bool:
    before_ms = retention.slots_from(transaction.ledger.calendar, _now_ms())
    return before_ms is not None and prune_slots(transaction, channel, before_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
