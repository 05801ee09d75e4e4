"""What fields may be that do not say it themselves, judged by how they behave.

Such guesses only prefill a form: the user confirms what a field is, and its unit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..metering.quantity import Channel, Quantity
from .contract.circuit import Circuit, Formula
from .contract.field import Field
from .field_guess import is_understood
from .field_words import EXPORT, OTHER, PARTIAL, quantity_of, words_of
from .formula_choice import VOLTAGES, Fields

# Fewer than these do not show how a value behaves.
_MIN_SAMPLES: Final = 3
# Low and high end of what the mains have, and how far it changes meanwhile.
_MAINS: Final = (
    (Quantity.VOLTAGE, 200.0, 250.0, 10.0),
    (Quantity.VOLTAGE, 100.0, 130.0, 10.0),
    (Quantity.FREQUENCY, 49.0, 51.0, 1.0),
    (Quantity.FREQUENCY, 59.0, 61.0, 1.0),
)
# No home takes more [kW].
_MAX_KILOWATTS: Final = 50.0
# A power may rise for a while, too, but is not as large as a counter of Wh soon is.
_MIN_WATT_HOURS: Final = 20_000.0
# What rises by one in a second is the time since the device was switched on.
_CLOCK_PER_HOUR: Final = 3600.0
_CLOCK_TOLERANCE: Final = 0.05


@dataclass(frozen=True, slots=True)
class Sample:
    """A value that a field had, and when, by any clock [s]."""

    time_s: float
    value: float


def needs_watching(fields: Fields, circuits: Iterable[Circuit]) -> bool:
    """Return whether one of the fields could be the counter that is still missing."""
    counts = any(channel.is_energy for c in circuits for channel in c.channels)
    return not counts and any(map(_is_unclear, fields.values()))


def guess_by_behaviour(
    fields: Fields, samples: Mapping[str, Sequence[Sample]]
) -> dict[Channel, Formula]:
    """Return what the unclear ones among the fields may be, by their last samples.

    Nothing is guessed where several fields behave alike, but for three voltages.
    """
    counters: dict[Channel, list[Formula]] = {}
    mains: dict[Quantity, list[Formula]] = {}
    for field in fields.values():
        seen = samples.get(field.key, ())
        if len(seen) < _MIN_SAMPLES or not _is_unclear(field):
            continue
        words = words_of(field.key)
        quantity = _quantity_of_mains([sample.value for sample in seen])
        if quantity is not None and quantity_of(words) is None:
            unit = "V" if quantity is Quantity.VOLTAGE else "Hz"
            mains.setdefault(quantity, []).append(Formula.of(field.key, unit))
        elif (energy_unit := _unit_of_counter(seen)) is not None:
            exports = not EXPORT.isdisjoint(words)
            channel = Channel.ENERGY_EXPORT if exports else Channel.ENERGY_IMPORT
            formula = Formula.of(field.key, energy_unit)
            counters.setdefault(channel, []).append(formula)
    guesses = {c: alike[0] for c, alike in counters.items() if len(alike) == 1}
    voltages = mains.get(Quantity.VOLTAGE, [])
    if len(voltages) in (1, len(VOLTAGES)):
        guesses |= dict(zip(VOLTAGES, voltages, strict=False))
    if len(frequencies := mains.get(Quantity.FREQUENCY, [])) == 1:
        guesses[Channel.FREQUENCY] = frequencies[0]
    return guesses


def _is_unclear(field: Field) -> bool:
    """Return whether name and unit leave open what a field is; energy needs a unit."""
    words = words_of(field.key)
    return (
        field.unit is None
        and not is_understood(field)
        and quantity_of(words) in (None, Quantity.ENERGY)
        and OTHER.isdisjoint(words)
        and PARTIAL.isdisjoint(words)
    )


def _quantity_of_mains(values: Sequence[float]) -> Quantity | None:
    """Return what of the mains steady values are like; None if they are not."""
    lowest, highest = min(values), max(values)
    for quantity, low, high, spread in _MAINS:
        if low <= lowest and highest <= high and highest - lowest <= spread:
            return quantity
    return None


def _unit_of_counter(seen: Sequence[Sample]) -> str | None:
    """Return the likely unit of a value that only rises; None if it is no counter."""
    values = [sample.value for sample in seen]
    # The first may be old, because brokers keep messages.
    second, last = seen[1], seen[-1]
    rises = values == sorted(values) and second.value < last.value
    hours = (last.time_s - second.time_s) / 3600.0
    if not rises or values[0] < 0 or hours <= 0:
        return None
    per_hour = (last.value - second.value) / hours
    if abs(per_hour / _CLOCK_PER_HOUR - 1.0) < _CLOCK_TOLERANCE:
        return None
    if per_hour <= _MAX_KILOWATTS:
        return "kWh"
    if per_hour <= 1000.0 * _MAX_KILOWATTS and values[0] >= _MIN_WATT_HOURS:
        return "Wh"
    return None
