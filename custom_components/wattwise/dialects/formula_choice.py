"""Formulas of the fields that a device turned out to tell."""

from collections.abc import Iterable, Mapping
from typing import Final

from ..metering.profile import EnergyKind, MeterRole
from ..metering.quantity import Channel
from .contract.circuit import Circuit, Formula, Term
from .contract.field import Field

type Fields = Mapping[str, Field]

PHASES: Final = (1, 2, 3)
VOLTAGES: Final = (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3)
CURRENTS: Final = (Channel.CURRENT_L1, Channel.CURRENT_L2, Channel.CURRENT_L3)


def single(fields: Fields, key: str) -> Formula | None:
    """Return the formula of a field in its own unit; None if it was not told."""
    field = fields.get(key)
    return None if field is None else Formula.of(key, field.unit or "")


def sum_told(fields: Fields, keys: Iterable[str]) -> Formula | None:
    """Return the sum of those fields that were told, all in the unit of the first.

    None if none was.
    """
    told = tuple(key for key in keys if key in fields)
    return Formula.sum_of(told, fields[told[0]].unit or "") if told else None


def sum_of_all(fields: Fields, keys: Iterable[str]) -> Formula | None:
    """Return the sum of fields in the unit of the first; None until all were told."""
    keys = tuple(keys)
    return sum_told(fields, keys) if all(key in fields for key in keys) else None


def difference(taken: Formula | None, given: Formula | None) -> Formula | None:
    """Return what is taken less what is given, both in one unit; None without either.

    What differs in its unit is left out.
    """
    if given is None or (taken is not None and taken.unit != given.unit):
        return taken
    terms = () if taken is None else taken.terms
    less = tuple(Term(term.key, -term.factor) for term in given.terms)
    return Formula(terms + less, given.unit)


def meters(
    key: str,
    choices: Mapping[Channel, Formula | None],
    *,
    name: str | None = None,
    role: MeterRole | None = None,
) -> list[Circuit]:
    """Return the circuit of the channels for which there is a formula.

    None without power and energy. One that counts no energy has it from its power.
    """
    channels = {channel: f for channel, f in choices.items() if f is not None}
    counts = any(channel.is_energy for channel in channels)
    if not counts and Channel.POWER not in channels:
        return []
    kind = EnergyKind.COUNTER if counts else EnergyKind.POWER
    return [Circuit(key, channels, name, role, kind)]
