"""A store of readings as worker threads see it, which may wait for its answers."""

import asyncio
from collections.abc import Coroutine, Iterator
from threading import Event
from typing import Any, Final
from zoneinfo import ZoneInfo

from ...metering.quantity import Channel
from ..periods.bucket import Bucket
from ..periods.calendar import Period
from ..readings.raw_readings import RawReading
from ..store import HistoryStore

# Where nobody answers, as when Home Assistant stops, the thread shall not hang.
_TIMEOUT_S: Final = 120.0


class AbandonedError(Exception):
    """Nobody waits for the result any more."""


class BlockingStore:
    """Asks a store about one meter from a worker thread, until it is abandoned."""

    def __init__(self, store: HistoryStore, meter_id: str) -> None:
        """Ask about a meter; to be made in the event loop."""
        self._store = store
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
        """Return roll-ups; see HistoryStore.buckets. Raises HistoryError."""
        return self._ask(
            self._store.buckets(
                self._meter_id,
                channel,
                start_ms,
                end_ms,
                resolution,
                time_zone.key if time_zone else None,
            )
        )

    def raw(
        self, channel: Channel, start_ms: int, end_ms: int
    ) -> Iterator[list[RawReading]]:
        """Yield pages of readings; see HistoryStore.raw. Raises HistoryError."""
        pages = self._store.raw(self._meter_id, channel, start_ms, end_ms)

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
