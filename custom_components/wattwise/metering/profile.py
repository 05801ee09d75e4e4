"""What must be known about a meter to understand its readings."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .joint import JointLimit
from .quantity import Channel


class MeterRole(StrEnum):
    """Where in the household a meter sits."""

    GRID = "grid"
    PRODUCTION = "production"
    BATTERY = "battery"
    APPLIANCE = "appliance"


class EnergyKind(StrEnum):
    """How a meter tells its energy."""

    COUNTER = "counter"
    """A cumulative counter, as on the meter's display."""
    INTERVAL = "interval"
    """The amount since the reading before."""
    POWER = "power"
    """Not at all: energy is integrated from power."""


# A momentary value stands for at most this long when nothing follows it.
MIN_HOLD_MS: Final = 300_000
# One missed report is no gap: a value is held for three reporting intervals.
_HELD_INTERVALS: Final = 3
# What a house without a known contracted power may draw at the most: three phases
# of 100 A at 230 V.
DEFAULT_MAX_POWER_W: Final = 69_000.0
# Breakers carry more than their rating for a while, and several times as much for
# seconds: those of homes trip at once from 3 to 10 times only (IEC 60898, B and C).
_OVERLOAD_FACTOR: Final = 1.5
_MOMENTARY_FACTOR: Final = 3.0


@dataclass(frozen=True, slots=True)
class MeterProfile:
    """The settings that decide how a meter's readings are judged and booked."""

    meter_id: str
    role: MeterRole = MeterRole.GRID
    energy_kind: EnergyKind = EnergyKind.COUNTER
    interval_s: float = 10.0
    """Expected time between two readings [s]."""
    contracted_power_w: float | None = None
    nominal_voltage_v: float = 230.0
    joint_limit: JointLimit | None = None
    """What the counter of a file is believed to have counted beside its rows."""

    @property
    def hold_ms(self) -> int:
        """How long a momentary value stands when nothing follows it [ms]."""
        return max(MIN_HOLD_MS, int(self.interval_s * _HELD_INTERVALS * 1000))

    def max_power_w(self, channel: Channel) -> float:
        """Return the mean power above which a channel's energy is not believed [W].

        The contract limits what the grid supplies; what a roof feeds in, or a
        battery delivers behind the grid meter, it does not. Where much is supplied,
        though, as much may be produced.
        """
        if self.contracted_power_w is None:
            return DEFAULT_MAX_POWER_W
        contracted_w = self.contracted_power_w * _OVERLOAD_FACTOR
        if self.role is MeterRole.GRID and channel is not Channel.ENERGY_EXPORT:
            return contracted_w
        return max(contracted_w, DEFAULT_MAX_POWER_W)

    @property
    def max_momentary_w(self) -> float:
        """The power above which a momentary value is not believed, either way [W].

        More than the contract for a while is what an overload is, and has to be seen.
        """
        contracted_w = self.contracted_power_w or 0.0
        return max(contracted_w * _MOMENTARY_FACTOR, DEFAULT_MAX_POWER_W)

    @property
    def produces(self) -> bool:
        """Whether positive power is energy produced instead of used."""
        return self.role is MeterRole.PRODUCTION
