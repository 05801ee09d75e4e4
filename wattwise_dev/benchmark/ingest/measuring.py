"""The benchmark of taking readings in: what is measured, in which order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
import time
from typing import Final

from wattwise_dev.home_assistant import Place

from ..progress import Say
from .bare_server import bare_server
from .bare_store import Store, measure_store
from .home import BenchmarkHome, SetUpTime
from .memory import Memory, median_memory
from .past import fill_past
from .plan import METERS, Plan
from .pushing import push_singles
from .traffic import (
    Backlogs,
    LoopWatch,
    Watched,
    backlog_ms,
    send_backlogs,
    send_singles,
)

# The configuration folder of Home Assistant.
HOME: Final = "home"

# As often as meters report in homes.
_REPORTS_PER_SECOND: Final = 0.1
# The last batch of a backlog ends this long before now.
_MARGIN_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class Without:
    """A Home Assistant in which WattWise is switched off, and how it comes to work."""

    memory: Memory
    idle: LoopWatch
    bare_backlogs: Backlogs
    """Answered by a view of Home Assistant that stores nothing."""
    bare_singles: Watched
    set_ups: list[SetUpTime]


@dataclass(frozen=True, slots=True)
class With:
    """A Home Assistant with WattWise and its meters."""

    backlogs: Backlogs
    memory_after_backlogs: Memory
    memory: Memory
    idle: LoopWatch
    singles: Watched


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything that was measured."""

    history: int
    """How many readings were there before."""
    database_bytes: int
    without: Without
    with_wattwise: With
    server_backlogs: Backlogs
    server_singles: Watched
    store: Store


async def measure(folder: Path, plan: Plan, say: Say) -> Measured:
    """Measure everything; the folder is new and stays."""
    home = BenchmarkHome(folder / HOME)
    say("Starting Home Assistant and setting WattWise up ...")
    async with home.home_assistant:
        await home.commission(METERS)
    past_end_ms = time.time_ns() // 1_000_000 - backlog_ms(plan) - _MARGIN_MS
    say(f"Writing {plan.coarse_days + plan.fine_days} days of history ...")
    history = await fill_past(
        home.database,
        Place().time_zone,
        home.meters,
        past_end_ms,
        plan.coarse_days,
        plan.fine_days,
    )
    database_bytes = home.database.stat().st_size
    without = await _without(home, plan, past_end_ms, say)
    with_wattwise = await _with(home, plan, past_end_ms, say)
    say("Measuring bare aiohttp ...")
    async with bare_server() as url:
        server_backlogs = await send_backlogs(url, home.keys, past_end_ms, plan)
        server_singles = await send_singles(url, home.keys, plan)
    say("Measuring bare sqlite3 ...")
    store = await asyncio.to_thread(measure_store, folder, plan, past_end_ms)
    return Measured(
        history,
        database_bytes,
        without,
        with_wattwise,
        server_backlogs,
        server_singles,
        store,
    )


async def _without(
    home: BenchmarkHome, plan: Plan, past_end_ms: int, say: Say
) -> Without:
    say("Starting Home Assistant without WattWise ...")
    async with home.home_assistant:
        await asyncio.sleep(plan.uptime_s)
        memory = await median_memory(home.pid, plan.memory_samples)
        say("Watching its event loop, idle and while it answers and stores nothing ...")
        idle = await _idle(home, plan)
        url, keys = home.bare_url, home.keys
        backlogs = await send_backlogs(url, keys, past_end_ms, plan, home.watch)
        singles = await send_singles(url, keys, plan, home.watch)
        say("Setting WattWise up with its history ...")
        set_ups = [
            await home.set_up(disable_after=number + 1 < plan.set_ups)
            for number in range(plan.set_ups)
        ]
    return Without(memory, idle, backlogs, singles, set_ups)


async def _with(home: BenchmarkHome, plan: Plan, past_end_ms: int, say: Say) -> With:
    url, keys = home.push_url, home.keys
    say("Starting Home Assistant with WattWise, sending backlogs ...")
    async with home.home_assistant:
        await asyncio.sleep(plan.uptime_s)
        backlogs = await send_backlogs(url, keys, past_end_ms, plan, home.watch)
        after = await median_memory(home.pid, plan.memory_samples)
    say("Starting Home Assistant with WattWise, meters reporting ...")
    async with home.home_assistant:
        async with _reporting(home):
            await asyncio.sleep(plan.uptime_s)
            memory = await median_memory(home.pid, plan.memory_samples)
            idle = await _idle(home, plan)
        say("Sending single readings ...")
        singles = await send_singles(url, keys, plan, home.watch)
    return With(backlogs, after, memory, idle, singles)


@asynccontextmanager
async def _reporting(home: BenchmarkHome) -> AsyncIterator[None]:
    """Let the meters report as they do in homes."""
    reporting = asyncio.create_task(
        push_singles(home.push_url, home.keys, _REPORTS_PER_SECOND, float("inf"))
    )
    try:
        yield
        if reporting.done():
            reporting.result()
    finally:
        reporting.cancel()
        await asyncio.wait([reporting])


async def _idle(home: BenchmarkHome, plan: Plan) -> LoopWatch:
    await home.watch()
    await asyncio.sleep(plan.idle_s)
    return await home.watch()
