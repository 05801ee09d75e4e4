"""What all devices of the demo home have in common."""

from dataclasses import replace
from typing import Final, Protocol

from wattwise_dev.simulator.household import POWER
from wattwise_dev.simulator.sample import Sample

VOLTAGE: Final = "voltage_l1"
CURRENT: Final = "current_l1"
FREQUENCY: Final = "frequency"


class Device(Protocol):
    """Measures, and tells it in its own way."""

    async def start(self) -> None:
        """Switch it on; it has not measured anything yet."""

    async def show(self, sample: Sample) -> None:
        """Let it measure what is in a sample."""

    async def stop(self) -> None:
        """Switch it off."""


def on_mains(sample: Sample, mains: Sample, phase: int) -> Sample:
    """Return the sample of an appliance with what the grid's meter knows of its phase.

    Phases count from 1.
    """
    voltage = measured(mains, f"voltage_l{phase}")
    values = {
        **sample.values,
        VOLTAGE: voltage,
        CURRENT: round(measured(sample, POWER) / voltage, 3),
        FREQUENCY: mains.values[FREQUENCY],
    }
    return replace(sample, values=values)


def measured(sample: Sample, channel: str) -> float:
    """Return a value of a sample in which nothing is wrong."""
    value = sample.values[channel]
    if not isinstance(value, float):
        raise TypeError(f"{channel} is {value!r}")
    return value
