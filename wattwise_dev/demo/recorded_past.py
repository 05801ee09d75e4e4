"""The past of the demo home in Home Assistant's own statistics.

Its charts and its Energy dashboard show what its recorder knows, and that begins when a
sensor is added. So the hours that WattWise's history knows from before are handed to it.
Their sums begin at zero, and so does the recorder's own, which counts from then on: once
it has counted for the first 5 minutes, its sums are raised to where the past ended.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, Final

from aiohttp import ClientError, WSMessageTypeError

from wattwise_dev.home_assistant import CommandError, HomeAssistant, RestError

from .entities import Entities
from .household import PAST
from .memory import KnownHome
from .plan import GRID, SOLAR

_ENERGIES: Final = ("energy_import", "energy_export")
_CHANNELS: Final = (*_ENERGIES, "power")
_CONSUMPTION: Final = "consumption_power"
_FLOWS: Final = (
    (GRID.key, "energy_import", 1),
    (GRID.key, "energy_export", -1),
    (SOLAR.key, "energy_export", 1),
)
_KWH: Final = "kWh"
# As Home Assistant numbers them: recorder.models.StatisticMeanType.
_NO_MEAN: Final = 0
_ARITHMETIC_MEAN: Final = 1
_SHORT_TERM: Final = timedelta(minutes=5)
_POLL_S: Final = 5.0
# Home Assistant may be restarted from its own menu at any time.
_AWAY: Final = (ClientError, CommandError, OSError, RestError, WSMessageTypeError)


async def record_past(
    home: HomeAssistant, known: KnownHome, entities: Entities
) -> None:
    """Give Home Assistant the hours of the past of every meter, and of the home."""
    end = _end_of_past(known)
    for key, meter in known.meters.items():
        channels = await _history(
            home, meter.device_id, _CHANNELS, known.began - PAST, known.began, "hour"
        )
        for channel, series in channels.items():
            if entity_id := entities.meter(key, channel):
                await _record(home, entity_id, series, end)
    if entity_id := entities.household(_CONSUMPTION):
        await _record(home, entity_id, await _consumption(home, known), end)


async def _consumption(home: HomeAssistant, known: KnownHome) -> dict[str, Any]:
    """Return the mean power of the home in each hour, balanced from its meters.

    It has no battery: it uses what came from the grid and the roof and did not leave.
    """
    energy: dict[str, float] = {}
    for key, channel, sign in _FLOWS:
        found = await _history(
            home,
            known.meters[key].device_id,
            (channel,),
            known.began - PAST,
            known.began,
            "hour",
        )
        for value in found.get(channel, {"values": ()})["values"]:
            start = value["start"]
            energy[start] = energy.get(start, 0.0) + sign * value["energy"]
    means = {start: max(0.0, kwh * 1000) for start, kwh in energy.items()}
    return {
        "unit": "W",
        "values": [
            {"start": start, "mean": watts, "min": watts, "max": watts}
            for start, watts in sorted(means.items())
        ],
    }


async def continue_sums(
    home: HomeAssistant, known: KnownHome, entities: Entities
) -> None:
    """Wait until the recorder counts every energy itself, and let it go on from the past.

    Does nothing where that was done before, in this run or an earlier one.
    """
    waiting = list(_energies(known, entities))
    while True:
        with suppress(*_AWAY):
            waiting = [
                energy
                for energy in waiting
                if not await _continue(home, energy, _end_of_past(known))
            ]
        if not waiting:
            return
        await asyncio.sleep(_POLL_S)


@dataclass(frozen=True, slots=True)
class _Energy:
    """An energy of a meter, and the sensor that shows it."""

    device_id: str
    channel: str
    entity_id: str


def _energies(known: KnownHome, entities: Entities) -> Iterator[_Energy]:
    for key, meter in known.meters.items():
        for channel in _ENERGIES:
            if entity_id := entities.meter(key, channel):
                yield _Energy(meter.device_id, channel, entity_id)


def _end_of_past(known: KnownHome) -> datetime:
    """Return when the hour began of which the recorder makes statistics itself."""
    return known.began.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


async def _record(
    home: HomeAssistant, entity_id: str, series: Mapping[str, Any], end: datetime
) -> None:
    is_energy = series["unit"] == _KWH
    values = [v for v in series["values"] if datetime.fromisoformat(v["start"]) < end]
    await home.command(
        "recorder/import_statistics",
        metadata={
            "statistic_id": entity_id,
            "source": "recorder",
            "name": None,
            "has_sum": is_energy,
            "mean_type": _NO_MEAN if is_energy else _ARITHMETIC_MEAN,
            "unit_class": "energy" if is_energy else "power",
            "unit_of_measurement": series["unit"],
        },
        stats=_energy_rows(values) if is_energy else _rows(values),
    )


def _energy_rows(values: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return rows whose sums begin at zero."""
    sums = accumulate(value["energy"] for value in values)
    return [
        {"start": value["start"], "state": now, "sum": now}
        for value, now in zip(values, sums, strict=True)
    ]


def _rows(values: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value[key] for key in ("start", "mean", "min", "max")}
        for value in values
        if value["mean"] is not None
    ]


async def _continue(home: HomeAssistant, energy: _Energy, end: datetime) -> bool:
    """Raise what the recorder counted itself; False while it has counted nothing.

    It is also busy with the past at first.
    """
    past = await _sums(home, energy.entity_id, "hour", end - PAST, end)
    live = await _sums(home, energy.entity_id, "5minute", end)
    if not past or not live:
        return False
    (first_ms, first_sum), (_, reached) = live[0], past[-1]
    if first_sum >= reached:
        return True
    # The recorder knows nothing of the time before its first state: WattWise does.
    until = datetime.fromtimestamp(first_ms / 1000, UTC) + _SHORT_TERM
    channels = await _history(
        home, energy.device_id, (energy.channel,), end, until, 300
    )
    since = sum(value["energy"] for value in channels[energy.channel]["values"])
    await home.command(
        "recorder/adjust_sum_statistics",
        statistic_id=energy.entity_id,
        start_time=end.isoformat(),
        adjustment=reached + since - first_sum,
        adjustment_unit_of_measurement=_KWH,
    )
    return True


async def _sums(
    home: HomeAssistant,
    entity_id: str,
    period: str,
    start: datetime,
    end: datetime | None = None,
) -> list[tuple[int, float]]:
    """Return the recorder's sums: when a period began [ms], and the sum at its end."""
    found: dict[str, list[dict[str, Any]]] = await home.command(
        "recorder/statistics_during_period",
        statistic_ids=[entity_id],
        period=period,
        types=["sum"],
        units={"energy": _KWH},
        start_time=start.isoformat(),
        **({"end_time": end.isoformat()} if end else {}),
    )
    return [
        (row["start"], row["sum"])
        for row in found.get(entity_id, ())
        if row["sum"] is not None
    ]


async def _history(
    home: HomeAssistant,
    device_id: str,
    channels: tuple[str, ...],
    start: datetime,
    end: datetime,
    resolution: str | int,
) -> dict[str, Any]:
    """Return what WattWise knows of some channels of a meter, by channel."""
    response: dict[str, Any] = await home.client.action(
        "wattwise",
        "get_history",
        response=True,
        device_id=device_id,
        channels=list(channels),
        start=start.isoformat(),
        end=end.isoformat(),
        resolution=resolution,
    )
    found: dict[str, Any] = response["channels"]
    return found
