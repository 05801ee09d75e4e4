"""Home Assistant's long-term statistics: the one file of this room that knows them.

Questions are answered in the recorder's own threads, so that neither the event loop nor
the history waits for its database. What is written goes through the recorder's queue.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched
from typing import Final, Literal

from sqlalchemy.exc import SQLAlchemyError

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.recorder.tasks import SynchronizeTask
from homeassistant.const import UnitOfEnergy, UnitOfPower
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.recorder import DATA_INSTANCE, get_instance

from ..metering.plausibility import EARLIEST_MS
from ..metering.quantity import Channel, Quantity, to_base_unit
from .hourly_sums import HourlyValue
from .periods.calendar import HOUR_MS

# Under what name the recorder converts the units of a quantity.
_UNIT_CLASS: Final[dict[Quantity, str]] = {
    Quantity.POWER: "power",
    Quantity.ENERGY: "energy",
    Quantity.VOLTAGE: "voltage",
    Quantity.CURRENT: "electric_current",
    Quantity.FREQUENCY: "frequency",
    Quantity.POWER_FACTOR: "unitless",
    Quantity.LOAD: "unitless",
}
# Hours written at once: the recorder stores new states between two such parts.
_WRITTEN_AT_ONCE: Final = 500
# The recorder may be busy for long, as Home Assistant itself expects here.
_CLEARED_WITHIN_S: Final = 600.0
# An hour's statistics are complete this much after it ended, at the latest.
_COMPILED_AFTER: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Band:
    """What a quantity was in an hour, or is to be, and between what it lies."""

    mean: float
    low: float
    high: float


type _Column = Literal["mean", "state", "sum"]


class StatisticsUnavailableError(Exception):
    """Home Assistant's recorder is not there, or cannot be asked."""


@callback
def async_has_recorder(hass: HomeAssistant) -> bool:
    """Whether Home Assistant keeps statistics at all."""
    return DATA_INSTANCE in hass.data


async def async_ask_recorder[T](
    hass: HomeAssistant, question: Callable[[HomeAssistant], T]
) -> T:
    """Answer a question to the statistics in a thread of the recorder.

    Waits while the recorder brings its database up to date. Raises
    StatisticsUnavailableError.
    """
    if not async_has_recorder(hass):
        raise StatisticsUnavailableError("the recorder is not set up")
    instance = get_instance(hass)
    # Shielded: the future belongs to the recorder, and others wait for it too.
    if not await asyncio.shield(instance.async_db_ready):
        raise StatisticsUnavailableError("the recorder did not start")
    await instance.async_recorder_ready.wait()
    try:
        return await instance.async_add_executor_job(question, hass)
    except SQLAlchemyError as err:
        raise StatisticsUnavailableError(str(err)) from err


def has_column(hass: HomeAssistant, statistic_id: str, channel: Channel) -> bool | None:
    """Whether a statistic has what a channel needs: sums of energy, else means.

    None if there is no such statistic.
    """
    if (known := _metadata(hass, statistic_id)) is None:
        return None
    if channel.is_energy:
        return known["has_sum"]
    return known["mean_type"] is StatisticMeanType.ARITHMETIC


def hours(
    hass: HomeAssistant,
    statistic_id: str,
    channel: Channel,
    start_ms: int,
    end_ms: int,
) -> list[HourlyValue]:
    """Return the hours of a statistic that start in [start_ms, end_ms), in base units.

    Raises UnknownUnitError when its unit is not one of the channel's.
    """
    column: _Column = "sum" if channel.is_energy else "mean"
    return _column(hass, statistic_id, channel, start_ms, end_ms, column)


def counter_states(
    hass: HomeAssistant,
    statistic_id: str,
    channel: Channel,
    start_ms: int,
    end_ms: int,
) -> list[HourlyValue]:
    """Return what the counter behind a sum showed at the end of each hour.

    The hours are those that start in [start_ms, end_ms). Raises UnknownUnitError.
    """
    return _column(hass, statistic_id, channel, start_ms, end_ms, "state")


def first_hour_ms(hass: HomeAssistant, statistic_id: str) -> int | None:
    """Return when the first hour of a statistic began, None if it has none.

    The hour that is not over yet counts as soon as there are 5-minute statistics of it.
    """
    if (known := _metadata(hass, statistic_id)) is None:
        return None
    column: _Column = "sum" if known["has_sum"] else "mean"

    def first(start: datetime, end: datetime, of: Literal["hour", "5minute"]) -> int:
        found = statistics_during_period(
            hass, start, end, {statistic_id}, of, None, {column}
        )
        rows = found.get(statistic_id, ())
        return min((round(row["start"] * 1000) for row in rows), default=0)

    # The recorder has no question for this; years without rows are answered at once.
    now = datetime.now(UTC)
    year = _utc(EARLIEST_MS)
    while year <= now:
        following = year.replace(year=year.year + 1)
        if found := first(year, following, "hour"):
            return found
        year = following
    if found := first(now - _COMPILED_AFTER, now, "5minute"):
        return found // HOUR_MS * HOUR_MS
    return None


