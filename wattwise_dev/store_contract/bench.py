"""What a check is run on: a store, and a meter of its own in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
import secrets

from custom_components.wattwise.history.history import History
from custom_components.wattwise.history.periods.bucket import Bucket
from custom_components.wattwise.history.periods.calendar import Period
from custom_components.wattwise.history.readings.raw_readings import RawReading
from custom_components.wattwise.history.store import HistoryStore
from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading


@dataclass(slots=True)
class Bench:
    """A store under check.

    `settle` returns once the store can be asked about all that was appended;
    `register` makes a meter known, under a name it is to have there.
    """

    store: HistoryStore
    history: History
    settle: Callable[[], Awaitable[None]]
    register: Callable[[str, str], Awaitable[None]]
    meters: list[str] = field(default_factory=list)

    async def meter(
        self, kind: EnergyKind = EnergyKind.COUNTER, name: str = "contract"
    ) -> MeterProfile:
        """Return a meter nobody has used before."""
        meter_id = f"contract-{secrets.token_hex(6)}"
        await self.register(meter_id, f"{name} {meter_id[-6:]}")
        self.meters.append(meter_id)
        return MeterProfile(meter_id, energy_kind=kind)

    async def append(
        self, meter: MeterProfile, readings: list[Reading], *, live: bool = True
    ) -> None:
        """Append readings, all of which must be taken, and let the store settle."""
        receipt = await self.store.append(meter, readings, live=live)
        told = receipt.accepted + receipt.duplicate
        assert told == len(readings), f"taken: {told} of {len(readings)}"
        await self.settle()

    async def raw(
        self, meter: MeterProfile, channel: Channel, start_ms: int, end_ms: int
    ) -> list[RawReading]:
        """Return all readings of a period."""
        pages = self.store.raw(meter.meter_id, channel, start_ms, end_ms)
        return [reading async for page in pages for reading in page]

    async def buckets(
        self,
        meter: MeterProfile,
        channel: Channel,
        start_ms: int,
        end_ms: int,
        resolution: Period | int,
        time_zone: str | None = None,
    ) -> list[Bucket]:
        """Return the buckets of a period."""
        return await self.store.buckets(
            meter.meter_id, channel, start_ms, end_ms, resolution, time_zone
        )
