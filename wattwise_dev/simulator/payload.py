"""Samples as the JSON bodies that meters send."""

from collections.abc import Sequence
from enum import StrEnum
import math

from .errors import SimulatorError
from .household import ENERGY_EXPORT, ENERGY_IMPORT, POWER, Household
from .sample import Sample, Value

type Body = dict[str, object]


class Dialect(StrEnum):
    """How a meter words what it sends."""

    WATTWISE = "wattwise"
    """Time and channels by name; many readings in one body."""
    FACILITY = "facility"
    """The body of an earlier platform: amounts since the last body, and no time."""


def wattwise_body(samples: Sequence[Sample]) -> Body:
    """Return one reading, or a list of readings."""
    readings: list[Body] = [
        {"time": sample.iso_time, **sample.values} for sample in samples
    ]
    return readings[0] if len(readings) == 1 else {"readings": readings}


class FacilityBodies:
    """Turns counters into amounts since the body that was sent before."""

    def __init__(self, household: Household) -> None:
        """Speak for a household."""
        self._household = household
        self._sent: Sample | None = None

    def body(self, samples: Sequence[Sample]) -> Body:
        """Return the state of the last sample, and the energy of all of them [kWh].

        The dialect knows no time, so what could not be sent counts with the next body.
        """
        newest = samples[-1]
        before = self._sent or samples[0]
        values = newest.values
        power = _number(values.get(POWER))
        body: Body = {
            "energy_produced": _amount(before, newest, ENERGY_EXPORT),
            "energy_consumed": _amount(before, newest, ENERGY_IMPORT),
            "current_load": round(
                100 * abs(power) / self._household.contracted_power_w, 2
            ),
            "facility_id": self._household.name,
        }
        if "voltage_l1" in values:
            phases = range(1, self._household.phases + 1)
            volts = [_number(values[f"voltage_l{phase}"]) for phase in phases]
            body["voltage"] = round(sum(volts) / len(volts), 2)
            for phase in phases:
                body[f"current{phase}"] = values[f"current_l{phase}"]
            body["frequency"] = values["frequency"]
            body["power_factor"] = values["power_factor"]
        return body

    def sent(self, samples: Sequence[Sample]) -> None:
        """Count from the last of these samples from now on."""
        self._sent = samples[-1]


def dialect_named(name: str) -> Dialect:
    """Return a dialect; raises SimulatorError for a name that is none."""
    try:
        return Dialect(name)
    except ValueError:
        known = ", ".join(Dialect)
        raise SimulatorError(
            f"Unknown dialect '{name}'. Choose from: {known}"
        ) from None


def _amount(before: Sample, after: Sample, counter: str) -> float:
    """Return the energy between two samples [kWh]; 0 where it is not counted."""
    first, last = before.values.get(counter), after.values.get(counter)
    if not isinstance(first, float) or not isinstance(last, float):
        return 0.0
    return round(last - first, 6)


def _number(value: Value) -> float:
    """Return a value as a number; what is none counts as 0."""
    return value if isinstance(value, float) and math.isfinite(value) else 0.0
