"""The household at this moment: its meters push, its plug reports."""

import asyncio
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
import time
from typing import Final

from aiohttp import ClientError

from wattwise_dev.home_assistant import Client, RestError
from wattwise_dev.simulator import Household, simulate
from wattwise_dev.simulator.household import ENERGY_IMPORT, POWER
from wattwise_dev.simulator.player import Player
from wattwise_dev.simulator.sample import Sample, samples_of

from . import plug
from .memory import KnownMeter
from .plan import INTERVAL_S, SEED

# Longer than anybody lets a demo run.
_HORIZON: Final = timedelta(days=3650)


class Live:
    """Everything in a household that reports."""

    def __init__(self, household: Household, client: Client) -> None:
        """Report to this Home Assistant, nothing at first."""
        self.household = household
        self._client = client
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def connect(self, meters: Mapping[str, KnownMeter]) -> None:
        """Let meters report from now on."""
        for key, meter in meters.items():
            if meter.push_key is None:
                await self.plug_in(key)
            else:
                self.push(key, meter.push_key)

    def push(self, meter: str, key: str) -> None:
        """Let a meter push with its key, the first reading at once."""
        player = Player(
            self._client.url,
            {meter: key},
            self.household,
            interval_s=INTERVAL_S,
            seed=SEED,
        )
        self._keep_doing(meter, player.run())

    async def plug_in(self, meter: str) -> None:
        """Let the plug report what a meter measures; returns after its first report."""
        now = datetime.now(UTC)
        step = timedelta(seconds=INTERVAL_S)
        chunks = simulate(
            self.household, now - step, now + _HORIZON, INTERVAL_S, SEED, (meter,)
        )
        samples = samples_of(chunks, meter)
        await self._report(await asyncio.to_thread(next, samples))
        self._keep_doing(meter, self._report_for_ever(samples))

    async def wait(self) -> None:
        """Wait until something cannot report any more, and raise why."""
        ended, _ = await asyncio.wait(
            self._tasks.values(), return_when=asyncio.FIRST_COMPLETED
        )
        for task in ended:
            task.result()

    async def silence(self, meter: str) -> None:
        """Let a meter report no more, until it is started again."""
        task = self._tasks.pop(meter)
        task.cancel()
        await asyncio.wait((task,))

    async def stop(self) -> None:
        """Let nothing report any more."""
        for meter in list(self._tasks):
            await self.silence(meter)

    def _keep_doing(self, meter: str, work: Coroutine[None, None, None]) -> None:
        self._tasks[meter] = asyncio.create_task(work)

    async def _report_for_ever(self, samples: Iterator[Sample]) -> None:
        while True:
            # Each day is simulated as it begins, which takes a moment.
            sample = await asyncio.to_thread(next, samples)
            await asyncio.sleep(max(0.0, sample.due_s - time.time()))
            # While Home Assistant restarts, nobody hears the plug.
            with suppress(ClientError, RestError, TimeoutError):
                await self._report(sample)

    async def _report(self, sample: Sample) -> None:
        await plug.report(
            self._client, sample.values[POWER], sample.values[ENERGY_IMPORT]
        )
