"""Plays a simulated household live: its meters push to a running WattWise."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from itertools import islice
import time
from typing import Final

import aiohttp

from .errors import SimulatorError
from .faults import FaultEvent, faults_possible, inject
from .household import Household
from .payload import Dialect
from .pushing import BACKLOG, PlayerError, Pusher, Tally
from .sample import Sample, samples_of
from .stream import simulate

__all__ = ["Player", "PlayerError", "Tally"]

_NEVER: Final = datetime(2100, 1, 1, tzinfo=UTC)
# Samples are made in a thread, so many at a time.
_AHEAD: Final = 360
_FAULTS_WITHIN: Final = timedelta(days=1)
# When stopped, what was measured may still be sent for so long.
_LAST_WORDS_S: Final = 3.0
# Where a player faster than time starts, unless told.
_FASTER_FROM: Final = timedelta(days=1)


class Player:
    """Lets the meters of a household push in real time, or faster from the past on.

    Faster than real time it plays until it has caught up with the clock; then it
    goes on at the clock's pace. It never sends what has not happened yet.
    """

    def __init__(
        self,
        url: str,
        keys: Mapping[str, str],
        household: Household,
        *,
        interval_s: int = 10,
        speed: float = 1.0,
        start: datetime | None = None,
        seed: int = 0,
        dialect: Dialect = Dialect.WATTWISE,
        faults: tuple[str, ...] = (),
        backlog: int = BACKLOG,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        """Prepare to play.

        `keys` maps the household's meters to the keys that WattWise gave out. Faults
        happen within the first simulated day. Raises SimulatorError for what cannot
        be played.
        """
        if not keys:
            raise SimulatorError("There is no meter to play")
        for meter in keys:
            household.meter(meter)
        possible = {
            name for meter in keys for name in faults_possible(faults, household, meter)
        }
        if impossible := [name for name in faults if name not in possible]:
            raise SimulatorError(f"Fault '{impossible[0]}' needs a grid meter")
        if interval_s < 1:
            raise SimulatorError("The interval must be at least 1 s")
        if not speed > 0:
            raise SimulatorError("The speed must be above 0")
        self._household = household
        self._url = url
        self._keys = dict(keys)
        self._interval_s = interval_s
        self._speed = speed
        self._seed = seed
        self._dialect = dialect
        self._faults = faults
        self._backlog = backlog
        self._session = session
        self._start = start
        self._stopped = asyncio.Event()
        self.tallies = {meter: Tally() for meter in keys}
        """What became of the samples so far, by meter."""
        self.fault_events: list[FaultEvent] = []
        """What goes wrong on purpose, completed while it happens."""

    def stop(self) -> None:
        """End `run` soon; what cannot be sent at once stays unsent."""
        self._stopped.set()

    async def run(self) -> None:
        """Play until stopped or cancelled; raises PlayerError when a key is refused."""
        async with AsyncExitStack() as stack:
            session = self._session
            if session is None:
                session = await stack.enter_async_context(aiohttp.ClientSession())
            pushers = [
                Pusher(
                    session,
                    self._url,
                    meter,
                    key,
                    self._household,
                    self._dialect,
                    self.tallies[meter],
                    self._backlog,
                )
                for meter, key in self._keys.items()
            ]
            await self._run_all(pushers)

    async def _run_all(self, pushers: list[Pusher]) -> None:
        """Measure and push, for every meter, until stopped."""
        begun_s = time.time()
        back = timedelta(seconds=self._interval_s) if self._speed <= 1 else _FASTER_FROM
        start = self._start or datetime.fromtimestamp(begun_s, UTC) - back
        try:
            async with asyncio.TaskGroup() as group:
                measuring = [
                    group.create_task(self._measure(pusher, start, begun_s))
                    for pusher in pushers
                ]
                pushing = [group.create_task(pusher.run()) for pusher in pushers]
                await self._stopped.wait()
                for task in measuring:
                    task.cancel()
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LAST_WORDS_S):
                        await asyncio.gather(*(pusher.settle() for pusher in pushers))
                for task in pushing:
                    task.cancel()
        except ExceptionGroup as group_error:
            first = group_error.exceptions[0]
            if isinstance(first, SimulatorError):
                raise first from None
            raise

    async def _measure(self, pusher: Pusher, start: datetime, begun_s: float) -> None:
        """Give a meter's samples to its pusher when they are due."""
        samples = self._samples(pusher.meter, start)
        # The first sample is sent at once; a live player is in step with the clock.
        origin_s = min(begun_s, start.timestamp() + self._interval_s)
        while batch := await asyncio.to_thread(lambda: list(islice(samples, _AHEAD))):
            for sample in batch:
                played_s = begun_s + (sample.due_s - origin_s) / self._speed
                wait_s = max(played_s, sample.due_s) - time.time()
                await asyncio.sleep(max(wait_s, 0.0))
                live = time.time() - sample.due_s <= self._interval_s
                await pusher.put(sample, patient=not live)

    def _samples(self, meter: str, start: datetime) -> Iterator[Sample]:
        """Return a meter's samples from a time on, with the faults asked for."""
        chunks = simulate(
            self._household,
            start,
            _NEVER,
            step_s=self._interval_s,
            seed=self._seed,
            meters=[meter],
        )
        samples = samples_of(chunks, meter)
        faults = faults_possible(self._faults, self._household, meter)
        if not faults:
            return samples
        start_s = int(start.timestamp())
        end_s = int((start + _FAULTS_WITHIN).timestamp())
        samples, events = inject(samples, faults, meter, start_s, end_s, self._seed)
        self.fault_events += events
        return samples
