"""The warning that the disk with the history is about to be full."""

from dataclasses import dataclass
from datetime import datetime, timedelta
import shutil
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.helpers.start import async_at_started

from .const import DOMAIN, LOGGER
from .history.errors import HistoryError
from .history.history import History

ISSUE_DISK_NEARLY_FULL: Final = "history_disk_nearly_full"

_INTERVAL: Final = timedelta(hours=1)
_BYTES_PER_MB: Final = 1_000_000
# Below this it is close on any disk.
_LITTLE_BYTES: Final = 200 * _BYTES_PER_MB
# Below this share it is close if the history could not be written once more: that much
# a backup needs.
_LITTLE_SHARE: Final = 0.05
# The warning goes when there is clearly more, lest it come and go.
_CLEARLY: Final = 1.5


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The disk with the history [byte]."""

    total: int
    free: int
    history: int

    def is_low(self, times: float = 1.0) -> bool:
        """Whether little is left, or less than so many times that."""
        return self.free < times * _LITTLE_BYTES or (
            self.free < times * _LITTLE_SHARE * self.total
            and self.free < times * self.history
        )


@callback
def async_watch_disk_space(hass: HomeAssistant, history: History) -> CALLBACK_TYPE:
    """Warn from now on when the disk is nearly full; return what ends this."""
    stop: list[CALLBACK_TYPE] = []

    async def async_look(_now: datetime | HomeAssistant) -> None:
        try:
            size = await history.size_bytes()
            usage = await hass.async_add_executor_job(
                shutil.disk_usage, history.path.parent
            )
        except (HistoryError, OSError) as err:
            LOGGER.debug("Cannot tell the free space for the history: %s", err)
            return
        _async_judge(hass, DiskSpace(usage.total, usage.free, size))

    @callback
    def async_stop() -> None:
        while stop:
            stop.pop()()

    stop.append(async_at_started(hass, async_look))
    stop.append(
        async_track_time_interval(hass, async_look, _INTERVAL, cancel_on_shutdown=True)
    )
    return async_stop


@callback
def _async_judge(hass: HomeAssistant, space: DiskSpace) -> None:
    known = ir.async_get(hass).async_get_issue(DOMAIN, ISSUE_DISK_NEARLY_FULL)
    if known and not space.is_low(_CLEARLY):
        ir.async_delete_issue(hass, DOMAIN, ISSUE_DISK_NEARLY_FULL)
    elif not known and space.is_low():
        ir.async_create_issue(
            hass,
            DOMAIN,
            ISSUE_DISK_NEARLY_FULL,
            is_fixable=False,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE_DISK_NEARLY_FULL,
            translation_placeholders={
                "free": str(round(space.free / _BYTES_PER_MB)),
                "size": str(round(space.history / _BYTES_PER_MB)),
            },
        )
