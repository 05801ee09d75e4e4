"""Which single values are believed, whatever came before them."""

import math
from typing import Final

from .profile import MeterProfile
from .quantity import Channel, Quantity
from .reading import Reading, Refusal

# A device whose clock was never set reports 1970; nothing measured by a WattWise
# meter or worth importing is older than this (2000-01-01).
EARLIEST_MS: Final = 946_684_800_000
# Clocks of small devices drift; more than this ahead is a wrong clock.
MAX_AHEAD_MS: Final = 60_000

_FREQUENCY_RANGE: Final = (40.0, 70.0)
_LOAD_RANGE: Final = (0.0, 1_000.0)
# Above this the reading is an error; real over-voltages end well below it.
_VOLTAGE_FACTOR: Final = 1.6


def time_refusal(time_ms: int, now_ms: int) -> Refusal | None:
    """Judge a reading's time stamp against the server's clock."""
    if time_ms < EARLIEST_MS:
        return Refusal.CLOCK_NOT_SET
    if time_ms > now_ms + MAX_AHEAD_MS:
        return Refusal.FUTURE_TIME
    return None


def value_refusal(reading: Reading, profile: MeterProfile) -> Refusal | None:
    """Judge a reading's value by itself: finite and physically possible."""
    value = reading.value
    if not math.isfinite(value):
        return Refusal.NOT_A_NUMBER
    match reading.channel.quantity:
        case Quantity.POWER:
            export_w = profile.max_power_w(Channel.ENERGY_EXPORT)
            plausible = -export_w <= value <= profile.max_power_w(reading.channel)
        case Quantity.ENERGY:
            return Refusal.NEGATIVE_ENERGY if value < 0 else None
        case Quantity.VOLTAGE:
            plausible = 0 <= value <= profile.nominal_voltage_v * _VOLTAGE_FACTOR
        case Quantity.CURRENT:
            # All of the power could flow through one phase, either way.
            export_w = profile.max_power_w(Channel.ENERGY_EXPORT)
            plausible = abs(value) <= export_w / profile.nominal_voltage_v
        case Quantity.FREQUENCY:
            # Zero is what meters report while the power is out.
            low, high = _FREQUENCY_RANGE
            plausible = value == 0 or low <= value <= high
        case Quantity.POWER_FACTOR:
            plausible = -1 <= value <= 1
        case Quantity.LOAD:
            low, high = _LOAD_RANGE
            plausible = low <= value <= high
        case Quantity.PRICE:
            plausible = True
    return None if plausible else Refusal.OUT_OF_RANGE
