"""The same traffic for whoever answers it: backlogs in batches, single readings."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from ..load import Load
from .plan import BATCH_VALUES, Plan
from .pushing import push_batches, push_singles
from .readings import STEP_MS, VALUES_PER_ITEM, batch

LARGE_BATCH_ITEMS: Final = 1_000
_BATCH_ITEMS: Final = BATCH_VALUES // VALUES_PER_ITEM
# The loop's lag is sampled more often than this.
_LAST_SAMPLE_S: Final = 0.03


@dataclass(frozen=True, slots=True)
class LoopWatch:
    """How late an event loop was, by samples, and the part it could not help."""

    lags_ms: list[float]
    waited_ms: float
    """How long its thread was ready but had no processor, in sum."""


type Watch = Callable[[], Awaitable[LoopWatch]]
"""Returns what the loop went through since the last call."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A load, and the event loop that answered it meanwhile."""

    load: Load
    loop: LoopWatch


@dataclass(frozen=True, slots=True)
class Backlogs:
    """How batches were answered."""

    one_meter: Watched
    """In order of time."""
    all_meters: Watched
    """The same, at once."""
    late: Watched
    """Of one meter that has reported something newer before."""
    large: Watched


async def unwatched() -> LoopWatch:
    """Return nothing: the event loop that answers here is of no interest."""
    return LoopWatch([], 0.0)


def backlog_ms(plan: Plan) -> int:
    """Return how much time the backlogs of a meter cover at the most."""
    late_items = _BATCH_ITEMS * plan.late_batches + 1
    large_items = LARGE_BATCH_ITEMS * plan.large_batches
    items = _BATCH_ITEMS * (plan.batches + plan.batches_at_once)
    return (items + max(late_items, large_items)) * STEP_MS


async def send_backlogs(
    url: str, keys: list[str], start_ms: int, plan: Plan, watch: Watch = unwatched
) -> Backlogs:
    """Send what meters measured from a time on."""
    one_meter = {keys[0]: _backlog(0, start_ms, _BATCH_ITEMS, plan.batches)}
    start_ms += plan.batches * _BATCH_ITEMS * STEP_MS
    all_meters = {
        key: _backlog(number, start_ms, _BATCH_ITEMS, plan.batches_at_once)
        for number, key in enumerate(keys)
    }
    start_ms += plan.batches_at_once * _BATCH_ITEMS * STEP_MS
    last = len(keys) - 1
    late = {keys[last]: _backlog(last, start_ms, _BATCH_ITEMS, plan.late_batches)}
    newer_ms = start_ms + plan.late_batches * _BATCH_ITEMS * STEP_MS
    newer = {keys[last]: _backlog(last, newer_ms, 1, 1)}
    large = {keys[0]: _backlog(0, start_ms, LARGE_BATCH_ITEMS, plan.large_batches)}
    large_values = LARGE_BATCH_ITEMS * VALUES_PER_ITEM
    in_order = await _watched(push_batches(url, one_meter, BATCH_VALUES), plan, watch)
    at_once = await _watched(push_batches(url, all_meters, BATCH_VALUES), plan, watch)
    await push_batches(url, newer, VALUES_PER_ITEM)
    return Backlogs(
        in_order,
        at_once,
        await _watched(push_batches(url, late, BATCH_VALUES), plan, watch),
        await _watched(push_batches(url, large, large_values), plan, watch),
    )


async def send_singles(
    url: str, keys: list[str], plan: Plan, watch: Watch = unwatched
) -> Watched:
    """Send what meters measure now."""
    return await _watched(
        push_singles(url, keys, plan.singles_per_second, plan.single_s), plan, watch
    )


async def _watched(sending: Awaitable[Load], plan: Plan, watch: Watch) -> Watched:
    await asyncio.sleep(plan.rest_s)
    await watch()
    load = await sending
    await asyncio.sleep(_LAST_SAMPLE_S)
    return Watched(load, await watch())


def _backlog(meter: int, start_ms: int, items: int, batches: int) -> list[bytes]:
    span_ms = items * STEP_MS
    return [batch(meter, start_ms + n * span_ms, items) for n in range(batches)]
