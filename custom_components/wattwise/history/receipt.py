"""What became of the readings that were handed to the history."""

from dataclasses import dataclass, field

from ..metering.quantity import Channel
from ..metering.reading import Reading, RefusedReading


@dataclass(frozen=True, slots=True)
class LatestValue:
    """The newest known value of a channel.

    `value` is the momentary value or what the meter's counter shows, None where the
    meter sends amounts or energy is derived from power; `register_wh` the energy
    register, None for channels that are no energy.
    """

    time_ms: int
    value: float | None
    register_wh: float | None


@dataclass(slots=True)
class Receipt:
    """How many readings were taken, and why others were not.

    Held readings are safe on disk and wait for the counter's next readings to show
    whether they are true.
    """

    accepted: int = 0
    duplicate: int = 0
    held: int = 0
    refused: list[RefusedReading] = field(default_factory=list)
    disproved: list[RefusedReading] = field(default_factory=list)
    """Readings of earlier appends that were held and turned out to be wrong."""
    unused: set[Channel] = field(default_factory=set)
    """Energy that was told although the meter's settings say it is not."""
    latest: dict[Channel, LatestValue] = field(default_factory=dict)
    """The newest values of all channels that this append touched."""
    momentary: list[Reading] = field(default_factory=list)
    """Of a live append, the momentary values that are newer than all before them."""
    live: bool = True
    """Whether the readings came from the meter now, not from a record of its past."""
