"""What the fields of a device stand for, as the user sees and corrects it.

A formula may be anything; a form has one answer for each field. Fields whose answer
the user leaves alone keep their part in all formulas.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Final, Self

from ..dialects.contract.circuit import Formula, Term
from ..dialects.contract.field import Field
from ..metering.quantity import (
    METER_CHANNELS,
    Channel,
    Quantity,
    known_units,
    to_base_unit,
)

# What meters that do not tell their units usually mean.
_USUAL_UNITS: Final[dict[Quantity, tuple[str, ...]]] = {
    Quantity.POWER: ("W", "kW"),
    Quantity.ENERGY: ("Wh", "kWh", "MWh"),
    Quantity.VOLTAGE: ("V", "mV"),
    Quantity.CURRENT: ("A", "mA"),
    Quantity.FREQUENCY: ("Hz",),
    Quantity.POWER_FACTOR: ("", "%"),
    Quantity.LOAD: ("%",),
}
# Of these, several fields make a sum: phases, or the registers of two tariffs.
_SUMMED: Final = (Quantity.POWER, Quantity.ENERGY)


@dataclass(frozen=True, slots=True)
class FieldUse:
    """The channel a field stands for, its unit, and whether its sign is contrary."""

    channel: Channel
    unit: str
    is_reversed: bool = False

    @classmethod
    def from_value(cls, value: str) -> Self | None:
        """Return the use that stands in a form; None if the field is not used."""
        if value == UNUSED:
            return None
        channel, unit, *is_reversed = value.split(":")
        return cls(Channel(channel), unit, bool(is_reversed))

    @property
    def value(self) -> str:
        """How the use stands in a form."""
        text = f"{self.channel}:{self.unit}"
        return f"{text}:reversed" if self.is_reversed else text


UNUSED: Final = "unused"


def possible_uses(field: Field | None, current: FieldUse | None) -> list[FieldUse]:
    """Return what a field may stand for, judged by the unit it tells."""
    told = field.unit if field else None
    uses = [
        use
        for channel in METER_CHANNELS
        if told is None or told in known_units(channel.quantity)
        for unit in _units(channel.quantity, told)
        for use in _directions(channel, unit)
    ]
    return uses if current is None or current in uses else [current, *uses]


def use_of(channels: Mapping[Channel, Formula], key: str) -> FieldUse | None:
    """Return what a field stands for in the first place; None if it is not used."""
    uses = [
        (term.factor < 0, FieldUse(channel, _unit(channel, formula, term), False))
        for channel, formula in channels.items()
        for term in formula.terms
        if term.key == key
    ]
    if not uses:
        return None
    # A field that is taken off one channel and added to another stands for the other.
    is_negative, use = min(uses, key=lambda item: item[0])
    return FieldUse(use.channel, use.unit, is_negative)


def corrected(
    channels: Mapping[Channel, Formula], answers: Mapping[str, FieldUse | None]
) -> dict[Channel, Formula]:
    """Return the formulas after the user said what the fields stand for."""
    changed = {key: use for key, use in answers.items() if use != use_of(channels, key)}
    terms = {
        channel: (
            formula.unit,
            [term for term in formula.terms if term.key not in changed],
        )
        for channel, formula in channels.items()
    }
    for key, use in changed.items():
        if use is None:
            continue
        unit, of_channel = terms.get(use.channel, (use.unit, []))
        if not of_channel:
            unit = use.unit
        factor = _ratio(use.channel.quantity, use.unit, unit)
        of_channel.append(Term(key, -factor if use.is_reversed else factor))
        terms[use.channel] = (unit, of_channel)
    return {
        channel: Formula(tuple(terms[channel][1]), terms[channel][0])
        for channel in METER_CHANNELS
        if channel in terms and terms[channel][1]
    }


def crowded_channels(channels: Mapping[Channel, Formula]) -> set[Channel]:
    """Return the channels that have several fields though they cannot be a sum."""
    return {
        channel
        for channel, formula in channels.items()
        if len(formula.terms) > 1 and channel.quantity not in _SUMMED
    }


def fields_to_show(
    fields: Iterable[str],
    channels: Mapping[Channel, Formula],
    others: Iterable[Mapping[Channel, Formula]],
) -> list[str]:
    """Return the fields a meter may be made of: its own first, none of other meters."""
    own = [key for formula in channels.values() for key in formula.keys]
    foreign = {
        key for other in others for formula in other.values() for key in formula.keys
    }
    free = [key for key in fields if key not in foreign]
    return list(dict.fromkeys([*own, *free]))


def _units(quantity: Quantity, told: str | None) -> list[str]:
    """Return the units a field may be in, the one it tells first."""
    usual = _USUAL_UNITS[quantity]
    return list(usual if told is None else dict.fromkeys([told, *usual]))


def _directions(channel: Channel, unit: str) -> list[FieldUse]:
    """Return the senses in which a value of a channel may be meant."""
    use = FieldUse(channel, unit)
    if channel.quantity is not Quantity.POWER:
        return [use]
    return [use, FieldUse(channel, unit, is_reversed=True)]


def _unit(channel: Channel, formula: Formula, term: Term) -> str:
    """Return the unit in which a term's field is understood."""
    for unit in (formula.unit, *_USUAL_UNITS[channel.quantity]):
        ratio = _ratio(channel.quantity, unit, formula.unit)
        if isclose(abs(term.factor), ratio):
            return unit
    return formula.unit


def _ratio(quantity: Quantity, unit: str, other: str) -> float:
    """Return how many of the other unit one of the unit is."""
    return to_base_unit(1.0, quantity, unit) / to_base_unit(1.0, quantity, other)
