"""Quarters and halves of hours are what meters told of them, and nothing else."""

from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from custom_components.wattwise.forecasts.energy_of_hours import (
    HomeHours,
    MeteredFlow,
    energy_of_hours,
)
from custom_components.wattwise.forecasts.energy_of_parts import energy_of_parts
from custom_components.wattwise.history.history import History
from custom_components.wattwise.metering.profile import (
    EnergyKind,
    MeterProfile,
    MeterRole,
)
from custom_components.wattwise.metering.quantity import Channel
from custom_components.wattwise.metering.reading import Reading

BEGIN = datetime(2026, 6, 1, tzinfo=UTC)
DAYS = 2
GRID = MeterProfile("Grid")
ROOF = MeterProfile("Roof", role=MeterRole.PRODUCTION)

type Power = Callable[[datetime], float]


@pytest.fixture
async def history(tmp_path: Path) -> AsyncGenerator[History]:
    """Return an open history, in a zone whose hours begin at a quarter past in UTC."""
    history = History(tmp_path / "wattwise.db", "Asia/Kathmandu")
    await history.open()
    yield history
    await history.close()


def oven(moment: datetime) -> float:
    """Return the power of an oven that runs from a quarter to half past each hour."""
    local = moment.astimezone(ZoneInfo("Asia/Kathmandu"))
    return 2000.0 if 15 <= local.minute < 30 else 200.0


def sun(moment: datetime) -> float:
    """Return the power of a roof from six to eighteen o'clock in UTC."""
    return 1000.0 if 6 <= moment.hour < 18 else 0.0


def counter(
    channel: Channel, power: Power, minutes: int, *, nights: bool = True
) -> list[Reading]:
    """Return a counter that is read so often; without `nights` by day only."""
    shown, readings = 0.0, []
    for minute in range(0, DAYS * 1440 + 1, 5):
        moment = BEGIN + timedelta(minutes=minute)
        if minute % minutes == 0 and (nights or 6 <= moment.hour < 19):
            readings.append(Reading(channel, int(moment.timestamp() * 1000), shown))
        shown += power(moment) / 12
    return readings


def flow(profile: MeterProfile) -> MeteredFlow:
    """Return a meter as forecasts see it."""
    return MeteredFlow(
        profile.meter_id, profile.meter_id, profile.role, profile.energy_kind, None
    )


async def parts(history: History, step: int, *meters: MeterProfile) -> HomeHours:
    """Return the parts of the hours of both days."""
    begin = int(BEGIN.timestamp() * 1000) + 900_000
    return await history.ask(
        partial(
            energy_of_parts,
            meters=[flow(meter) for meter in meters],
            start_ms=begin,
            end_ms=begin + (DAYS * 24 - 1) * 3_600_000,
            step=step,
        )
    )


@pytest.mark.parametrize("minutes", [5, 15])
async def test_each_quarter_has_its_energy(history: History, minutes: int) -> None:
    """Neither a quarter's energy nor its time moves, also where hours begin at :15."""
    await history.append(GRID, counter(Channel.ENERGY_IMPORT, oven, minutes))
    found = await parts(history, 900, GRID)
    begin = int(BEGIN.timestamp()) + 900
    assert sorted(found.consumption) == list(
        range(begin, begin + (DAYS * 24 - 1) * 3600, 900)
    )
    for start, energy in found.consumption.items():
        cooks = oven(datetime.fromtimestamp(start, UTC)) == 2000
        assert energy == pytest.approx(0.5 if cooks else 0.05)
    halves = await parts(history, 1800, GRID)
    for start, energy in halves.consumption.items():
        both = found.consumption[start] + found.consumption[start + 900]
        assert energy == pytest.approx(both)
    begin_ms = begin * 1000
    hours = await history.ask(
        partial(
            energy_of_hours,
            meters=[flow(GRID)],
            start_ms=begin_ms,
            end_ms=begin_ms + (DAYS * 24 - 1) * 3_600_000,
        )
    )
    for start, energy in hours.consumption.items():
        inside = [halves.consumption[start], halves.consumption[start + 1800]]
        assert sum(inside) == pytest.approx(energy)


@pytest.mark.parametrize(
    ("minutes", "step", "known"),
    [(30, 900, False), (30, 1800, True), (60, 900, False), (60, 1800, False)],
)
async def test_what_flowed_between_two_readings_is_not_divided(
    history: History, minutes: int, step: int, known: bool
) -> None:
    """The history spreads energy evenly between readings; nobody learns from that."""
    await history.append(GRID, counter(Channel.ENERGY_IMPORT, oven, minutes))
    found = await parts(history, step, GRID)
    assert bool(found.consumption) is known


async def test_power_counts_by_its_readings(history: History) -> None:
    """A meter of power alone tells quarters where power was read in them."""
    meter = MeterProfile("Plug", energy_kind=EnergyKind.POWER)
    readings = [
        Reading(Channel.POWER, int(moment.timestamp() * 1000), oven(moment))
        for moment in (BEGIN + timedelta(minutes=5 * n) for n in range(DAYS * 288))
    ]
    await history.append(meter, readings)
    found = await parts(history, 900, meter)
    assert len(found.consumption) > 150
    for start, energy in found.consumption.items():
        cooks = oven(datetime.fromtimestamp(start, UTC)) == 2000
        assert energy == pytest.approx(0.5 if cooks else 0.05, rel=0.01)


async def test_a_roof_that_sleeps_gives_nothing(history: History) -> None:
    """An inverter that is silent at night makes no gap in what the home used."""
    await history.append(GRID, counter(Channel.ENERGY_IMPORT, oven, 5))
    await history.append(GRID, counter(Channel.ENERGY_EXPORT, lambda _: 0.0, 5))
    await history.append(ROOF, counter(Channel.ENERGY_EXPORT, sun, 5, nights=False))
    found = await parts(history, 900, GRID, ROOF)
    midnight = int((BEGIN + timedelta(days=1)).timestamp())
    assert found.production[midnight] == 0
    assert midnight in found.consumption
    noon = int((BEGIN + timedelta(hours=12)).timestamp())
    assert found.production[noon] == pytest.approx(0.25)
