"""From the fields a device tells, message by message, to the readings of a meter."""

from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Final

from ..dialects.contract.circuit import Formula
from ..dialects.contract.field import Decoded, Field
from ..metering.quantity import Channel, to_base_unit
from ..metering.reading import Reading, Refusal, RefusedReading

# Messages of one telegram arrive within this time.
_BURST_MS: Final = 100


class FieldAssembly:
    """Makes readings of a meter from the messages of its device.

    Fields that come in messages of their own are remembered, so that a channel made
    of several has its value as soon as each was told once.
    """

    def __init__(self, channels: Mapping[Channel, Formula]) -> None:
        """Make the channels by these formulas."""
        self._channels = dict(channels)
        self._fields: dict[str, float] = {}
        self._taken_ms: dict[Channel, int] = {}

    def prime(self, decoded: Decoded) -> None:
        """Remember the fields of a message without making readings of them.

        For retained messages: nobody knows when their values were true.
        """
        self._fields |= {field.key: field.value for field in decoded.fields}

    def take(
        self, decoded: Decoded, received_ms: int
    ) -> tuple[list[Reading], list[RefusedReading]]:
        """Return the readings of the channels that the message has fields of.

        A value's time is the device's own, else `received_ms`.
        """
        refused = self._refused(decoded, received_ms)
        readings: list[Reading] = []
        for told in _told_at_once(decoded.fields):
            self._fields |= {key: field.value for key, field in told.items()}
            taken, absurd = self._readings(told, received_ms)
            readings += taken
            refused += absurd
        return readings, refused

    def _readings(
        self, told: Mapping[str, Field], received_ms: int
    ) -> tuple[list[Reading], list[RefusedReading]]:
        readings: list[Reading] = []
        refused: list[RefusedReading] = []
        for channel, formula in self._channels.items():
            used = [told[key] for key in formula.keys if key in told]
            if not used or (value := formula.value(self._fields)) is None:
                continue
            in_base = to_base_unit(value, channel.quantity, formula.unit)
            if not isfinite(in_base):
                refused.append(RefusedReading(0, channel, Refusal.OUT_OF_RANGE))
                continue
            times = [field.time_ms for field in used if field.time_ms is not None]
            time_ms = max(times) if times else self._free_ms(channel, received_ms)
            self._taken_ms[channel] = time_ms
            readings.append(Reading(channel, time_ms, in_base))
        return readings, refused

    def _free_ms(self, channel: Channel, received_ms: int) -> int:
        """Return the time of arrival, or the next millisecond if that has a reading.

        The fields of a sum come in messages of their own, several in a millisecond;
        two values for one moment would contradict each other.
        """
        taken_ms = self._taken_ms.get(channel)
        if taken_ms is None or not 0 <= taken_ms - received_ms < _BURST_MS:
            return received_ms
        return taken_ms + 1

    def _refused(self, decoded: Decoded, received_ms: int) -> list[RefusedReading]:
        """Return the refusals of fields that the meter uses, and of whole messages."""
        refused = []
        for item in decoded.refused:
            if not item.key:
                refused.append(RefusedReading(0, None, item.reason, None, received_ms))
                continue
            # What is not known any more shall not be half of a sum.
            self._fields.pop(item.key, None)
            refused += [
                RefusedReading(0, channel, item.reason, item.value, received_ms)
                for channel, formula in self._channels.items()
                if item.key in formula.keys
            ]
        return refused


def _told_at_once(fields: Iterable[Field]) -> Iterator[dict[str, Field]]:
    """Divide fields where one comes again: there begins a later set of values."""
    at_once: dict[str, Field] = {}
    for field in fields:
        if field.key in at_once:
            yield at_once
            at_once = {}
        at_once[field.key] = field
    if at_once:
        yield at_once
