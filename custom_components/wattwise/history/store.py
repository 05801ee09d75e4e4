"""What any store of readings can do, wherever it keeps them."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Protocol

from ..metering.profile import MeterProfile
from ..metering.quantity import Channel
from ..metering.reading import Reading, RefusedReading
from .periods.bucket import Bucket
from .periods.calendar import Period
from .readings.raw_readings import RawReading
from .receipt import LatestValue, Receipt


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """How a store does: what is wrong, and from when to when it knows something [ms].

    None where nothing is wrong, nothing is known, or the store cannot say.
    """

    error: str | None = None
    oldest_ms: int | None = None
    newest_ms: int | None = None


class HistoryStore(Protocol):
    """A store of readings; what it cannot do raises HistoryError."""

    async def append(
        self,
        profile: MeterProfile,
        readings: Iterable[Reading],
        refused: Iterable[RefusedReading] = (),
        *,
        live: bool = True,
    ) -> Receipt:
        """Take readings; when this returns they are safe from a power cut."""

    def raw(
        self, meter_id: str, channel: Channel, start_ms: int, end_ms: int
    ) -> AsyncIterator[list[RawReading]]:
        """Yield the readings of [start_ms, end_ms) in order, page by page."""

    async def buckets(
        self,
        meter_id: str,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
        time_zone: str | None = None,
    ) -> list[Bucket]:
        """Return the buckets that start in [start_ms, end_ms) and hold anything.

        `resolution` is a width [s], or a period of the clock of `time_zone`, by
        default the home's. Raises TooManyBucketsError.
        """

    async def latest(self, meter_id: str) -> dict[Channel, LatestValue]:
        """Return the newest value of each channel of a meter."""

    async def purge(self, meter_id: str) -> None:
        """Delete all that is known of a meter, for good."""

    async def status(self) -> StoreStatus:
        """Return how the store does."""
