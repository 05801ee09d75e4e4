"""A household's meters over time, in chunks of about a day."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np

from .electrical import momentary, phase_loads
from .errors import SimulatorError
from .household import POWER, Household, Meter, MeterKind
from .ledger import (
    MW_PER_W,
    MWS_PER_KWH,
    Ledger,
    appliance_powers,
    counted,
    ledger_of,
    meter_powers,
)
from .randomness import FloatArray, IntArray

LONGEST_STEP_S: Final = 86_400
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of a simulation.

    A sample stands for the step that ends with it: power, voltages, currents,
    frequency and power factor are means of that step [W, V, A, Hz, 1], energies are
    what the counter shows at its end [kWh].
    """

    times: IntArray
    """UTC, seconds since the epoch, rising by one step each."""
    values: dict[tuple[str, str], FloatArray]
    """By meter and channel."""

    def meter(self, key: str) -> dict[str, FloatArray]:
        """Return the channels of a meter."""
        return {
            channel: values
            for (meter, channel), values in self.values.items()
            if meter == key
        }


def simulate(
    household: Household,
    start: datetime,
    end: datetime,
    step_s: int = 1,
    seed: int = 0,
    meters: Collection[str] | None = None,
) -> Iterator[Chunk]:
    """Yield what a household's meters show from `start` until before `end`.

    Samples lie on whole steps since the epoch. The same household and seed give the
    same values wherever a simulation starts. Raises SimulatorError for unknown
    meters, times without time zone, an end before the start, and odd steps.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise SimulatorError("Start and end need a time zone")
    if end <= start:
        raise SimulatorError("The end must be later than the start")
    if not 1 <= step_s <= LONGEST_STEP_S:
        raise SimulatorError(f"The step must be from 1 to {LONGEST_STEP_S} s")
    chosen = tuple(
        household.meters
        if meters is None
        else (household.meter(key) for key in dict.fromkeys(meters))
    )
    first = -(-_ceil_second(start) // step_s) * step_s
    last = (_ceil_second(end) - 1) // step_s * step_s
    return _chunks(household, chosen, first, last, step_s, seed)


def _chunks(
    household: Household,
    meters: tuple[Meter, ...],
    first: int,
    last: int,
    step_s: int,
    seed: int,
) -> Iterator[Chunk]:
    """Yield the samples from the first to the last second, day by day."""
    if last < first:
        return
    ledger = ledger_of(household, seed)
    averages = _Averages(step_s)
    # The step of the first sample begins before it.
    begin = first - step_s
    day = household.site.day_of(begin)
    while (day_start := household.site.day_start(day)) < last:
        day_end = day_start + household.site.day_length(day)
        clip = slice(max(begin - day_start, 0), min(last, day_end) - day_start)
        means, counters = _one_day(household, meters, ledger, day, seed)
        series = averages.add({key: array[clip] for key, array in means.items()})
        # Counters are read at the end of each step: after the second before it.
        next_sample = -(-(day_start + 1) // step_s) * step_s
        times = np.arange(max(first, next_sample), min(last, day_end) + 1, step_s)
        for key, array in counters.items():
            series[key] = array[times - day_start - 1] / MWS_PER_KWH
        if times.size:
            ordered = {
                (meter.key, channel): series[meter.key, channel]
                for meter in meters
                for channel in meter.channels(household.phases)
            }
            yield Chunk(times, ordered)
        day += _ONE_DAY


def _one_day(
    household: Household,
    meters: tuple[Meter, ...],
    ledger: Ledger,
    day: date,
    seed: int,
) -> tuple[
    dict[tuple[str, str], FloatArray | IntArray], dict[tuple[str, str], IntArray]
]:
    """Return by the second of a day: what is averaged, and the counters [mWs].

    Power is still in mW there, so that its sums are exact.
    """
    powers = appliance_powers(household, seed, day)
    measured = meter_powers(household, powers)
    sums = {
        (meter.key, channel): np.cumsum(
            counted(meter.kind, channel, measured[meter.key])
        )
        for meter in household.meters
        for channel in meter.counters
    }
    opening = ledger.opening(day)
    ledger.close(day, {counter: int(total[-1]) for counter, total in sums.items()})
    means: dict[tuple[str, str], FloatArray | IntArray] = {}
    counters: dict[tuple[str, str], IntArray] = {}
    for meter in meters:
        means[meter.key, POWER] = measured[meter.key]
        for channel in meter.counters:
            counter = (meter.key, channel)
            counters[counter] = opening[counter] + sums[counter]
        if meter.kind is MeterKind.GRID:
            living_day = household.living_day(seed, day)
            loads = phase_loads(household, powers, living_day.length)
            for channel, values in momentary(living_day, loads).items():
                means[meter.key, channel] = values
    return means, counters


class _Averages:
    """Means over steps that may begin on one day and end on the next."""

    def __init__(self, step_s: int) -> None:
        """Start with nothing left over."""
        self._step_s = step_s
        self._rest: dict[tuple[str, str], FloatArray | IntArray] = {}

    def add(
        self, arrays: dict[tuple[str, str], FloatArray | IntArray]
    ) -> dict[tuple[str, str], FloatArray]:
        """Return the means of the steps that are complete now."""
        means: dict[tuple[str, str], FloatArray] = {}
        for key, array in arrays.items():
            rest = self._rest.get(key)
            values = array if rest is None else np.concatenate([rest, array])
            whole = values.size // self._step_s * self._step_s
            self._rest[key] = values[whole:]
            sums = values[:whole].reshape(-1, self._step_s).sum(axis=1)
            unit = self._step_s * (MW_PER_W if key[1] == POWER else 1)
            means[key] = sums / unit
        return means


def _ceil_second(moment: datetime) -> int:
    """Return the first whole second [since the epoch] not before a moment."""
    whole = moment.astimezone(UTC).replace(microsecond=0)
    return int(whole.timestamp()) + (1 if moment.microsecond else 0)
