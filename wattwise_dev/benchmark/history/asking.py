"""How long a question takes, of a file just opened and once more."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
import os
from pathlib import Path
import time

from ..load import MeasurementError
from .watch import Cost, watched

type Question[T] = Callable[[T], Awaitable[int]]
"""Asks, and returns how many rows the answer has."""
type Opener[T] = Callable[[], AbstractAsyncContextManager[T]]
"""Opens what is asked."""


@dataclass(frozen=True, slots=True)
class Answers:
    """How long the answers to a question took [ms]."""

    cold_ms: list[float]
    """The first one after opening, the file not in the kernel's cache."""
    warm_ms: list[float]
    """Further ones."""
    rows: int
    cost: Cost
    """Of all answers, and of opening."""


async def ask[T](
    path: Path, opener: Opener[T], question: Question[T], cold: int, warm: int
) -> Answers:
    """Ask a question of the file at `path`, `cold` times just opened, `warm` times again.

    Raises MeasurementError when there is no answer, or not always the same.
    """
    cold_ms, warm_ms, rows = [], [], set()
    async with watched() as cost:
        for number in range(1, cold + 1):
            await asyncio.to_thread(_drop_from_cache, path)
            async with opener() as opened:
                took_ms, count = await _time(opened, question)
                cold_ms.append(took_ms)
                rows.add(count)
                for _ in range(warm if number == cold else 0):
                    took_ms, count = await _time(opened, question)
                    warm_ms.append(took_ms)
                    rows.add(count)
    if len(rows) != 1 or 0 in rows:
        raise MeasurementError(f"The answers from {path.name} had {rows} rows")
    return Answers(cold_ms, warm_ms, rows.pop(), cost)


async def _time[T](opened: T, question: Question[T]) -> tuple[float, int]:
    begun = time.perf_counter()
    count = await question(opened)
    return (time.perf_counter() - begun) * 1000, count


def _drop_from_cache(path: Path) -> None:
    """Let the kernel forget a file that nobody has open, so that the disk is read."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(descriptor)
