"""Decoding the JSON that meters push over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import math
from typing import Any, Final

from ..dialects.wattwise_fields import FIELDS, TIME_FIELDS, field_values, item_time_ms
from ..metering.quantity import Channel, to_base_unit
from ..metering.reading import Reading, Refusal, RefusedReading

MAX_READINGS: Final = 10_000


class MalformedBodyError(Exception):
    """The body cannot be understood as a whole."""

    def __init__(self, field_name: str, problem: str) -> None:
        """Say where in the body, and what is wrong there."""
        super().__init__(f"{field_name or 'body'} {problem}")
        self.field = field_name


@dataclass(slots=True)
class DecodedBody:
    """What a pushed body holds."""

    readings: list[Reading] = field(default_factory=list)
    refused: list[RefusedReading] = field(default_factory=list)
    ignored: set[str] = field(default_factory=set)
    """Fields that are no channel of WattWise."""


def decode(body: object, received_ms: int) -> DecodedBody:
    """Decode one set of values, or a list of up to MAX_READINGS of them.

    In a list, an item that cannot be understood is refused by itself, so that it
    does not hold up the others for ever. Raises MalformedBodyError for a body that
    is wrong as a whole.
    """
    decoded = DecodedBody()
    items = _items(body)
    if items is None:
        if not isinstance(body, Mapping):
            raise MalformedBodyError("", "must be an object or a list of objects")
        _decode_single(body, received_ms, decoded)
        return decoded
    if not items:
        raise MalformedBodyError("readings", "must not be empty")
    if len(items) > MAX_READINGS:
        raise MalformedBodyError("readings", f"must hold at most {MAX_READINGS}")
    for index, item in enumerate(items):
        _decode_item(index, item, received_ms if len(items) == 1 else None, decoded)
    return decoded


def _items(body: object) -> list[Any] | None:
    """Return the items of a list body, None for a single one."""
    if isinstance(body, list):
        return body
    if isinstance(body, Mapping) and "readings" in body:
        readings = body["readings"]
        if not isinstance(readings, list):
            raise MalformedBodyError("readings", "must be a list")
        return readings
    return None


def _decode_single(
    body: Mapping[str, Any], received_ms: int, decoded: DecodedBody
) -> None:
    time_ms = item_time_ms(body, received_ms)
    if time_ms is None:
        name = next(name for name in TIME_FIELDS if name in body)
        raise MalformedBodyError(
            name, "must be ISO 8601 with a time zone, or seconds since 1970"
        )
    for name, channel, value in _values(body, decoded.ignored):
        if value is None:
            raise MalformedBodyError(name, "must be a number")
        decoded.readings.append(Reading(channel, time_ms, value))
    if not decoded.readings:
        raise MalformedBodyError("", f"must hold at least one of: {', '.join(FIELDS)}")


def _decode_item(
    index: int, item: object, default_ms: int | None, decoded: DecodedBody
) -> None:
    if not isinstance(item, Mapping):
        decoded.refused.append(RefusedReading(index, None, Refusal.MALFORMED))
        return
    time_ms = item_time_ms(item, default_ms)
    if time_ms is None:
        decoded.refused.append(RefusedReading(index, None, Refusal.INVALID_TIME))
        return
    found = False
    for _, channel, value in _values(item, decoded.ignored):
        found = True
        if value is None:
            decoded.refused.append(
                RefusedReading(index, channel, Refusal.NOT_A_NUMBER, None, time_ms)
            )
        else:
            decoded.readings.append(Reading(channel, time_ms, value, index))
    if not found:
        decoded.refused.append(RefusedReading(index, None, Refusal.MALFORMED))


def _values(
    item: Mapping[str, Any], ignored: set[str]
) -> Iterator[tuple[str, Channel, float | None]]:
    """Yield the item's values in base units; None for what is not a number."""
    for name, value in field_values(item, ignored):
        channel, unit = FIELDS[name]
        yield name, channel, _in_base_unit(value, channel, unit)


def _in_base_unit(value: float | None, channel: Channel, unit: str) -> float | None:
    """Return the value in the channel's base unit; None also where that is too big."""
    if value is None:
        return None
    converted = to_base_unit(value, channel.quantity, unit)
    return converted if math.isfinite(converted) else None
