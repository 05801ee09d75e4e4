"""What the user is told of a damaged history, and the recovery of what can be read."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN, LOGGER
from .history.damage.damaged_hour import untold
from .history.damage.set_aside import SetAside, forget
from .history.errors import HistoryError
from .history.history import History

ISSUE_DAMAGED: Final = "history_damaged"
ISSUE_DAMAGED_HOURS: Final = "damaged_hours"

# More are counted, not named.
_NAMED_HOURS: Final = 10


@dataclass(slots=True)
class Recovery:
    """A damaged file that is being recovered."""

    task: asyncio.Task[SetAside] = field(init=False)
    done: float = 0.0
    """How much of it was looked at, from 0 to 1."""
    listeners: list[Callable[[float], None]] = field(default_factory=list)

    def note(self, done: float) -> None:
        """Note how much was looked at."""
        self.done = done
        for listener in self.listeners:
            listener(done)


_RECOVERIES: HassKey[dict[str, Recovery]] = HassKey(f"{DOMAIN}_recoveries")


@callback
def async_tell_of_damage(hass: HomeAssistant, history: History) -> CALLBACK_TYPE:
    """Show damaged files in the repairs, now and whenever one is set aside.

    A recovery that was interrupted goes on once Home Assistant has started. Returns
    what ends this.
    """
    recoveries = hass.data.setdefault(_RECOVERIES, {})

    @callback
    def async_replaced() -> None:
        hass.async_create_background_task(
            _async_show(hass, history), f"{DOMAIN} damaged history"
        )

    @callback
    def async_hour_is_damaged() -> None:
        hass.async_create_background_task(
            _async_show_hours(hass, history), f"{DOMAIN} damaged hour"
        )

    async def async_go_on(_hass: HomeAssistant) -> None:
        await _async_show_hours(hass, history)
        for entry in await _async_show(hass, history):
            if entry.table and not entry.done:
                async_recover(hass, history, entry)

    history.on_replaced(async_replaced)
    history.on_damaged_hour(async_hour_is_damaged)
    stop_waiting = async_at_started(hass, async_go_on)

    @callback
    def async_stop() -> None:
        stop_waiting()
        for recovery in list(recoveries.values()):
            recovery.task.cancel()

    return async_stop


async def async_set_aside(history: History) -> list[SetAside]:
    """Return the damaged files that are still there; what is gone is forgotten."""
    found = []
    for entry in await history.set_aside():
        path = history.path.with_name(entry.file)
        exists = await asyncio.get_running_loop().run_in_executor(None, path.exists)
        if exists:
            found.append(entry)
        else:
            await history.run(partial(forget, file=entry.file))
    return found


@callback
def async_recover(hass: HomeAssistant, history: History, entry: SetAside) -> Recovery:
    """Recover what can be read of a damaged file, unless that is being done."""
    recoveries = hass.data.setdefault(_RECOVERIES, {})
    if entry.file not in recoveries:
        recovery = recoveries[entry.file] = Recovery()
        recovery.task = hass.async_create_background_task(
            _async_run(hass, history, entry, recovery), f"{DOMAIN} recovery"
        )
        recovery.task.add_done_callback(partial(_async_end, entry.file))
    return recoveries[entry.file]


async def _async_run(
    hass: HomeAssistant, history: History, entry: SetAside, recovery: Recovery
) -> SetAside:
    try:
        done = await history.salvage(entry).run(recovery.note)
    finally:
        del hass.data[_RECOVERIES][entry.file]
    LOGGER.info("%d readings were recovered from %s", done.readings, done.file)
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry.file))
    return done


@callback
def _async_end(file: str, task: asyncio.Task[SetAside]) -> None:
    """Say in the log why a recovery nobody may be watching failed."""
    if not task.cancelled() and (err := task.exception()):
        LOGGER.warning("The recovery of %s was interrupted: %s", file, err)


async def _async_show(hass: HomeAssistant, history: History) -> list[SetAside]:
    """Show the files that wait for a recovery; return them."""
    try:
        waiting = [e for e in await async_set_aside(history) if not e.done]
    except HistoryError as err:
        LOGGER.warning("Cannot look for damaged files: %s", err)
        return []
    shown = {_issue_id(entry.file) for entry in waiting}
    for domain, issue_id in list(ir.async_get(hass).issues):
        ours = domain == DOMAIN and issue_id.startswith(f"{ISSUE_DAMAGED}_")
        if ours and issue_id not in shown:
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for entry in waiting:
        ir.async_create_issue(
            hass,
            DOMAIN,
            _issue_id(entry.file),
            data={"file": entry.file},
            is_fixable=True,
            severity=ir.IssueSeverity.ERROR,
            translation_key=ISSUE_DAMAGED,
            translation_placeholders={
                "file": str(history.path.with_name(entry.file)),
                "when": _local_time(entry.at_ms),
            },
        )
    return waiting


async def _async_show_hours(hass: HomeAssistant, history: History) -> None:
    """Show hours that could not be read until the user has confirmed to know."""
    try:
        hours = await history.ask(untold)
    except HistoryError as err:
        LOGGER.warning("Cannot look for damaged hours: %s", err)
        return
    if not hours:
        return
    named = [f"- {_local_time(hour.start_ms)}: {hour.meter}" for hour in hours]
    ir.async_create_issue(
        hass,
        DOMAIN,
        ISSUE_DAMAGED_HOURS,
        is_fixable=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key=ISSUE_DAMAGED_HOURS,
        translation_placeholders={
            "count": str(len(hours)),
            "hours": "\n".join(list(dict.fromkeys(named))[:_NAMED_HOURS]),
        },
    )


def _issue_id(file: str) -> str:
    return f"{ISSUE_DAMAGED}_{file}"


def _local_time(time_ms: int) -> str:
    local = dt_util.as_local(dt_util.utc_from_timestamp(time_ms / 1000))
    return local.strftime("%Y-%m-%d %H:%M")
