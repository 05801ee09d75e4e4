"""Readings nobody waits for: kept in memory for seconds, and committed together."""

import asyncio
from collections.abc import Collection
import logging
from typing import Final, Protocol

from ..metering.profile import MeterProfile
from ..metering.reading import Reading
from .errors import HistoryClosedError, HistoryError
from .receipt import Receipt

_LOGGER: Final = logging.getLogger(__name__)

# A power cut may cost one such batch; more commits would wear SD cards out.
BATCH_SECONDS: Final = 5.0
# Readings that are kept in memory while the disk refuses them.
MAX_BATCHED: Final = 100_000


class _Append(Protocol):
    """Takes readings of a meter; when it returns they are on disk."""

    async def __call__(
        self, profile: MeterProfile, readings: list[Reading]
    ) -> Receipt: ...


class Batches:
    """The readings of all meters that wait for the next common commit."""

    def __init__(self, append: _Append) -> None:
        """Commit through `append`, which raises HistoryError."""
        self._append = append
        self._waiting: dict[MeterProfile, list[Reading]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._commit: asyncio.Task[None] | None = None

    def add(self, profile: MeterProfile, reading: Reading) -> None:
        """Take a reading, to be on disk within BATCH_SECONDS."""
        readings = self._waiting.setdefault(profile, [])
        readings.append(reading)
        if len(readings) > MAX_BATCHED:
            del readings[0]
        self._set_timer()

    def drop(self, meter_ids: Collection[str]) -> None:
        """Forget what waits of these meters."""
        for profile in list(self._waiting):
            if profile.meter_id in meter_ids:
                del self._waiting[profile]

    async def flush(self) -> None:
        """Commit all that waits now."""
        self._cancel_timer()
        if self._commit:
            await asyncio.wait([self._commit])
        await self._commit_all()

    def _set_timer(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(BATCH_SECONDS, self._start_commit)

    def _cancel_timer(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _start_commit(self) -> None:
        self._cancel_timer()
        if self._commit is None:
            self._commit = asyncio.create_task(self._commit_all())
            self._commit.add_done_callback(self._end_commit)

    def _end_commit(self, task: asyncio.Task[None]) -> None:
        self._commit = None
        if not task.cancelled() and (err := task.exception()):
            _LOGGER.error("Committing batched readings failed", exc_info=err)

    async def _commit_all(self) -> None:
        """Commit what waits; what the disk refuses stays for the next time."""
        batches, self._waiting = self._waiting, {}
        refused = await asyncio.gather(
            *(self._commit_one(*batch) for batch in batches.items())
        )
        newer, self._waiting = self._waiting, {}
        left = zip(batches, refused, strict=True)
        for profile, readings in (*left, *newer.items()):
            if readings:
                kept = self._waiting.setdefault(profile, [])
                kept += readings
                del kept[:-MAX_BATCHED]
        if self._waiting:
            self._set_timer()

    async def _commit_one(
        self, profile: MeterProfile, readings: list[Reading]
    ) -> list[Reading]:
        """Commit readings of a meter; return those that are to be tried again."""
        try:
            await self._append(profile, readings)
        except HistoryClosedError:
            _LOGGER.warning(
                "%d readings came after the history was closed", len(readings)
            )
        except HistoryError:
            return readings
        except Exception:
            if len(readings) == 1:
                _LOGGER.exception("Dropped what cannot be stored: %r", readings[0])
                return []
            # Only the readings that cannot be stored are to be lost, not all.
            middle = len(readings) // 2
            first = await self._commit_one(profile, readings[:middle])
            return first + await self._commit_one(profile, readings[middle:])
        return []
