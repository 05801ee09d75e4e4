"""The fields of WattWise's own format, which devices send over HTTP and MQTT."""

from collections.abc import Iterator, Mapping
import math
from typing import Any, Final

from ..metering.quantity import Channel
from .contract.number import epoch_ms

# Field -> channel and unit. The second half is the body of the Energy Intelligence
# Platform's hardware interface, which devices in the field send.
FIELDS: Final[dict[str, tuple[Channel, str]]] = {
    "power": (Channel.POWER, "W"),
    "energy_import": (Channel.ENERGY_IMPORT, "kWh"),
    "energy_export": (Channel.ENERGY_EXPORT, "kWh"),
    "energy_import_wh": (Channel.ENERGY_IMPORT, "Wh"),
    "energy_export_wh": (Channel.ENERGY_EXPORT, "Wh"),
    "voltage_l1": (Channel.VOLTAGE_L1, "V"),
    "voltage_l2": (Channel.VOLTAGE_L2, "V"),
    "voltage_l3": (Channel.VOLTAGE_L3, "V"),
    "current_l1": (Channel.CURRENT_L1, "A"),
    "current_l2": (Channel.CURRENT_L2, "A"),
    "current_l3": (Channel.CURRENT_L3, "A"),
    "current_n": (Channel.CURRENT_N, "A"),
    "frequency": (Channel.FREQUENCY, "Hz"),
    "power_factor": (Channel.POWER_FACTOR, "1"),
    "load": (Channel.LOAD, "%"),
    "energy_consumed": (Channel.ENERGY_IMPORT, "kWh"),
    "energy_produced": (Channel.ENERGY_EXPORT, "kWh"),
    "current_load": (Channel.LOAD, "%"),
    "voltage": (Channel.VOLTAGE_L1, "V"),
    "current": (Channel.CURRENT_L1, "A"),
    "current1": (Channel.CURRENT_L1, "A"),
    "current2": (Channel.CURRENT_L2, "A"),
    "current3": (Channel.CURRENT_L3, "A"),
}
TIME_FIELDS: Final = ("time", "timestamp")
_DESCRIPTIVE_FIELDS: Final = frozenset({*TIME_FIELDS, "facility_id"})


def field_values(
    item: Mapping[str, Any], ignored: set[str]
) -> Iterator[tuple[str, float | None]]:
    """Yield what an item says under each known name; None for what is not a number.

    Adds the names that are no field of WattWise to `ignored`.
    """
    for name, value in item.items():
        if name in _DESCRIPTIVE_FIELDS or value is None:
            continue
        if name not in FIELDS:
            ignored.add(name)
            continue
        if name == "current" and "current1" in item:
            # The sum of the phases, which follow.
            continue
        yield name, _number(value)


def item_time_ms(item: Mapping[str, Any], default_ms: int | None) -> int | None:
    """Return the item's time, `default_ms` if it has none.

    UTC in milliseconds since the epoch; None when it cannot be understood.
    """
    value = next((item[name] for name in TIME_FIELDS if name in item), None)
    return default_ms if value is None else epoch_ms(value)


def has_time(item: Mapping[str, Any]) -> bool:
    """Return whether the item says when its values were measured."""
    return any(item.get(name) is not None for name in TIME_FIELDS)


def _number(value: object) -> float | None:
    # To Python, true is the number 1.
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        parsed = float(value)
    except OverflowError:
        return None
    return parsed if math.isfinite(parsed) else None
