"""While a damaged file is replaced: who asks meanwhile waits a little, or is put off."""

import asyncio
from collections.abc import Awaitable, Callable
import logging
from typing import Final

from ..errors import HistoryError

_LOGGER: Final = logging.getLogger(__name__)

# Setting a file aside and taking over from it takes less than a second, mostly.
_PATIENCE_S: Final = 10.0
# A disk that lets nothing be renamed or written is tried again this often.
_RETRY_S: Final = 60.0


class Replacement:
    """Replaces the file of the history, once, however many stumble over its damage."""

    def __init__(self, replace: Callable[[], Awaitable[None]]) -> None:
        """Replace by `replace`, which raises HistoryError when it did not work."""
        self._replace = replace
        self._task: asyncio.Task[None] | None = None
        self._failed = False

    def begin(self, reason: str) -> None:
        """Start to replace the file, unless that is being done."""
        if self._task is None:
            self.announce(reason)
            self._task = asyncio.create_task(self._run())

    @staticmethod
    def announce(reason: str) -> None:
        """Say in the log what happens."""
        _LOGGER.error("The history is damaged and begins a new file: %s", reason)

    async def over(self) -> None:
        """Wait until the file is not being replaced.

        Raises HistoryError when that takes long.
        """
        if self._task is None or self._task is asyncio.current_task():
            return
        if not self._failed:
            await asyncio.wait([self._task], timeout=_PATIENCE_S)
        if self._task is not None:
            raise HistoryError("the damaged history could not be replaced yet")

    async def stop(self) -> None:
        """Try no longer; what is being done is finished."""
        if self._task is None:
            return
        if self._failed:
            self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while True:
                try:
                    await self._replace()
                except HistoryError as err:
                    self._failed = True
                    _LOGGER.warning("The damaged history stays for now: %s", err)
                    await asyncio.sleep(_RETRY_S)
                else:
                    return
        finally:
            self._task, self._failed = None, False
