"""The store whose readings are asked from InfluxDB."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from typing import override
from zoneinfo import ZoneInfo

from ...metering.profile import MeterProfile
from ...metering.quantity import Channel
from ...metering.reading import Reading, RefusedReading
from ..errors import HistoryError
from ..history import History
from ..periods.bucket import Bucket
from ..periods.calendar import LocalCalendar, Period
from ..readings.raw_readings import RawReading
from ..receipt import LatestValue, Receipt
from ..store import HistoryStore, StoreStatus
from .archive import InfluxArchive
from .errors import InfluxError
from .periods import read_buckets


class InfluxStore(HistoryStore):
    """Takes readings through the history's file, and asks the server for them.

    The file is what makes them durable at once; the server knows them when the
    outbox was emptied. Blocking calls run in the event loop's executor.
    """

    def __init__(
        self,
        history: History,
        archive: InfluxArchive,
        name_of: Callable[[str], str],
        time_zone: str,
    ) -> None:
        """Use an archive; `name_of` tells what a meter's id is called there."""
        self._history = history
        self._archive = archive
        self._name_of = name_of
        self._time_zone = time_zone

    @override
    async def append(
        self,
        profile: MeterProfile,
        readings: Iterable[Reading],
        refused: Iterable[RefusedReading] = (),
        *,
        live: bool = True,
    ) -> Receipt:
        return await self._history.append(profile, readings, refused, live=live)

    @override
    async def raw(
        self, meter_id: str, channel: Channel, start_ms: int, end_ms: int
    ) -> AsyncIterator[list[RawReading]]:
        pages = self._archive.raw(self._name_of(meter_id), channel, start_ms, end_ms)
        try:
            while page := await self._ask(partial(next, pages, None)):
                yield page
        finally:
            # What was not asked for is not waited for.
            await self._ask(pages.close)

    @override
    async def buckets(
        self,
        meter_id: str,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
        time_zone: str | None = None,
    ) -> list[Bucket]:
        def read() -> list[Bucket]:
            # Reading a zone's rules may touch the disk.
            calendar = LocalCalendar(ZoneInfo(time_zone or self._time_zone))
            name = self._name_of(meter_id)
            return read_buckets(
                self._archive, name, channel, start_ms, end_ms, resolution, calendar
            )

        return await self._ask(read)

    @override
    async def latest(self, meter_id: str) -> dict[Channel, LatestValue]:
        found = await self._ask(partial(self._archive.latest, self._name_of(meter_id)))
        known = {channel.value for channel in Channel}
        return {
            Channel(name): LatestValue(*newest, register_wh=None)
            for name, newest in found.items()
            if name in known
        }

    @override
    async def purge(self, meter_id: str) -> None:
        await self._ask(partial(self._archive.purge, self._name_of(meter_id)))

    @override
    async def status(self) -> StoreStatus:
        status = await self._ask(self._archive.status)
        return StoreStatus(
            None if status.error is None else str(status.error),
            status.oldest_ms,
            status.newest_ms,
        )

    async def _ask[T](self, question: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(None, question)
        except InfluxError as err:
            raise HistoryError(str(err)) from err
