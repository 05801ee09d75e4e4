"""Decoding the JSON that meters push over HTTP."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
import math
from typing import Any, Final

from ..metering.quantity import Channel
from ..metering.reading import Reading, Refusal, RefusedReading

MAX_READINGS: Final = 10_000

_KWH: Final = 1_000.0

# Field -> channel and factor to its base unit. The second half is the body of the
# Energy Intelligence Platform's hardware interface, which devices in the field send.
_FIELDS: Final[dict[str, tuple[Channel, float]]] = {
    "power": (Channel.POWER, 1.0),
    "energy_import": (Channel.ENERGY_IMPORT, _KWH),
    "energy_export": (Channel.ENERGY_EXPORT, _KWH),
    "energy_import_wh": (Channel.ENERGY_IMPORT, 1.0),
    "energy_export_wh": (Channel.ENERGY_EXPORT, 1.0),
    "voltage_l1": (Channel.VOLTAGE_L1, 1.0),
    "voltage_l2": (Channel.VOLTAGE_L2, 1.0),
    "voltage_l3": (Channel.VOLTAGE_L3, 1.0),
    "current_l1": (Channel.CURRENT_L1, 1.0),
    "current_l2": (Channel.CURRENT_L2, 1.0),
    "current_l3": (Channel.CURRENT_L3, 1.0),
    "current_n": (Channel.CURRENT_N, 1.0),
    "frequency": (Channel.FREQUENCY, 1.0),
    "power_factor": (Channel.POWER_FACTOR, 1.0),
    "load": (Channel.LOAD, 1.0),
    "energy_consumed": (Channel.ENERGY_IMPORT, _KWH),
    "energy_produced": (Channel.ENERGY_EXPORT, _KWH),
    "current_load": (Channel.LOAD, 1.0),
    "voltage": (Channel.VOLTAGE_L1, 1.0),
    "current": (Channel.CURRENT_L1, 1.0),
    "current1": (Channel.CURRENT_L1, 1.0),
    "current2": (Channel.CURRENT_L2, 1.0),
    "current3": (Channel.CURRENT_L3, 1.0),
}
_TIME_FIELDS: Final = ("time", "timestamp")
_DESCRIPTIVE_FIELDS: Final = frozenset({*_TIME_FIELDS, "facility_id"})

# Seconds of the year 5138 are milliseconds of 1973: nobody means either.
_MILLISECONDS_FROM: Final = 1e11


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
    time_ms = _time_ms(body, received_ms)
    if time_ms is None:
        name = next(name for name in _TIME_FIELDS if name in body)
        raise MalformedBodyError(
            name, "must be ISO 8601 with a time zone, or seconds since 1970"
        )
    for name, channel, value in _values(body, decoded.ignored):
        if value is None:
            raise MalformedBodyError(name, "must be a number")
        decoded.readings.append(Reading(channel, time_ms, value))
    if not decoded.readings:
        raise MalformedBodyError("", f"must hold at least one of: {', '.join(_FIELDS)}")


def _decode_item(
    index: int, item: object, default_ms: int | None, decoded: DecodedBody
) -> None:
    if not isinstance(item, Mapping):
        decoded.refused.append(RefusedReading(index, None, Refusal.MALFORMED))
        return
    time_ms = _time_ms(item, default_ms)
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
    for name, value in item.items():
        if name in _DESCRIPTIVE_FIELDS or value is None:
            continue
        known = _FIELDS.get(name)
        if known is None:
            ignored.add(name)
            continue
        if name == "current" and "current1" in item:
            # The sum of the phases, which follow.
            continue
        channel, factor = known
        yield name, channel, _number(value, factor)


def _number(value: object, factor: float) -> float | None:
    # To Python, true is the number 1.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value) * factor
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _time_ms(item: Mapping[str, Any], default_ms: int | None) -> int | None:
    """Return the item's time, None when it cannot be understood."""
    value = next((item[name] for name in _TIME_FIELDS if name in item), None)
    if value is None:
        return default_ms
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            return None
        if moment.tzinfo is None:
            return None
        seconds: float | None = moment.timestamp()
    else:
        seconds = _number(value, 1.0)
        if seconds is not None and abs(seconds) >= _MILLISECONDS_FROM:
            seconds /= 1000
    if seconds is None or abs(seconds) > _MILLISECONDS_FROM:
        return None
    return round(seconds * 1000)
