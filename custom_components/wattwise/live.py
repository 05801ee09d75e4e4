"""What is live right now, in the form in which clients and devices read it."""

from datetime import timedelta
from typing import Any, Final

from homeassistant.util import dt as dt_util

from .coordinator import MeterCoordinator
from .household import Household
from .meter import Meter
from .metering.quantity import BASE_UNIT, Channel

# "Live" means heard of within this time.
LIVE_FOR: Final = timedelta(seconds=60)

# The tolerance EN 50160 grants public grids, as a share of the nominal voltage.
_VOLTAGE_TOLERANCE: Final = 0.10


def channel_values(coordinator: MeterCoordinator) -> dict[str, Any]:
    """Return the newest value of each channel, with its unit and time."""
    values = {}
    for channel, latest in coordinator.latest.items():
        if channel.is_energy:
            value, unit = latest.register_wh, "kWh"
            value = None if value is None else round(value / 1000, 3)
        else:
            value, unit = latest.value, BASE_UNIT[channel.quantity]
        values[channel.value] = {
            "value": value,
            "unit": unit,
            "time": dt_util.utc_from_timestamp(latest.time_ms / 1000),
        }
    return values


def latest_of_household(household: Household) -> dict[str, Any]:
    """Return the meters that were heard of lately, with their values."""
    since = dt_util.utcnow() - LIVE_FOR
    meters = []
    for meter in household.meters.values():
        seen = meter.coordinator.last_seen
        live = seen is not None and seen >= since
        meters.append(
            {
                "meter": meter.name,
                "role": meter.profile.role,
                "live": live,
                "last_reading": seen,
                "values": channel_values(meter.coordinator) if live else {},
            }
        )
    return {"household": household.name, "meters": meters}


def meter_settings(meter: Meter) -> dict[str, Any]:
    """Return what a device should know: how often to report, and what is normal."""
    profile = meter.profile
    nominal = profile.nominal_voltage_v
    now = dt_util.utcnow()
    return {
        "meter": meter.name,
        "interval": profile.interval_s,
        "energy": profile.energy_kind,
        "server_time": now,
        "server_time_ms": int(now.timestamp() * 1000),
        "voltage": {
            "nominal": nominal,
            "low": round(nominal * (1 - _VOLTAGE_TOLERANCE), 1),
            "high": round(nominal * (1 + _VOLTAGE_TOLERANCE), 1),
        },
        "max_power": profile.max_momentary_w,
        "channels": [c for c in Channel if c is not Channel.PRICE],
    }
