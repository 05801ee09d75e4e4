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
from .history.deletion import Remains, delete_some, find_remains
from .history.errors import HistoryClosedError, HistoryError
from .history.history import History
from .history.readings.free_pages import give_back
from .history.readings.retention import (
    DEFAULT_READINGS_DAYS,
    DEFAULT_SLOTS_MONTHS,
    PrunedChannel,
    Retention,
    believed_now,
    channels_to_prune,
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
            await self._delete_rest()
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
        now_ms = await self._history.run(partial(believed_now, now_ms=_now_ms()))
        if now_ms is None:
            return
        channels = [
            (channel, due[1].get(channel.meter_id, longest))
            for channel in await self._history.run(channels_to_prune)
        ]
        for channel, retention in channels:
            await self._prune_readings(channel, retention, now_ms)
        # Energy derived from power is settled when readings of power are pruned.
        for channel, retention in channels:
            await self._in_steps(partial(_prune_slots, channel, retention, now_ms))
        self._pruned = due

    async def _prune_readings(
        self, channel: PrunedChannel, retention: Retention, now_ms: int
    ) -> None:
        from_hour = 0
        while hour := await self._history.run(
            partial(_prune_readings, channel, retention, now_ms, from_hour)
        ):
            from_hour = hour
            await asyncio.sleep(_PAUSE_S)

    async def _delete_rest(self) -> None:
        """Delete what is left of meters and exports that were deleted."""
        remains: Remains | None = await self._history.run(find_remains)
        while remains:
            job = partial(delete_some, remains=remains)
            remains = await self._history.run(job)
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


def _prune_readings(
    channel: PrunedChannel,
    retention: Retention,
    now_ms: int,
    hour: int,
    transaction: Transaction,
) -> int | None:
    before_ms = retention.readings_from(transaction.ledger.calendar, now_ms)
    if before_ms is None:
        return None
    return prune_readings(transaction, channel, before_ms, hour)


def _prune_slots(
    channel: PrunedChannel, retention: Retention, now_ms: int, transaction: Transaction
) -> bool:
    before_ms = retention.slots_from(transaction.ledger.calendar, now_ms)
    return before_ms is not None and prune_slots(transaction, channel, before_ms)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
