"""Which meters a device's fields make, and what each channel is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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

    def of_role(self, role: MeterRole) -> Circuit:
        """Return the circuit as a meter of the role has it.

        A plug behind a small inverter counts what comes as if it were used: a
        production meter that has no counter of export takes the other for it.
        """
        channels = dict(self.channels)
        if role is MeterRole.PRODUCTION and Channel.ENERGY_EXPORT not in channels:
            counter = channels.pop(Channel.ENERGY_IMPORT, None)
            if counter is not None:
                channels[Channel.ENERGY_EXPORT] = counter
        return replace(self, role=role, channels=channels)
