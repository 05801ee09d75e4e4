"""Which meters a device's fields make, and what each channel is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self

from ...metering.profile import EnergyKind, MeterRole
from ...metering.quantity import Channel


@dataclass(frozen=True, slots=True)
class Term:
    """A field's share in a channel: its value times the factor."""

    key: str
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class Formula:
    """How a channel comes from fields: the sum of the terms, in a unit."""

    terms: tuple[Term, ...]
    unit: str

    @classmethod
    def of(cls, key: str, unit: str, factor: float = 1.0) -> Self:
        """Return the formula of a channel that is a single field."""
        return cls((Term(key, factor),), unit)

    @classmethod
    def sum_of(cls, keys: tuple[str, ...], unit: str) -> Self:
        """Return the formula of a channel that several fields make up."""
        return cls(tuple(Term(key) for key in keys), unit)

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields that take part."""
        return tuple(term.key for term in self.terms)

    @property
    def reversed(self) -> Self:
        """The formula with the opposite sign."""
        terms = tuple(Term(term.key, -term.factor) for term in self.terms)
        return type(self)(terms, self.unit)

    def value(self, fields: Mapping[str, float]) -> float | None:
        """Return the sum [unit]; None while a field is missing: no half sums."""
        if any(term.key not in fields for term in self.terms):
            return None
        return sum(term.factor * fields[term.key] for term in self.terms)

    def as_dict(self) -> dict[str, Any]:
        """Return the formula as a config entry keeps it."""
        return {
            "unit": self.unit,
            "terms": [{"key": t.key, "factor": t.factor} for t in self.terms],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the formula that a config entry kept."""
        terms = tuple(Term(term["key"], term["factor"]) for term in data["terms"])
        return cls(terms, data["unit"])


class Turned(StrEnum):
    """What a production meter has the other way round than its device."""

    COUNTER = "counter"
    """The device counts as import what is export."""
    POWER = "power"
    """The device's power is negative while it produces."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """A meter that fields of a device make.

    `key` tells it from the device's other circuits and stays the same; it is empty
    for the circuit of a device that can have only one. `name` is what the device
    calls it, if it does.
    """

    key: str
    channels: Mapping[Channel, Formula]
    name: str | None = None
    role: MeterRole | None = None
    energy_kind: EnergyKind = EnergyKind.COUNTER
    supply_channels: Mapping[Channel, Formula] | None = None
    """The channels where energy may flow both ways; None if they are the same."""
    knows_its_role: bool = False
    """Whether the device tells a positive power while it produces, if that is its role.

    All others tell a negative one: it flows against the direction of import.
    """
    turned: Turned | None = None

    def of_role(self, role: MeterRole) -> Circuit:
        """Return the circuit as a meter of the role has it.

        A plug behind a small inverter counts what comes as if it were used: a
        production meter that has no counter of export takes the other for it. Where
        both ways are told, what it produces is what the device calls export. All is
        given back when the meter is something else again.
        """
        channels = dict(self.channels)
        if self.supply_channels is not None and role is not MeterRole.APPLIANCE:
            channels = dict(self.supply_channels)
        elif self.turned is Turned.COUNTER:
            channels[Channel.ENERGY_IMPORT] = channels.pop(Channel.ENERGY_EXPORT)
        elif self.turned is Turned.POWER:
            channels[Channel.POWER] = channels[Channel.POWER].reversed
        turned = None
        if role is MeterRole.PRODUCTION and Channel.ENERGY_IMPORT in channels:
            if Channel.ENERGY_EXPORT not in channels:
                channels[Channel.ENERGY_EXPORT] = channels.pop(Channel.ENERGY_IMPORT)
                turned = Turned.COUNTER
            elif Channel.POWER in channels and not self.knows_its_role:
                channels[Channel.POWER] = channels[Channel.POWER].reversed
                turned = Turned.POWER
        return replace(self, role=role, channels=channels, turned=turned)
