"""The household's connection: voltages, currents, frequency and power factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from .household import Household
from .living_day import LivingDay
from .randomness import FloatArray

NOMINAL_V: Final = 230.0
NOMINAL_HZ: Final = 50.0
# Of the line from the transformer to the meter, per phase [ohm].
_LINE_OHM: Final = 0.22
# The neighbourhood: voltage over the day at clock hours, against the nominal one [V].
_HOURS: Final = (0.0, 4.0, 7.5, 10.0, 13.0, 16.0, 19.5, 22.0, 24.0)
_DAILY_SHAPE_V: Final = (2.6, 3.4, 0.4, 1.2, 2.4, 1.0, -2.8, 0.2, 2.6)
# A meter's own noise, against the phase's voltage [V] and around 50 Hz [Hz].
_VOLTAGE_NOISE_V: Final = 0.12
_FREQUENCY_NOISE_HZ: Final = 0.002
_LEAST_VA: Final = 0.5


@dataclass(frozen=True, slots=True)
class PhaseLoads:
    """What flows through each phase: real [W] and reactive power [var]."""

    real: FloatArray
    """One row per phase; negative where more is produced than used."""
    reactive: FloatArray


def phase_loads(
    household: Household, powers: Mapping[str, FloatArray], length: int
) -> PhaseLoads:
    """Distribute the powers [W] of a household's appliances over its phases."""
    real = np.zeros((household.phases, length))
    reactive = np.zeros((household.phases, length))
    parts = [(appliance, 1.0) for appliance in household.appliances]
    parts += [(producer, -1.0) for producer in household.producers]
    for appliance, sign in parts:
        watts = sign * powers[appliance.name]
        vars_per_watt = np.tan(np.arccos(appliance.power_factor))
        if appliance.phase is None:
            rows, share = slice(None), 1 / household.phases
        else:
            rows, share = slice(appliance.phase, appliance.phase + 1), 1.0
        real[rows] += share * watts
        if vars_per_watt:
            reactive[rows] += share * vars_per_watt * np.abs(watts)
    return PhaseLoads(real, reactive)


def momentary(day: LivingDay, loads: PhaseLoads) -> dict[str, FloatArray]:
    """Return what a grid meter shows besides power and energy, by the second.

    |power| = power factor x sum over the phases of voltage x current, exactly.
    """
    values: dict[str, FloatArray] = {}
    shape = _daily_shape(day)
    total_va = np.zeros(day.length)
    for phase, (real, reactive) in enumerate(
        zip(loads.real, loads.reactive, strict=True)
    ):
        number = phase + 1
        open_v = NOMINAL_V + shape + 0.9 * day.noise(f"voltage {number}", 1500)
        flicker = day.rng(f"voltage noise {number}").standard_normal(day.length)
        open_v += 0.35 * day.noise(f"neighbours {number}", 40)
        voltage = open_v - _LINE_OHM * real / NOMINAL_V + _VOLTAGE_NOISE_V * flicker
        apparent = np.hypot(real, reactive)
        values[f"voltage_l{number}"] = voltage
        values[f"current_l{number}"] = apparent / voltage
        total_va += apparent
    values["frequency"] = _frequency(day)
    total_w = np.abs(loads.real.sum(axis=0))
    values["power_factor"] = np.where(
        total_va > _LEAST_VA, total_w / np.maximum(total_va, _LEAST_VA), 1.0
    )
    return values


def _daily_shape(day: LivingDay) -> FloatArray:
    """Return how the neighbourhood lifts and lowers the voltage [V]."""
    hours = (4 + np.arange(day.length) / 3600) % 24
    return np.interp(hours, _HOURS, _DAILY_SHAPE_V)


def _frequency(day: LivingDay) -> FloatArray:
    """Return the grid's frequency [Hz]: the same for all of a day's phases."""
    rng = day.rng("frequency noise")
    slow, fast = day.noise("frequency", 600), day.noise("frequency control", 25)
    noise = rng.standard_normal(day.length)
    return np.asarray(
        NOMINAL_HZ + 0.018 * slow + 0.009 * fast + _FREQUENCY_NOISE_HZ * noise
    )
