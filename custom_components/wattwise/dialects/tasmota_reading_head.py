"""Reading heads on utility meters, as Tasmota's scripts name their values.

People choose the names themselves, mostly after the examples of Tasmota's
documentation, and the codes that are printed on meters.
"""

from collections.abc import Mapping
import re
from typing import Any, Final

from ..metering.profile import MeterRole
from ..metering.quantity import Channel
from .contract.circuit import Circuit, Formula
from .contract.field import Decoded
from .formula_choice import (
    CURRENTS,
    PHASES,
    VOLTAGES,
    Fields,
    difference,
    meters,
    single,
    sum_of_all,
    sum_told,
)

_UNITS: Final = {
    "import": "kWh",
    "export": "kWh",
    "power": "W",
    "voltage": "V",
    "current": "A",
    "frequency": "Hz",
}
# What a name means, in lower case and with underscores only. The codes of OBIS may
# come after anything, for many scripts write the medium before them.
_NAMES: Final = tuple(
    (meaning, re.compile(pattern))
    for meaning, pattern in (
        ("import", r"total_in|(?:e|energy)_in|total_import|total_kwh|(?:\w+_)?1_8_0"),
        ("import_t", r"(?:total(?:_in)?|e_in)_t([12])|(?:\w+_)?1_8_([12])"),
        ("export", r"total_out|(?:e|energy)_out|total_export|(?:\w+_)?2_8_0"),
        ("export_t", r"(?:total|e)_out_t([12])|(?:\w+_)?2_8_([12])"),
        ("power", r"p|(?:wirk)?leistung|curr_w|power(?:_curr?|_total|_sum)?"),
        ("power", r"(?:\w+_)?16_7_0"),
        ("power_in", r"(?:power|p)_in|(?:\w+_)?1_7_0"),
        ("power_out", r"(?:power|p)_out|(?:\w+_)?2_7_0"),
        ("power_l", r"l([123])|(?:power|p|leistung)_[lp]?([123])(?:_curr?)?"),
        ("voltage_l", r"(?:voltage|volt|u|spannung)_[lp]?([123])(?:_curr?)?"),
        ("current_l", r"(?:current|amperage|i|strom)_[lp]?([123])(?:_curr?)?"),
        ("frequency", r"freq(?:uency|uenz)?|hz|(?:\w+_)?14_7_0"),
        ("power_l1", r"(?:\w+_)?(?:21|36)_7_0"),
        ("power_l2", r"(?:\w+_)?(?:41|56)_7_0"),
        ("power_l3", r"(?:\w+_)?(?:61|76)_7_0"),
        ("voltage_l1", r"(?:\w+_)?32_7_0|voltage|spannung"),
        ("voltage_l2", r"(?:\w+_)?52_7_0"),
        ("voltage_l3", r"(?:\w+_)?72_7_0"),
        ("current_l1", r"(?:\w+_)?31_7_0"),
        ("current_l2", r"(?:\w+_)?51_7_0"),
        ("current_l3", r"(?:\w+_)?71_7_0"),
    )
)


def decode_reading_head(
    group: str, values: Mapping[str, Any], decoded: Decoded
) -> None:
    """Add a group's values to what a message says, if it is a meter's."""
    meanings = {name: _meaning(name) for name in values}
    # A voltage alone may be a battery's.
    if not any(m and _unit(m) in {"kWh", "W"} for m in meanings.values()):
        return
    for name, meaning in meanings.items():
        if meaning:
            decoded.add(f"{group}.{name}", values[name], _unit(meaning))


def reading_head_circuits(group: str, fields: Fields) -> list[Circuit]:
    """Return the circuit of a group, if it is a meter's."""
    keys: dict[str, str] = {}
    for key in fields:
        of_group, _, name = key.partition(".")
        if of_group == group and (meaning := _meaning(name)):
            keys.setdefault(meaning, key)

    def told(meaning: str) -> Formula | None:
        return single(fields, keys.get(meaning, ""))

    def counter(meaning: str) -> Formula | None:
        tariffs = (keys.get(f"{meaning}_t{tariff}", "") for tariff in (1, 2))
        return told(meaning) or sum_told(fields, tariffs)

    # Without a counterpart, it falls below zero while energy goes out.
    net_power = difference(told("power_in"), told("power_out"))
    phases = (keys.get(f"power_l{phase}", "") for phase in PHASES)
    return meters(
        group,
        {
            Channel.ENERGY_IMPORT: counter("import"),
            Channel.ENERGY_EXPORT: counter("export"),
            Channel.POWER: told("power") or net_power or sum_of_all(fields, phases),
            Channel.FREQUENCY: told("frequency"),
            **{channel: told(channel.value) for channel in (*VOLTAGES, *CURRENTS)},
        },
        name=group,
        role=MeterRole.GRID,
    )


def _meaning(name: str) -> str | None:
    """Return what a value is, as in `power_l1`; None if nobody knows."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    for meaning, pattern in _NAMES:
        if match := pattern.fullmatch(plain):
            return meaning + next((group for group in match.groups() if group), "")
    return None


def _unit(meaning: str) -> str:
    return _UNITS[meaning.partition("_")[0]]