def external_sums(hass: HomeAssistant, statistic_id: str) -> dict[int, float]:
    """Return the sums [kWh] of an external statistic by the start of their hour."""
    rows = statistics_during_period(
        hass, _utc(EARLIEST_MS), None, {statistic_id}, "hour", None, {"sum"}
    )
    return {
        round(row["start"] * 1000): row.get("sum") or 0.0
        for row in rows.get(statistic_id, ())
    }


def external_names(hass: HomeAssistant, source: str) -> dict[str, str | None]:
    """Return the external statistics of a source: the name of each by its id."""
    found = get_metadata(hass, statistic_source=source)
    return {statistic_id: known["name"] for statistic_id, (_, known) in found.items()}


async def async_write_sums(
    hass: HomeAssistant, statistic_id: str, name: str, sums: Mapping[int, float]
) -> None:
    """Write sums [kWh] of an external statistic by the start of their UTC hour [ms].

    Hours that exist are overwritten. Without sums only the name is written. What the
    recorder could not do is told to its log only: who needs to know reads it back.
    """
    source, _, _ = statistic_id.partition(":")
    known = StatisticMetaData(
        mean_type=StatisticMeanType.NONE,
        has_sum=True,
        name=name,
        source=source,
        statistic_id=statistic_id,
        unit_class="energy",
        unit_of_measurement=UnitOfEnergy.KILO_WATT_HOUR,
    )
    # Without hours, one part that is empty.
    for part in [*batched(sums.items(), _WRITTEN_AT_ONCE, strict=False)] or [()]:
        rows = [
            StatisticData(start=_utc(start), state=total, sum=total)
            for start, total in part
        ]
        async_add_external_statistics(hass, known, rows)
        await _async_done(hass)


def external_bands(
    hass: HomeAssistant, statistic_id: str, start_ms: int
) -> dict[int, Band]:
    """Return the hours of an external statistic from a time on, by their start [ms]."""
    rows = statistics_during_period(
        hass, _utc(start_ms), None, {statistic_id}, "hour", None, {"mean", "min", "max"}
    )
    return {
        round(row["start"] * 1000): Band(
            row.get("mean") or 0.0, row.get("min") or 0.0, row.get("max") or 0.0
        )
        for row in rows.get(statistic_id, ())
    }


async def async_write_bands(
    hass: HomeAssistant, statistic_id: str, name: str, bands: Mapping[int, Band]
) -> None:
    """Write powers [W] of an external statistic by the start of their UTC hour [ms].

    Hours that exist are overwritten; hours to come are allowed.
    """
    source, _, _ = statistic_id.partition(":")
    known = StatisticMetaData(
        mean_type=StatisticMeanType.ARITHMETIC,
        has_sum=False,
        name=name,
        source=source,
        statistic_id=statistic_id,
        unit_class=_UNIT_CLASS[Quantity.POWER],
        unit_of_measurement=UnitOfPower.WATT,
    )
    rows = [
        StatisticData(start=_utc(start), mean=band.mean, min=band.low, max=band.high)
        for start, band in bands.items()
    ]
    async_add_external_statistics(hass, known, rows)
    await _async_done(hass)


async def async_clear(hass: HomeAssistant, statistic_ids: Iterable[str]) -> None:
    """Delete statistics with all their hours; what is written later comes later.

    Raises StatisticsUnavailableError.
    """
    cleared = asyncio.Event()

    def on_done() -> None:
        hass.loop.call_soon_threadsafe(cleared.set)

    get_instance(hass).async_clear_statistics(list(statistic_ids), on_done=on_done)
    try:
        async with asyncio.timeout(_CLEARED_WITHIN_S):
            await cleared.wait()
    except TimeoutError as err:
        # Of a failure the recorder tells its log only.
        raise StatisticsUnavailableError("nothing was deleted in time") from err


async def _async_done(hass: HomeAssistant) -> None:
    """Wait until the recorder did what it was given.

    Its own `async_block_till_done` does not wait for what it has just begun.
    """
    done: asyncio.Future[None] = hass.loop.create_future()
    get_instance(hass).queue_task(SynchronizeTask(done))
    await done


def _column(
    hass: HomeAssistant,
    statistic_id: str,
    channel: Channel,
    start_ms: int,
    end_ms: int,
    column: _Column,
) -> list[HourlyValue]:
    """Return one column of the hours that start in [start_ms, end_ms)."""
    if (known := _metadata(hass, statistic_id)) is None:
        return []
    quantity = channel.quantity
    unit = known["unit_of_measurement"]
    factor = to_base_unit(1.0, quantity, unit)
    rows = statistics_during_period(
        hass,
        _utc(start_ms),
        _utc(end_ms),
        {statistic_id},
        "hour",
        # In its own unit, not the one in which the sensor is shown.
        {_UNIT_CLASS[quantity]: unit} if unit else None,
        {column},
    )
    found = []
    for row in rows.get(statistic_id, ()):
        value = row.get(column)
        start = round(row["start"] * 1000)
        found.append(HourlyValue(start, None if value is None else value * factor))
    return found


def _metadata(hass: HomeAssistant, statistic_id: str) -> StatisticMetaData | None:
    found = get_metadata(hass, statistic_ids={statistic_id})
    return found[statistic_id][1] if statistic_id in found else None


def _utc(time_ms: int) -> datetime:
    return datetime.fromtimestamp(time_ms / 1000, UTC)
