"""The history as worker threads see it, which may wait for its answers."""

import asyncio
from collections.abc import Coroutine, Iterator
from threading import Event
from typing import Any, Final
from zoneinfo import ZoneInfo

from ..metering.quantity import Channel
from .bucket import Bucket
from .calendar import Period
from .history import History
from .raw_readings import RawReading

# Where nobody answers, as when Home Assistant stops, the thread shall not hang.
_TIMEOUT_S: Final = 120.0


class AbandonedError(Exception):
    """Nobody waits for the result any more."""


class BlockingHistory:
    """Asks one meter's history from a worker thread, until it is abandoned."""

    def __init__(self, history: History, meter_id: str) -> None:
        """Ask the history of a meter; to be made in the event loop."""
        self._history = history
        self._meter_id = meter_id
        self._loop = asyncio.get_running_loop()
        self._abandoned = Event()

    def abandon(self) -> None:
        """Let the next question raise AbandonedError."""
        self._abandoned.set()

    def buckets(
        self,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
        time_zone: ZoneInfo | None = None,
    ) -> list[Bucket]:
        """Return roll-ups; see Queries.buckets. Raises HistoryError."""
        return self._ask(
            self._history.ask(
                lambda queries: queries.buckets(
                    self._meter_id, channel, start_ms, end_ms, resolution, time_zone
                )
            )
        )

    def raw(
        self, channel: Channel, start_ms: int, end_ms: int
    ) -> Iterator[list[RawReading]]:
        """Yield pages of readings; see History.raw. Raises HistoryError."""
        pages = self._history.raw(self._meter_id, channel, start_ms, end_ms)

        async def next_page() -> list[RawReading] | None:
            return await anext(pages, None)

        while page := self._ask(next_page()):
            yield page

    def _ask[T](self, question: Coroutine[Any, Any, T]) -> T:
        if self._abandoned.is_set():
            question.close()
            raise AbandonedError
        future = asyncio.run_coroutine_threadsafe(question, self._loop)
        return future.result(_TIMEOUT_S)
