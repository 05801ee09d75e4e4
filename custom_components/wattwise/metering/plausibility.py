"""Which single values are believed, whatever came before them."""

import math
import sys
from typing import Final

from .profile import MeterProfile
from .quantity import Channel, Quantity
from .reading import Reading, Refusal

# A device whose clock was never set reports 1970; nothing measured by a WattWise
# meter or worth importing is older than this (2000-01-01).
EARLIEST_MS: Final = 946_684_800_000
# Clocks of small devices drift; more than this ahead is a wrong clock.
MAX_AHEAD_MS: Final = 60_000

_MOST: Final = sys.float_info.max
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


def plausible_range(channel: Channel, profile: MeterProfile) -> tuple[float, float]:
    """Return between which values a reading is believed without a second look."""
    most_w = profile.max_momentary_w
    match channel.quantity:
        case Quantity.POWER:
            low, high = -most_w, most_w
        case Quantity.ENERGY:
            low, high = 0.0, _MOST
        case Quantity.VOLTAGE:
            low, high = 0.0, profile.nominal_voltage_v * _VOLTAGE_FACTOR
        case Quantity.CURRENT:
            # All of the power could flow through one phase, either way.
            high = most_w / profile.nominal_voltage_v
            low = -high
        case Quantity.FREQUENCY:
            low, high = _FREQUENCY_RANGE
        case Quantity.POWER_FACTOR:
            low, high = -1.0, 1.0
        case Quantity.LOAD:
            low, high = _LOAD_RANGE
        case Quantity.PRICE:
            low, high = -_MOST, _MOST
    return low, high


def value_refusal(reading: Reading, profile: MeterProfile) -> Refusal | None:
    """Judge a reading's value by itself: finite and physically possible."""
    value = reading.value
    if not math.isfinite(value):
        return Refusal.NOT_A_NUMBER
    low, high = plausible_range(reading.channel, profile)
    if low <= value <= high:
        return None
    match reading.channel.quantity:
        case Quantity.ENERGY:
            return Refusal.NEGATIVE_ENERGY
        case Quantity.FREQUENCY if value == 0:
            # Meters report it while the power is out.
            return None
    return Refusal.OUT_OF_RANGE
