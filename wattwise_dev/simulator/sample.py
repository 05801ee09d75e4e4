"""Single samples of one meter, as they are sent or written down."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from .household import ENERGY_EXPORT, ENERGY_IMPORT, POWER
from .stream import Chunk

type Value = float | str | None
"""A number, or the text or nothing that a fault makes of it."""

# Digits after the point that meters show, by the start of the channel's name.
_DIGITS: Final = {
    POWER: 1,
    ENERGY_IMPORT: 6,
    ENERGY_EXPORT: 6,
    "voltage": 2,
    "current": 3,
    "frequency": 3,
    "power_factor": 3,
}


@dataclass(slots=True)
class Sample:
    """What a meter shows at a moment: energies in kWh, the rest in W, V, A, Hz, 1."""

    due_s: int
    """When it was measured [s since the epoch]."""
    time_s: int
    """When the meter says it was."""
    values: dict[str, Value]

    @property
    def iso_time(self) -> str:
        """The meter's time in ISO 8601, UTC."""
        moment = datetime.fromtimestamp(self.time_s, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def samples_of(chunks: Iterable[Chunk], meter: str) -> Iterator[Sample]:
    """Yield a meter's samples with as many digits as meters have."""
    for chunk in chunks:
        channels = chunk.meter(meter)
        columns = [
            values.round(_digits(channel)).tolist()
            for channel, values in channels.items()
        ]
        times: list[int] = chunk.times.tolist()
        for time_s, *row in zip(times, *columns, strict=True):
            values = dict(zip(channels, row, strict=True))
            yield Sample(int(time_s), int(time_s), values)


def _digits(channel: str) -> int:
    """Return the digits of a channel."""
    name = channel.partition("_l")[0]
    return _DIGITS[name]
