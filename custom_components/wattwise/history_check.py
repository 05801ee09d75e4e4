"""When the file of the history is looked through for damage.

Each week, and after an end that was none: then the write-ahead log lies beside the
file, which a close removes. That costs nothing, where a mark of our own would have to
be written at each start and each end.
"""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later, async_track_time_interval
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import LOGGER
from .history.errors import HistoryError
from .history.history import History

# The start of Home Assistant keeps disks busy enough.
_FIRST_LOOK: Final = timedelta(minutes=10)
_LOOK_INTERVAL: Final = timedelta(days=1)
_CHECK_INTERVAL: Final = timedelta(days=7)


@callback
def async_check_now_and_then(hass: HomeAssistant, history: History) -> CALLBACK_TYPE:
    """Check the history from now on when it is due; return what ends this."""
    stop: list[CALLBACK_TYPE] = []
    unclean = history.ended_uncleanly

    async def async_look(_now: datetime) -> None:
        nonlocal unclean
        try:
            if unclean or await _async_is_due(history):
                await _async_check(history)
                unclean = False
        except HistoryError as err:
            LOGGER.debug("The history was not checked: %s", err)

    @callback
    def async_begin(_hass: HomeAssistant) -> None:
        stop.append(async_call_later(hass, _FIRST_LOOK, async_look))

    stop.append(async_at_started(hass, async_begin))
    stop.append(
        async_track_time_interval(
            hass, async_look, _LOOK_INTERVAL, cancel_on_shutdown=True
        )
    )

    @callback
    def async_stop() -> None:
        while stop:
            stop.pop()()

    return async_stop


async def _async_is_due(history: History) -> bool:
    checked_ms = await history.last_check_ms()
    if checked_ms is None:
        return True
    age = dt_util.utcnow() - dt_util.utc_from_timestamp(checked_ms / 1000)
    # A clock that was ahead must not put the check off for ever.
    return age >= _CHECK_INTERVAL or age < timedelta()


async def _async_check(history: History) -> None:
    if (wrong := await history.check()) is None:
        LOGGER.debug("The history is whole")
    else:
        LOGGER.error("The history is damaged: %s", wrong)
