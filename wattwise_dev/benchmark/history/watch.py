"""What a piece of work costs its process: time, late callbacks, memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import gc
from pathlib import Path
import threading
import time
from typing import Final

from ..ingest.wattwise_probe.lag import LagSampler
from ..report import percentile

_KIB: Final = 1024
# The loop's lag is sampled more often than this.
_LAST_SAMPLE_S: Final = 0.03
# Of the generations that Python sorts its objects into.
_OLDEST: Final = 2
# Makes the kernel forget the highest resident memory so far; see proc(5).
_FORGET_PEAK: Final = "5"


@dataclass(slots=True)
class Cost:
    """What was seen while something was done."""

    seconds: float = 0.0
    lag_p99_ms: float = 0.0
    lag_worst_ms: float = 0.0
    waited_ms: float = 0.0
    """How long the loop's thread was ready but had no processor, in sum."""
    garbage_ms: float = 0.0
    """The longest time for which everything stood still to collect garbage."""
    full_collections: int = 0
    """How often all objects of the process were looked through for it."""
    rss_before: float = 0.0
    """[bytes]"""
    rss_peak: float = 0.0
    rss_after: float = 0.0


@asynccontextmanager
async def watched() -> AsyncIterator[Cost]:
    """Watch the event loop and the memory of this process; filled in at the end."""
    cost = Cost(rss_before=_memory("VmRSS"))
    _forget_peak()
    garbage = _GarbageTimer()
    gc.callbacks.append(garbage)
    sampler = LagSampler(asyncio.get_running_loop())
    waited_ms = _waited_ms()
    begun = time.perf_counter()
    sampler.start()
    try:
        yield cost
        cost.seconds = time.perf_counter() - begun
        await asyncio.sleep(_LAST_SAMPLE_S)
    finally:
        sampler.stop()
        gc.callbacks.remove(garbage)
    lags_ms = sampler.take()
    cost.lag_p99_ms = percentile(lags_ms, 99)
    cost.lag_worst_ms = max(lags_ms)
    cost.garbage_ms = garbage.longest_ms
    cost.full_collections = garbage.full
    cost.waited_ms = _waited_ms() - waited_ms
    cost.rss_peak, cost.rss_after = _memory("VmHWM"), _memory("VmRSS")


class _GarbageTimer:
    """Is told when a collection begins and ends."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self.full = 0
        self._begun = 0.0

    def __call__(self, phase: str, info: dict[str, int]) -> None:
        now = time.perf_counter()
        if phase == "start":
            self._begun = now
        else:
            self.longest_ms = max(self.longest_ms, (now - self._begun) * 1000)
            self.full += info["generation"] == _OLDEST


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text(_FORGET_PEAK, encoding="ascii")


def _waited_ms() -> float:
    """Return how long this thread was ready but had no processor, in its life."""
    path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
    return int(path.read_text(encoding="ascii").split()[1]) / 1_000_000


def _memory(field: str) -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return float(value.split()[0]) * _KIB
    raise OSError(f"no {field} in /proc/self/status")
