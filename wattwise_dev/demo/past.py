"""The past of the demo home: simulated, written to CSV, loaded by WattWise's action."""

from dataclasses import dataclass
from datetime import datetime
import math
from pathlib import Path
from typing import Any, Final

from wattwise_dev.home_assistant import Client
from wattwise_dev.simulator import Household, simulate
from wattwise_dev.simulator.csv_file import write_csv
from wattwise_dev.simulator.sample import Sample, samples_of

STEP_S: Final = 300
_TIME: Final = "time"
_UNITS: Final = {
    "power": "W",
    "energy": "kWh",
    "voltage": "V",
    "current": "A",
    "frequency": "Hz",
    "power_factor": "1",
}


@dataclass(frozen=True, slots=True)
class PastOfMeter:
    """The file of a meter's past and what is in it."""

    file: Path
    channels: tuple[str, ...]
    rows: int


def write_past(
    folder: Path,
    household: Household,
    seed: int,
    meters: tuple[str, ...],
    start: datetime,
    end: datetime,
) -> dict[str, PastOfMeter]:
    """Simulate the past of some meters and write one CSV file for each."""
    folder.mkdir(parents=True, exist_ok=True)
    chunks = list(simulate(household, start, end, STEP_S, seed, meters))
    past = {}
    for key in meters:
        path = folder / f"{key}.csv"
        channels = household.meter(key).channels(household.phases)
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = write_csv(file, channels, map(_in_whole_wh, samples_of(chunks, key)))
        past[key] = PastOfMeter(path, channels, rows)
    return past


def _in_whole_wh(sample: Sample) -> Sample:
    """Return a sample whose counters show no more than the coarsest live meter does.

    A file that knew fractions of a Wh would be ahead of the device that goes on.
    """
    for channel, value in sample.values.items():
        if channel.startswith("energy") and isinstance(value, float):
            sample.values[channel] = math.floor(value * 1000) / 1000
    return sample


async def load_past(client: Client, device_id: str, past: PastOfMeter) -> int:
    """Load every channel of a meter's past and return the readings accepted."""
    accepted = 0
    for channel in past.channels:
        # Energy comes from the counters alone.
        kind = {"kind": "counter"} if channel.startswith("energy") else {}
        report: dict[str, Any] = await client.action(
            "wattwise",
            "import_history",
            response=True,
            device_id=device_id,
            file=str(past.file),
            channel=channel,
            time_column=_TIME,
            value_column=channel,
            unit=_unit_of(channel),
            stamp="end",
            **kind,
        )
        accepted += report["accepted"]
    return accepted


def _unit_of(channel: str) -> str:
    return _UNITS.get(channel) or _UNITS[channel.partition("_")[0]]
