"""Work that a progress bar is shown for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback

# The frontend asks to be told of a progress only once it shows it.
_SHORTEST_SECONDS: Final = 1.5


@callback
def async_begin[T](
    hass: HomeAssistant, work: Coroutine[Any, Any, T], name: str
) -> asyncio.Task[T]:
    """Begin something that a progress bar is shown for.

    Later, so that it cannot be over before the bar is shown: Home Assistant would
    hand the answers of the step before on to the step after it.
    """
    task = hass.async_create_task(_at_leisure(work), name, eager_start=False)
    # It was not begun if the dialog was closed at once.
    task.add_done_callback(lambda _: work.close())
    return task


async def _at_leisure[T](work: Coroutine[Any, Any, T]) -> T:
    """Do something, but not so fast that the frontend misses that it is done."""
    pause = asyncio.sleep(_SHORTEST_SECONDS)
    both = await asyncio.gather(work, pause, return_exceptions=True)
    done: T | BaseException = both[0]
    if isinstance(done, BaseException):
        raise done
    return done
