"""The household at this moment: its devices measure, and one meter pushes."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from datetime import UTC, datetime, timedelta
import time
from typing import Final

from wattwise_dev.simulator import Household, simulate
from wattwise_dev.simulator.player import Player
from wattwise_dev.simulator.sample import Sample, samples_of

from .devices.device import Device, on_mains
from .plan import GRID, INTERVAL_S, METERS, SEED

# Longer than anybody lets a demo run.
_HORIZON: Final = timedelta(days=3650)
_DEVICES: Final = "devices"

type Samples = Mapping[str, Sample]
"""What the meters of a household measure at one moment."""


class Live:
    """Everything in a household that reports."""

    def __init__(self, household: Household, url: str) -> None:
        """Be silent at first; what pushes does so to the Home Assistant at a URL."""
        self.household = household
        self._url = url
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(self, devices: Mapping[str, Device]) -> None:
        """Let devices measure from now on; returns after the first time."""
        moments = self._moments(tuple(devices))
        await _show(devices, await asyncio.to_thread(next, moments))
        self._keep_doing(_DEVICES, _show_for_ever(devices, moments))

    def push(self, meter: str, key: str) -> None:
        """Let a meter push with its key, the first reading at once."""
        player = Player(
            self._url,
            {meter: key},
            self.household,
            interval_s=INTERVAL_S,
            seed=SEED,
        )
        self._keep_doing(meter, player.run())

    def play(self, name: str, work: Coroutine[None, None, None]) -> None:
        """Let another household report, under a name of its own."""
        self._keep_doing(name, work)

    async def wait(self) -> None:
        """Wait until something cannot report any more, and raise why."""
        ended, _ = await asyncio.wait(
            self._tasks.values(), return_when=asyncio.FIRST_COMPLETED
        )
        for task in ended:
            task.result()

    async def silence(self, meter: str) -> None:
        """Let a meter push no more, until it is started again."""
        task = self._tasks.pop(meter)
        task.cancel()
        await asyncio.wait((task,))

    async def stop(self) -> None:
        """Let nothing report any more."""
        for name in list(self._tasks):
            await self.silence(name)

    def _keep_doing(self, name: str, work: Coroutine[None, None, None]) -> None:
        self._tasks[name] = asyncio.create_task(work)

    def _moments(self, meters: tuple[str, ...]) -> Iterator[Samples]:
        """Yield what some meters measure, from the last full interval on."""
        now = datetime.now(UTC)
        chunks = simulate(
            self.household,
            now - timedelta(seconds=INTERVAL_S),
            now + _HORIZON,
            INTERVAL_S,
            SEED,
            meters,
        )
        for chunk in chunks:
            columns = (samples_of((chunk,), meter) for meter in meters)
            for samples in zip(*columns, strict=True):
                yield dict(zip(meters, samples, strict=True))


async def _show_for_ever(
    devices: Mapping[str, Device], moments: Iterator[Samples]
) -> None:
    while True:
        # Each day is simulated as it begins, which takes a moment.
        samples = await asyncio.to_thread(next, moments)
        due_s = samples[GRID.key].due_s
        await asyncio.sleep(max(0.0, due_s - time.time()))
        await _show(devices, samples)


async def _show(devices: Mapping[str, Device], samples: Samples) -> None:
    """Let each device measure its part of the household."""
    phases = {meter.key: meter.phase for meter in METERS}
    for key, device in devices.items():
        sample, phase = samples[key], phases[key]
        if phase is not None:
            sample = on_mains(sample, samples[GRID.key], phase)
        await device.show(sample)
