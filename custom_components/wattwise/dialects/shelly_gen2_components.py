"""The states of components, of which Shellies consist since their second generation.

What a component counts (aenergy) includes what went back (ret_aenergy). The sums by
minute beside them, and their times, are left alone.
"""

from collections.abc import Mapping
import re
from typing import Any, Final

from ..metering.quantity import Channel
from ..metering.reading import Refusal
from .contract.circuit import Circuit, Formula
from .contract.field import Decoded, RefusedField
from .contract.number import number
from .field_reader import as_list, as_object
from .formula_choice import (
    CURRENTS,
    VOLTAGES,
    Fields,
    difference,
    meters,
    single,
    sum_of_all,
)

_SWITCHED: Final = {
    "apower": "W",
    "voltage": "V",
    "current": "A",
    "freq": "Hz",
    "pf": "1",
    "aenergy.total": "Wh",
    "ret_aenergy.total": "Wh",
}
_CLAMP: Final = {
    "act_power": "W",
    "voltage": "V",
    "current": "A",
    "freq": "Hz",
    "pf": "1",
}
_CLAMP_COUNTERS: Final = {"total_act_energy": "Wh", "total_act_ret_energy": "Wh"}
_PHASES: Final = ("a_", "b_", "c_")
_THREE_PHASES: Final = {
    **{f"{phase}{name}": unit for phase in _PHASES for name, unit in _CLAMP.items()},
    "n_current": "A",
    "total_act_power": "W",
}
_THREE_PHASE_COUNTERS: Final = {
    **{f"{p}{name}": unit for p in _PHASES for name, unit in _CLAMP_COUNTERS.items()},
    "total_act": "Wh",
    "total_act_ret": "Wh",
}
# The values of each type of component, as its status names them.
_COMPONENTS: Final = {
    **dict.fromkeys(
        ("switch", "pm1", "cover", "light", "rgb", "rgbw", "rgbcct", "cct"), _SWITCHED
    ),
    "em1": _CLAMP,
    "em1data": _CLAMP_COUNTERS,
    "em": _THREE_PHASES,
    "emdata": _THREE_PHASE_COUNTERS,
}
_COMPONENT: Final = re.compile(r"([a-z0-9]+):(\d{1,3})")
_ABSENT: Final = object()


def decode_states(body: object, time_ms: int | None = None) -> Decoded:
    """Return the values of components by name, as in `switch:0`."""
    decoded = Decoded()
    for component, status in as_object(body).items():
        _decode_component(component, status, time_ms, decoded)
    return decoded


def _decode_component(
    component: str, status: object, time_ms: int | None, decoded: Decoded
) -> None:
    match = _COMPONENT.fullmatch(component)
    if match is None or not isinstance(status, Mapping):
        return
    for name, unit in _COMPONENTS.get(match[1], {}).items():
        value = _value(status, name)
        if value is _ABSENT:
            continue
        key = f"{component}.{name}"
        if _is_disturbed(status, name):
            refused = RefusedField(key, Refusal.ERROR_VALUE, number(value))
            decoded.refused.append(refused)
        else:
            decoded.add(key, value, unit, time_ms)


def _value(status: Mapping[str, Any], name: str) -> object:
    """Return a value of a status; None where it is null, _ABSENT where it is not told."""
    value: Any = status
    for part in name.split("."):
        if not isinstance(value, Mapping):
            return value if value is None else _ABSENT
        if part not in value:
            return _ABSENT
        value = value[part]
    return value


def _is_disturbed(status: Mapping[str, Any], name: str) -> bool:
    """Return whether the device says itself that a value cannot be true."""
    phase = next((phase for phase in _PHASES if name.startswith(phase)), "")
    plain = name.removeprefix(phase)
    errors = as_list(status.get("errors")) + as_list(status.get(f"{phase}errors"))
    return "power_meter_failure" in errors or f"out_of_range:{plain}" in errors


def circuits(fields: Fields) -> list[Circuit]:
    """Return the circuit of each component that measures power and counts energy.

    All that measure do both. Where only changes come, the counter is told once a
    minute: a component was not heard in full before.
    """
    found: dict[str, list[Circuit]] = {}
    for component in sorted({key.partition(".")[0] for key in fields}):
        kind, _, index = component.partition(":")
        if kind in {"em", "emdata"}:
            found[f"em:{index}"] = _three_phases(index, fields)
        elif kind in {"em1", "em1data"}:
            found[f"em1:{index}"] = _clamp(index, fields)
        else:
            found[component] = _switched(component, fields)
    return [
        circuit
        for of_component in found.values()
        for circuit in of_component
        if Channel.ENERGY_IMPORT in circuit.channels
    ]


def _switched(component: str, fields: Fields) -> list[Circuit]:
    back = single(fields, f"{component}.ret_aenergy.total")
    total = single(fields, f"{component}.aenergy.total")
    return meters(
        component,
        {
            Channel.POWER: single(fields, f"{component}.apower"),
            Channel.ENERGY_IMPORT: difference(total, back) if total else None,
            Channel.ENERGY_EXPORT: back,
            **_momentary(component, fields),
        },
    )


def _clamp(index: str, fields: Fields) -> list[Circuit]:
    em, data = f"em1:{index}", f"em1data:{index}"
    return meters(
        em,
        {
            Channel.POWER: single(fields, f"{em}.act_power"),
            Channel.ENERGY_IMPORT: single(fields, f"{data}.total_act_energy"),
            Channel.ENERGY_EXPORT: single(fields, f"{data}.total_act_ret_energy"),
            **_momentary(em, fields),
        },
    )


def _momentary(component: str, fields: Fields) -> dict[Channel, Formula | None]:
    return {
        Channel.VOLTAGE_L1: single(fields, f"{component}.voltage"),
        Channel.CURRENT_L1: single(fields, f"{component}.current"),
        Channel.FREQUENCY: single(fields, f"{component}.freq"),
        Channel.POWER_FACTOR: single(fields, f"{component}.pf"),
    }


def _three_phases(index: str, fields: Fields) -> list[Circuit]:
    em, data = f"em:{index}", f"emdata:{index}"

    def whole(name: str, of_phase: str) -> Formula | None:
        component, _, plain = of_phase.partition(".")
        parts = (f"{component}.{phase}{plain}" for phase in _PHASES)
        return single(fields, name) or sum_of_all(fields, parts)

    choices = {
        Channel.POWER: whole(f"{em}.total_act_power", f"{em}.act_power"),
        Channel.ENERGY_IMPORT: whole(f"{data}.total_act", f"{data}.total_act_energy"),
        Channel.ENERGY_EXPORT: whole(
            f"{data}.total_act_ret", f"{data}.total_act_ret_energy"
        ),
        Channel.CURRENT_N: single(fields, f"{em}.n_current"),
        Channel.FREQUENCY: single(fields, f"{em}.a_freq"),
    }
    for name, channels in (("voltage", VOLTAGES), ("current", CURRENTS)):
        for phase, channel in zip(_PHASES, channels, strict=True):
            choices[channel] = single(fields, f"{em}.{phase}{name}")
    return meters(em, choices)
