"""The one history of all households: opened by the first, closed with the last."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from homeassistant.const import (
    EVENT_CORE_CONFIG_UPDATE,
    EVENT_HOMEASSISTANT_FINAL_WRITE,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER, SUBENTRY_TYPE_METER
from .disk_space import async_watch_disk_space
from .history.errors import HistoryError
from .history.history import History
from .history.outbox.targets import end_other_exports
from .history.questions.queries import KeptMeter
from .history.receipt import Receipt
from .history_check import async_check_now_and_then
from .history_repairs import async_tell_of_damage
from .history_upkeep import async_keep_up
from .household import async_loaded_households
from .meter import Meter

DATABASE_FILE: Final = "wattwise.db"

_ISSUE_FULL_DISK: Final = "history_full_disk"
_ISSUE_UNAVAILABLE: Final = "history_unavailable"
_ISSUES: Final = (_ISSUE_FULL_DISK, _ISSUE_UNAVAILABLE)


@dataclass(slots=True)
class _Shared:
    history: History | None = None
    users: set[str] = field(default_factory=set)
    stop: list[Callable[[], None]] = field(default_factory=list)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


_DATA: HassKey[_Shared] = HassKey(f"{DOMAIN}_history")


@callback
def async_get_history(hass: HomeAssistant) -> History | None:
    """Return the history while a household is loaded."""
    shared = hass.data.get(_DATA)
    return shared.history if shared else None


async def async_acquire_history(hass: HomeAssistant, user: str) -> History:
    """Return the open history for a user, who releases it later.

    Raises NewerSchemaError when a newer version wrote the file, else HistoryError.
    """
    shared = hass.data.setdefault(_DATA, _Shared())
    async with shared.lock:
        if shared.history is None:
            history = History(
                Path(hass.config.path(DATABASE_FILE)), hass.config.time_zone
            )
            await history.open()
            shared.history = history
            # The last household is removed while the history is closed. What cannot
            # be done now is done at the next start.
            households = {
                entry.unique_id or ""
                for entry in hass.config_entries.async_entries(DOMAIN)
            }
            with suppress(HistoryError):
                await history.run(partial(end_other_exports, households=households))
            shared.stop = _async_look_after(hass, history)
        shared.users.add(user)
        return shared.history


async def async_release_history(hass: HomeAssistant, user: str) -> None:
    """Close the history when its last user releases it."""
    shared = hass.data[_DATA]
    async with shared.lock:
        shared.users.discard(user)
        if shared.users or shared.history is None:
            return
        history, shared.history = shared.history, None
        for stop in shared.stop:
            stop()
        await history.close()


async def async_kept_meters(hass: HomeAssistant) -> list[KeptMeter]:
    """Return the meters that were removed while their history was kept.

    Raises HistoryError when no household is loaded.
    """
    history = async_get_history(hass)
    if history is None:
        raise HistoryError("no household is loaded")
    in_use: set[str] = set()
    for entry in hass.config_entries.async_entries(DOMAIN):
        in_use.add(entry.unique_id or "")
        for subentry in entry.get_subentries_of_type(SUBENTRY_TYPE_METER):
            in_use.add(subentry.unique_id or "")
    return await history.kept_meters(in_use)


@callback
def _async_look_after(
    hass: HomeAssistant, history: History
) -> list[Callable[[], None]]:
    """Keep roll-ups fresh, entities informed, and the file safe at the end."""

    async def async_follow_time_zone(_event: Event) -> None:
        try:
            await history.change_time_zone(hass.config.time_zone)
        except HistoryError as err:
            LOGGER.warning("The history goes on by the clock before: %s", err)

    async def async_close(_event: Event) -> None:
        # Meters may push until the very end; what they push after this is
        # answered with "try again later".
        for entry in async_loaded_households(hass):
            await entry.runtime_data.async_stop_asking()
        await history.close()

    history.on_commit(partial(_async_note_commit, hass))
    history.on_health(partial(_async_report_health, hass))
    return [
        async_keep_up(hass, history),
        async_tell_of_damage(hass, history),
        async_check_now_and_then(hass, history),
        async_watch_disk_space(hass, history),
        hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, async_follow_time_zone),
        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_FINAL_WRITE, async_close),
    ]


@callback
def _async_note_commit(hass: HomeAssistant, meter_id: str, receipt: Receipt) -> None:
    """Show the entities of a meter what was committed."""
    for entry in async_loaded_households(hass):
        household = entry.runtime_data
        for meter in household.meters.values():
            if meter.profile.meter_id != meter_id:
                continue
            now_ms = int(dt_util.utcnow().timestamp() * 1000)
            try:
                meter.watch.take(receipt.momentary, now_ms)
                if receipt.live:
                    _note_health(meter, receipt, now_ms)
            finally:
                # A failure there shall not hold back what the meter tells.
                if household.demand:
                    household.demand.async_note(meter_id, receipt.momentary)
                meter.coordinator.async_note(receipt)
                if not receipt.live:
                    household.async_past_grew()


def _note_health(meter: Meter, receipt: Receipt, now_ms: int) -> None:
    """Look at what the commit says about the meter itself."""
    counters = [
        (channel, latest.time_ms, latest.value)
        for channel, latest in receipt.latest.items()
        if channel.is_energy and latest.value is not None
    ]
    refused = [*receipt.refused, *receipt.disproved]
    meter.health.take(now_ms, receipt.momentary, counters, refused)


@callback
def _async_report_health(hass: HomeAssistant, error: str | None) -> None:
    """Tell the user that readings cannot be stored, or that they can again."""
    if error is None:
        LOGGER.info("The history can be written again")
        for issue in _ISSUES:
            ir.async_delete_issue(hass, DOMAIN, issue)
        return
    LOGGER.error("The history cannot be written: %s", error)
    issue = _ISSUE_FULL_DISK if "full" in error else _ISSUE_UNAVAILABLE
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=issue,
    )
