"""The same readings as states of sensors, recorded by Home Assistant's recorder."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched, chain
from pathlib import Path
import sqlite3
import time
from typing import Any, Final

from custom_components.wattwise.metering.quantity import Quantity
from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import async_import_statistics
from homeassistant.components.recorder.tasks import StatisticsTask
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from ..load import MeasurementError
from .meters import BenchmarkMeter, Measurements, ShownChannel, rows
from .recorder import DATABASE, recorder_home, until_fewer_wait, until_recorded
from .space import Space, measure_space

_PERIOD: Final = timedelta(minutes=5)
_HOUR_MS: Final = 3_600_000
_UNIT_CLASSES: Final = {
    Quantity.POWER: "power",
    Quantity.ENERGY: "energy",
    Quantity.VOLTAGE: "voltage",
    Quantity.CURRENT: "electric_current",
}
_ROWS_PER_IMPORT: Final = 2_000
# Far from where the recorder would begin to drop events.
_MOST_WAITING: Final = 2_000
# Of the statistics that states of all 5 minutes make; the first ones have no state yet.
_LEAST_COMPILED: Final = 0.99


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the recorder made of states."""

    readings: int
    """That were told to Home Assistant."""
    states: int
    """That were recorded: Home Assistant does not record what did not change."""
    seconds: float
    space: Space


async def create_recorder(folder: Path) -> Space:
    """Make the recorder's database; return how large it is with nothing in it."""
    async with recorder_home(folder):
        pass
    return await asyncio.to_thread(measure_space, folder / DATABASE)


async def record_states(
    folder: Path, measurements: list[Measurements], start_ms: int
) -> Recorded:
    """Tell the recorder all readings from a time on.

    Raises MeasurementError when it did not compile its statistics of them.
    """
    path = folder / DATABASE
    begun = time.perf_counter()
    async with recorder_home(folder) as hass:
        readings, periods = await _record(hass, measurements, start_ms)
    seconds = time.perf_counter() - begun
    space = await asyncio.to_thread(measure_space, path)
    states = await asyncio.to_thread(_count, path, "states")
    compiled = await asyncio.to_thread(_count, path, "statistics_short_term")
    expected = periods * sum(len(m.meter.channels) for m in measurements)
    if compiled < _LEAST_COMPILED * expected:
        raise MeasurementError(f"{compiled} of {expected} statistics were compiled")
    return Recorded(readings, states, seconds, space)


async def import_hours(
    folder: Path, measurements: list[Measurements], end_ms: int
) -> None:
    """Give the recorder the hours of the year before its states."""
    async with recorder_home(folder) as hass:
        for measured in measurements:
            hours = list(_hours(measured, end_ms))
            for position, shown in enumerate(measured.meter.channels, start=1):
                values = [(row[0], row[position]) for row in hours]
                _import(hass, measured.meter, shown, values)
        await until_recorded(get_instance(hass))


def entity_id(meter: BenchmarkMeter, shown: ShownChannel) -> str:
    """Return the sensor that shows a channel of a meter."""
    return f"sensor.{meter.meter_id}_{shown.channel}"


async def _record(
    hass: HomeAssistant, measurements: list[Measurements], start_ms: int
) -> tuple[int, int]:
    """Write states as entities do, with the times of the readings.

    The statistics of each 5 minutes are compiled when they are over, by the task that
    the recorder's own timer queues. Returns how many readings and how many 5 minutes
    there were.
    """
    recorder = get_instance(hass)
    sensors = [
        [
            (entity_id(m.meter, shown), _attributes(m.meter, shown))
            for shown in m.meter.channels
        ]
        for m in measurements
    ]
    period = datetime.fromtimestamp(start_ms / 1000, UTC)
    period -= timedelta(
        minutes=period.minute % 5,
        seconds=period.second,
        microseconds=period.microsecond,
    )
    readings = periods = 0
    for shown_now in zip(*(rows(m.fine) for m in measurements), strict=True):
        if shown_now[0][0] < start_ms:
            continue
        while shown_now[0][0] / 1000 >= (period + _PERIOD).timestamp():
            recorder.queue_task(StatisticsTask(period, fire_events=False))
            period += _PERIOD
            periods += 1
            await until_fewer_wait(recorder, _MOST_WAITING)
        for (time_ms, *values), entities in zip(shown_now, sensors, strict=True):
            for value, (entity, attributes) in zip(values, entities, strict=True):
                hass.states.async_set_internal(
                    entity, str(value), attributes, False, None, None, time_ms / 1000
                )
                readings += 1
    await until_recorded(recorder)
    return readings, periods


def _attributes(meter: BenchmarkMeter, shown: ShownChannel) -> dict[str, Any]:
    """Return what Home Assistant tells of a sensor in each of its states."""
    counts = shown.channel.is_energy
    return {
        "state_class": "total_increasing" if counts else "measurement",
        "unit_of_measurement": shown.unit,
        "device_class": shown.channel.quantity.value,
        "friendly_name": f"{meter.meter_id} {shown.channel}",
    }


def _import(
    hass: HomeAssistant,
    meter: BenchmarkMeter,
    shown: ShownChannel,
    values: list[tuple[float, float]],
) -> None:
    counts = shown.channel.is_energy
    metadata = StatisticMetaData(
        mean_type=StatisticMeanType.NONE if counts else StatisticMeanType.ARITHMETIC,
        has_sum=counts,
        name=None,
        source="recorder",
        statistic_id=entity_id(meter, shown),
        unit_class=_UNIT_CLASSES[shown.channel.quantity],
        unit_of_measurement=shown.unit,
    )
    _, last = values[-1]
    statistics = (
        _statistic(start_ms, value, last, counts=counts) for start_ms, value in values
    )
    for part in batched(statistics, _ROWS_PER_IMPORT, strict=False):
        async_import_statistics(hass, metadata, part)


def _statistic(
    start_ms: float, value: float, last: float, *, counts: bool
) -> StatisticData:
    start = datetime.fromtimestamp(start_ms / 1000, UTC)
    if counts:
        # The sum was zero when the recorder began to count by itself.
        return StatisticData(start=start, state=value, sum=value - last)
    return StatisticData(start=start, mean=value, min=value, max=value)


def _hours(measured: Measurements, end_ms: int) -> Iterator[tuple[float, ...]]:
    """Yield what a meter showed first in each hour that began before `end_ms`."""
    before = -1
    for time_ms, *values in chain(rows(measured.coarse), rows(measured.fine)):
        hour = int(time_ms) // _HOUR_MS
        if (hour + 1) * _HOUR_MS > end_ms:
            return
        if hour != before:
            before = hour
            yield (hour * _HOUR_MS, *values)


def _count(path: Path, table: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (rows,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
        return int(rows)
