"""A reading: what a meter showed at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
import math
import time
from typing import Final

# Field -> unit.
FIELDS: Final[dict[str, str]] = {
    "power": "W",
    "energy_import": "kWh",
    "energy_export": "kWh",
    "energy_import_wh": "Wh",
    "energy_export_wh": "Wh",
    "voltage_l1": "V",
    "voltage_l2": "V",
    "voltage_l3": "V",
    "current_l1": "A",
    "current_l2": "A",
    "current_l3": "A",
    "current_n": "A",
    "frequency": "Hz",
    "power_factor": "1",
    "load": "%",
}


class InvalidReadingError(ValueError):
    """WattWise would never take this reading; the message says why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter showed, and when [ms since 1970, UTC]."""

    time_ms: int
    values: Mapping[str, float]

    @classmethod
    def of(cls, values: Mapping[str, float], when: float | None = None) -> "Reading":
        """Return the reading of a moment [s since 1970], by default of this one.

        Values that are not finite are left out, as unknown. Raises InvalidReadingError
        when a field is unknown or no value is left.
        """
        known: dict[str, float] = {}
        for field, value in values.items():
            if field not in FIELDS:
                raise InvalidReadingError(f"WattWise has no field {field!r}")
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InvalidReadingError(f"{field} must be a number, not {value!r}")
            if math.isfinite(value):
                known[field] = value
        if not known:
            raise InvalidReadingError("the reading has no value")
        return cls(round((time.time() if when is None else when) * 1000), known)

    def as_item(self) -> dict[str, float]:
        """Return the reading as an item of a push."""
        return {"time": self.time_ms, **self.values}
