"""How far the past of each meter was loaded from Home Assistant's statistics."""

from dataclasses import asdict, dataclass, field
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..metering.quantity import Channel

_VERSION: Final = 1
_SAVE_SECONDS: Final = 10.0


@dataclass(slots=True)
class ChannelProgress:
    """What was loaded of one channel of a meter so far."""

    sensor: str
    """What finds the sensor again whose statistics these are."""
    own_since_ms: int
    """The hour in which the meter began to read the channel itself, or again."""
    added_as: str | None = None
    """The subentry of the meter: another one is that of a meter added again."""
    first_own_ms: int | None = None
    """Of a meter that was added again: the hour in which it first began to read."""
    since_ms: int | None = None
    """From here on everything is loaded: the newest months come first."""
    first_ms: int | None = None
    last_ms: int | None = None
    """The first and the end of the last hour that could be used."""
    new: int = 0
    """Hours that were loaded."""
    known: int = 0
    """Hours that could be used, but of which something was known already."""
    unused: dict[str, int] = field(default_factory=dict)
    """Hours that could not be used, by reason."""
    problem: str | None = None
    """Why the statistics as a whole cannot be used."""
    done: bool = False

    @property
    def began_ms(self) -> int:
        """The hour in which the meter first began to read the channel."""
        return self.own_since_ms if self.first_own_ms is None else self.first_own_ms

    def anew(self, sensor: str) -> ChannelProgress:
        """Return that nothing was loaded yet, from a sensor."""
        return ChannelProgress(
            sensor, self.own_since_ms, self.added_as, self.first_own_ms
        )

    def note_used(self, start_ms: int, end_ms: int) -> None:
        """Widen what could be used to a span of time."""
        if self.first_ms is None or start_ms < self.first_ms:
            self.first_ms = start_ms
        if self.last_ms is None or end_ms > self.last_ms:
            self.last_ms = end_ms


type MeterProgress = dict[Channel, ChannelProgress]


class BackFillRecords:
    """The progress of all meters, kept over restarts."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Keep it in Home Assistant's storage."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.back_fill"
        )
        self._meters: dict[str, MeterProgress] = {}

    async def async_load(self) -> None:
        """Read what was kept."""
        kept = await self._store.async_load() or {}
        self._meters = {
            meter_id: {
                Channel(channel): ChannelProgress(**progress)
                for channel, progress in channels.items()
            }
            for meter_id, channels in kept.items()
        }

    def of(self, meter_id: str) -> MeterProgress:
        """Return the progress of a meter, to be changed."""
        return self._meters.setdefault(meter_id, {})

    def forget(self, meter_id: str) -> None:
        """Forget a meter whose history is gone."""
        self._meters.pop(meter_id, None)
        self.save_soon()

    def save_soon(self) -> None:
        """Write what changed, with whatever changes in the next seconds."""
        self._store.async_delay_save(self._as_data, _SAVE_SECONDS)

    def _as_data(self) -> dict[str, Any]:
        return {
            meter_id: {
                channel.value: asdict(progress) for channel, progress in m.items()
            }
            for meter_id, m in self._meters.items()
        }


_DATA: HassKey[BackFillRecords] = HassKey(f"{DOMAIN}_back_fill_records")


async def async_back_fill_records(hass: HomeAssistant) -> BackFillRecords:
    """Return the progress of all meters."""
    if _DATA not in hass.data:
        records = BackFillRecords(hass)
        await records.async_load()
        # Another caller may have been faster.
        hass.data.setdefault(_DATA, records)
    return hass.data[_DATA]
