"""The meters of the benchmark: what they measured, simulated and kept in files."""

from array import array
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Final

from custom_components.wattwise.metering.profile import EnergyKind, MeterProfile
from custom_components.wattwise.metering.quantity import Channel, to_base_unit
from custom_components.wattwise.metering.reading import Reading
from wattwise_dev.simulator.households import household_named
from wattwise_dev.simulator.randomness import numbered_generator
from wattwise_dev.simulator.stream import Chunk, simulate

from .plan import DAY_MS, Plan

FINE_S: Final = 10
COARSE_S: Final = 900
TIME_ZONE: Final = "Europe/Berlin"

_SEED: Final = 4
_SIMULATED: Final = "grid"
# A row of a file: the time [ms] and what each channel showed.
_ROW_BYTES: Final = 8
_ROWS_AT_ONCE: Final = 512
# How late a meter is noted that does not stamp what it sends [ms].
_MEAN_DELAY_MS: Final = 180.0
_DELAY_SPREAD_MS: Final = 60.0
_LEAST_DELAY_MS: Final = 20.0


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """What a meter shows of a channel."""

    channel: Channel
    unit: str
    digits: int
    """After the point."""


@dataclass(frozen=True, slots=True)
class BenchmarkMeter:
    """A meter, with the digits it shows."""

    meter_id: str
    household: str
    channels: tuple[ShownChannel, ...]
    stamped_on_arrival: bool
    """Whether its readings bear odd milliseconds instead of whole seconds."""

    @property
    def profile(self) -> MeterProfile:
        """How its readings are booked."""
        return MeterProfile(self.meter_id, energy_kind=EnergyKind.COUNTER)


def _shown(
    power: int, energy: int, voltage: int, current: int
) -> tuple[ShownChannel, ...]:
    return (
        ShownChannel(Channel.POWER, "W", power),
        ShownChannel(Channel.ENERGY_IMPORT, "kWh", energy),
        ShownChannel(Channel.VOLTAGE_L1, "V", voltage),
        ShownChannel(Channel.CURRENT_L1, "A", current),
    )


METERS: Final = (
    # As a utility's meter shows it, as a clamp that counts hundredths of Wh does, and
    # with all digits that the simulator has.
    BenchmarkMeter("utility", "day_worker", _shown(0, 3, 1, 2), False),
    BenchmarkMeter("clamp", "shift_worker", _shown(1, 5, 1, 3), True),
    BenchmarkMeter("laboratory", "office", _shown(1, 6, 2, 3), False),
)
CHANNELS: Final = len(METERS[0].channels)


@dataclass(frozen=True, slots=True)
class Measurements:
    """The files of a meter: its coarse past, and the fine one that follows."""

    meter: BenchmarkMeter
    coarse: Path
    fine: Path


def simulate_meters(folder: Path, plan: Plan, end: datetime) -> list[Measurements]:
    """Write what all meters measured until `end`; uses all processors."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        written = [
            pool.submit(simulate_meter, folder, number, plan, end)
            for number in range(len(METERS))
        ]
        return [future.result() for future in written]


def rows(path: Path, channels: int = CHANNELS) -> Iterator[tuple[float, ...]]:
    """Yield what a meter showed: the time [ms], then each channel in its own unit."""
    width = channels + 1
    with path.open("rb") as file:
        while block := file.read(width * _ROW_BYTES * _ROWS_AT_ONCE):
            numbers = iter(array("d", block))
            yield from zip(*[numbers] * width, strict=True)


def readings(meter: BenchmarkMeter, path: Path) -> Iterator[Reading]:
    """Yield what a meter showed as the history gets it."""
    kinds = [(shown.channel, shown.unit) for shown in meter.channels]
    for time_ms, *values in rows(path):
        for (channel, unit), value in zip(kinds, values, strict=True):
            base = to_base_unit(value, channel.quantity, unit)
            yield Reading(channel, int(time_ms), base)


def simulate_meter(
    folder: Path, number: int, plan: Plan, end: datetime
) -> Measurements:
    """Write what one of the meters measured until `end`."""
    meter = METERS[number]
    fine = end - timedelta(milliseconds=plan.fine_days * DAY_MS)
    coarse = fine - timedelta(milliseconds=plan.coarse_days * DAY_MS)
    household = replace(
        household_named(meter.household),
        # All days from there on are simulated before the first row is known.
        counters_start=(coarse - timedelta(days=2)).astimezone(UTC).date(),
    )
    files = Measurements(
        meter,
        folder / f"{meter.meter_id}-coarse.f64",
        folder / f"{meter.meter_id}-fine.f64",
    )
    for path, begin, until, step_s in (
        (files.coarse, coarse, fine, COARSE_S),
        (files.fine, fine, end, FINE_S),
    ):
        chunks = simulate(household, begin, until, step_s, _SEED, [_SIMULATED])
        with path.open("wb") as file:
            for chunk in chunks:
                array("d", chain.from_iterable(_rows(meter, chunk))).tofile(file)
    return files


def _rows(meter: BenchmarkMeter, chunk: Chunk) -> Iterable[tuple[float, ...]]:
    times_ms = chunk.times * 1000.0
    if meter.stamped_on_arrival:
        random = numbered_generator(_SEED, "delay", number=int(chunk.times[0]))
        delays = random.normal(_MEAN_DELAY_MS, _DELAY_SPREAD_MS, chunk.times.size)
        times_ms += delays.clip(_LEAST_DELAY_MS).round()
    values = chunk.meter(_SIMULATED)
    columns = [
        values[shown.channel].round(shown.digits).tolist() for shown in meter.channels
    ]
    return zip(times_ms.tolist(), *columns, strict=True)
