"""Counters that do not depend on where a simulation starts.

Energies are whole milliwatt seconds, so that sums are exact in any order. What a
counter shows on a day is what it showed on the household's first day and the energy
of all days between, which may be later or earlier.
"""

from datetime import date, timedelta
from functools import lru_cache
from threading import Lock
from typing import Final

import numpy as np

from .errors import SimulatorError
from .household import ENERGY_IMPORT, Household, MeterKind
from .randomness import FloatArray, IntArray

MWS_PER_KWH: Final = 3_600_000_000
MW_PER_W: Final = 1000

type Counter = tuple[str, str]
"""A meter's key and the counting channel."""

_ONE_DAY: Final = timedelta(days=1)


def appliance_powers(
    household: Household, seed: int, day: date
) -> dict[str, FloatArray]:
    """Return the power [W] of everything in a household by the second of a day."""
    living_day = household.living_day(seed, day)
    return {
        appliance.name: appliance.power(living_day)
        for appliance in (*household.appliances, *household.producers)
    }


def meter_powers(
    household: Household, powers: dict[str, FloatArray]
) -> dict[str, IntArray]:
    """Return what the meters measure [mW]; the grid's is negative while exporting."""
    # Whole milliwatts add up exactly, also as floating point numbers.
    whole = {name: np.rint(watts * MW_PER_W) for name, watts in powers.items()}
    total = np.zeros_like(next(iter(whole.values())))
    made = total.copy()
    for producer in household.producers:
        made += whole[producer.name]
    for appliance in household.appliances:
        total += whole[appliance.name]
    total -= made
    measured: dict[str, IntArray] = {}
    for meter in household.meters:
        match meter.kind:
            case MeterKind.GRID:
                milliwatts = total
            case MeterKind.PRODUCTION:
                milliwatts = made
            case MeterKind.APPLIANCE:
                milliwatts = whole[meter.key]
        measured[meter.key] = milliwatts.astype(np.int64)
    return measured


def counted(kind: MeterKind, channel: str, milliwatts: IntArray) -> IntArray:
    """Return the part of a meter's power [mW] that a counter of it counts."""
    if kind is not MeterKind.GRID:
        return milliwatts
    sign = 1 if channel == ENERGY_IMPORT else -1
    return np.maximum(sign * milliwatts, 0)


class Ledger:
    """What the counters of a household show when a day begins."""

    def __init__(self, household: Household, seed: int) -> None:
        """Start with the readings of the household's first day."""
        self._household = household
        self._seed = seed
        # Several players may ask at once, each from a thread of its own.
        self._lock = Lock()
        self._first = self._last = household.counters_start
        self._opening: dict[date, dict[Counter, int]] = {
            household.counters_start: {
                (meter.key, channel): round(
                    MWS_PER_KWH
                    * (
                        meter.import_kwh
                        if channel == ENERGY_IMPORT
                        else meter.export_kwh
                    )
                )
                for meter in household.meters
                for channel in meter.counters
            }
        }

    def opening(self, day: date) -> dict[Counter, int]:
        """Return the counters [mWs] at the beginning of a living day.

        Raises SimulatorError where a counter would have to be below zero.
        """
        with self._lock:
            while self._last < day:
                self._forward(self._energies(self._last))
            while self._first > day:
                self._backward(self._energies(self._first - _ONE_DAY))
            return self._opening[day]

    def close(self, day: date, energies: dict[Counter, int]) -> None:
        """Take note of the energies [mWs] of a day, which saves computing them."""
        with self._lock:
            if day == self._last:
                self._forward(energies)

    def _forward(self, energies: dict[Counter, int]) -> None:
        """Add the energies of the last day that is known."""
        opening = self._opening[self._last]
        self._last += _ONE_DAY
        self._opening[self._last] = {
            counter: opening[counter] + energies[counter] for counter in opening
        }

    def _backward(self, energies: dict[Counter, int]) -> None:
        """Take away the energies of the day before the first one that is known."""
        closing = self._opening[self._first]
        before = {counter: closing[counter] - energies[counter] for counter in closing}
        if min(before.values()) < 0:
            raise SimulatorError(
                f"The meters of '{self._household.name}' were new on {self._first}: "
                "start later"
            )
        self._first -= _ONE_DAY
        self._opening[self._first] = before

    def _energies(self, day: date) -> dict[Counter, int]:
        """Return the energies [mWs] of a day."""
        powers = appliance_powers(self._household, self._seed, day)
        measured = meter_powers(self._household, powers)
        return {
            (meter.key, channel): int(
                counted(meter.kind, channel, measured[meter.key]).sum()
            )
            for meter in self._household.meters
            for channel in meter.counters
        }


@lru_cache(maxsize=64)
def ledger_of(household: Household, seed: int) -> Ledger:
    """Return the ledger of a household, shared by all of its simulations."""
    return Ledger(household, seed)
