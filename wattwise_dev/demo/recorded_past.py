"""The past of the demo home in Home Assistant's own statistics.

Its charts and its Energy dashboard show what its recorder knows, and that begins when a
sensor is added. So the hours that WattWise's history knows from before are handed to it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any, Final

from wattwise_dev.home_assistant import HomeAssistant

from .entities import Entities
from .household import PAST
from .memory import KnownHome

_CHANNELS: Final = ("energy_import", "energy_export", "power")
# As Home Assistant numbers them: recorder.models.StatisticMeanType.
_NO_MEAN: Final = 0
_ARITHMETIC_MEAN: Final = 1


async def record_past(
    home: HomeAssistant, known: KnownHome, entities: Entities
) -> None:
    """Give Home Assistant the hours of the past of every meter."""
    hour = known.began.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    for key, meter in known.meters.items():
        response: dict[str, Any] = await home.client.action(
            "wattwise",
            "get_history",
            response=True,
            device_id=meter.device_id,
            channels=list(_CHANNELS),
            start=(known.began - PAST).isoformat(),
            end=known.began.isoformat(),
            resolution="hour",
        )
        for channel, series in response["channels"].items():
            if entity_id := entities.meter(key, channel):
                await _record(home, entity_id, series, hour)


async def _record(
    home: HomeAssistant, entity_id: str, series: Mapping[str, Any], end: datetime
) -> None:
    is_energy = series["unit"] == "kWh"
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
        stats=_energy_rows(values, series["values"]) if is_energy else _rows(values),
    )


def _energy_rows(
    values: list[Mapping[str, Any]], until_now: list[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows whose sum ends at zero now: there the recorder begins to count."""
    total = sum(value["energy"] for value in until_now)
    sums = accumulate((value["energy"] for value in values), initial=-total)
    next(sums)
    return [
        {"start": value["start"], "state": max(0.0, total + now), "sum": now}
        for value, now in zip(values, sums, strict=True)
    ]


def _rows(values: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {key: value[key] for key in ("start", "mean", "min", "max")}
        for value in values
        if value["mean"] is not None
    ]
