"""What every source of a meter's readings offers, whatever its transport."""

from collections.abc import Callable
from typing import Protocol

from homeassistant.core import CALLBACK_TYPE

from ..metering.reading import Reading, RefusedReading

type ReadingCallback = Callable[[Reading], None]
type RefusedCallback = Callable[[RefusedReading], None]


class MeterSource(Protocol):
    """Reads one meter while its household is loaded."""

    @property
    def available(self) -> bool | None:
        """Whether the meter is there; None where only its readings can tell."""

    async def async_start(self) -> CALLBACK_TYPE:
        """Begin to read; returns what ends it.

        Raises UnknownDialectError. A device that is away at the moment is no error:
        the source waits for it.
        """
