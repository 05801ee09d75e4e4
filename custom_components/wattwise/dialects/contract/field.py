"""What a device's message says, before anybody decided what it means for a meter."""

from dataclasses import dataclass, field

from ...metering.reading import Refusal
from .number import number


@dataclass(frozen=True, slots=True)
class Field:
    """One number of a device.

    `key` names it within the device and stays the same from message to message, as
    in `ENERGY.Total` or `switch:0.apower`. `unit` is one of metering.quantity, None
    where the device does not tell. `time_ms` is the device's own time of the value,
    UTC in milliseconds since the epoch; None where it has none.
    """

    key: str
    value: float
    unit: str | None = None
    time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class RefusedField:
    """A value of a device that says nothing, and why.

    `key` is empty for a message, or a set of values in it, that is refused whole.
    """

    key: str
    reason: Refusal
    value: float | None = None


@dataclass(slots=True)
class Decoded:
    """What one message holds; a device tells its fields in one or in many."""

    fields: list[Field] = field(default_factory=list)
    refused: list[RefusedField] = field(default_factory=list)
    online: bool | None = None
    """What the message says of the device's connection, None if nothing."""

    def add(
        self, key: str, value: object, unit: str | None, time_ms: int | None = None
    ) -> None:
        """Add a value as the device wrote it; refused where it is no finite number."""
        parsed = number(value)
        if parsed is None:
            self.refused.append(RefusedField(key, Refusal.NOT_A_NUMBER))
        else:
            self.fields.append(Field(key, parsed, unit, time_ms))
