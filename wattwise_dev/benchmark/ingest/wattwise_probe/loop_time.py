"""How much of the event loop's time a piece of work takes, wherever it is done.

Every step of a task and every callback is run by the loop as a handle, in the
context in which it was scheduled. Tasks and callbacks inherit the context of who
made them, so a variable set in the context of the work marks all that the loop runs
for it, and nothing else. What is called from other threads is not marked; that are
the microseconds in which results of executors are handed over.
"""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
import gc
import threading
import time
from typing import Final


@dataclass(slots=True)
class LoopTime:
    """What the loop spent on a piece of work."""

    wall_ms: float = 0.0
    """From the begin of the work to its end."""
    busy_ms: float = 0.0
    """The sum of the times in which the loop could do nothing else."""
    cpu_ms: float = 0.0
    """The part of it in which the loop's thread had a processor."""
    longest_ms: float = 0.0
    """The longest of these times."""
    garbage_ms: float = 0.0
    """The part in which Python collected garbage: all of Home Assistant's."""
    steps: int = 0
    running: bool = True


class _GarbageTime:
    """How long Python collected garbage in the thread that made this."""

    def __init__(self) -> None:
        self.total_ms = 0.0
        self._thread = threading.get_ident()
        self._begun = 0.0

    def note(self, phase: str, _info: dict[str, int]) -> None:
        """Be called by the garbage collector."""
        if threading.get_ident() != self._thread:
            return
        if phase == "start":
            self._begun = time.perf_counter()
        else:
            self.total_ms += (time.perf_counter() - self._begun) * 1000


_MEASURED: Final[ContextVar[LoopTime | None]] = ContextVar("measured", default=None)


@contextmanager
def measured_loop_time() -> Generator[LoopTime]:
    """Measure what the loop does for the body of the `with`."""
    spent = LoopTime()
    token = _MEASURED.set(spent)
    garbage = _GarbageTime()
    original = asyncio.Handle._run  # noqa: SLF001  (no public way to see each step)

    def run(handle: asyncio.Handle) -> None:
        begun, cpu_begun = time.perf_counter(), time.thread_time()
        garbage_begun = garbage.total_ms
        original(handle)
        context = handle._context  # type: ignore[attr-defined]  # noqa: SLF001
        if context.get(_MEASURED) is not spent or not spent.running:
            return
        took_ms = (time.perf_counter() - begun) * 1000
        spent.busy_ms += took_ms
        spent.cpu_ms += (time.thread_time() - cpu_begun) * 1000
        spent.garbage_ms += garbage.total_ms - garbage_begun
        spent.longest_ms = max(spent.longest_ms, took_ms)
        spent.steps += 1

    setattr(asyncio.Handle, "_run", run)  # noqa: B010  (mypy takes it for a method)
    gc.callbacks.append(garbage.note)
    begun = time.perf_counter()
    try:
        yield spent
    finally:
        spent.running = False
        spent.wall_ms = (time.perf_counter() - begun) * 1000
        setattr(asyncio.Handle, "_run", original)  # noqa: B010
        gc.callbacks.remove(garbage.note)
        _MEASURED.reset(token)
