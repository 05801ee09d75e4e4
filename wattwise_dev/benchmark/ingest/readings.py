"""What the meters of the benchmark measure: a function of time, the same in all runs."""

from collections.abc import Iterator
import json
from math import cos, pi, sin
from typing import Any, Final

from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

VALUES_PER_ITEM: Final = 4
STEP_MS: Final = 10_000

_DAY_MS: Final = 86_400_000
_MEAN_W: Final = 900.0
_SWING_W: Final = 600.0
# The counter stood at zero on 2020-01-01.
_COUNTED_FROM_MS: Final = 1_577_836_800_000
_MS_PER_HOUR: Final = 3_600_000


def item(meter: int, time_ms: int) -> dict[str, Any]:
    """Return what a meter reports at a time, in the units of the push interface."""
    power_w, counter_wh, voltage_v, current_a = _values(meter, time_ms)
    return {
        "time": time_ms / 1000,
        "power": power_w,
        "energy_import": round(counter_wh / 1000, 6),
        "voltage_l1": voltage_v,
        "current_l1": current_a,
    }


def batch(meter: int, start_ms: int, items: int) -> bytes:
    """Return the body with a backlog of a meter from `start_ms` on."""
    times = range(start_ms, start_ms + items * STEP_MS, STEP_MS)
    return json.dumps({"readings": [item(meter, time) for time in times]}).encode()


def readings(meter: int, start_ms: int, end_ms: int, step_ms: int) -> Iterator[Reading]:
    """Yield a meter's readings of a period in base units."""
    for time_ms in range(start_ms, end_ms, step_ms):
        power_w, counter_wh, voltage_v, current_a = _values(meter, time_ms)
        yield Reading(Channel.POWER, time_ms, power_w)
        yield Reading(Channel.ENERGY_IMPORT, time_ms, counter_wh)
        yield Reading(Channel.VOLTAGE_L1, time_ms, voltage_v)
        yield Reading(Channel.CURRENT_L1, time_ms, current_a)


def _values(meter: int, time_ms: int) -> tuple[float, float, float, float]:
    """Return power [W], counter [Wh], voltage [V] and current [A]."""
    phase = 2 * pi * (time_ms % _DAY_MS) / _DAY_MS
    scale = 1 + meter / 4
    power_w = round(scale * (_MEAN_W - _SWING_W * cos(phase)), 1)
    hours = (time_ms - _COUNTED_FROM_MS) / _MS_PER_HOUR
    swing_wh = _SWING_W * sin(phase) * 24 / (2 * pi)
    counter_wh = round(scale * (_MEAN_W * hours - swing_wh))
    voltage_v = round(230 + 4 * sin(7 * phase), 1)
    return power_w, float(counter_wh), voltage_v, round(power_w / voltage_v, 2)
