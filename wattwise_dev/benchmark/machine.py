"""The machine on which was measured."""

from contextlib import closing
import os
from pathlib import Path
import platform
import sqlite3
from statistics import median
import tempfile
import time
from typing import Final

from homeassistant import const

_FSYNCS: Final = 50
_BLOCK: Final = bytes(4096)


def machine_facts(folder: Path) -> dict[str, str]:
    """Return what a reader has to know to compare figures; takes a second."""
    return {
        "processor": f"{os.cpu_count()} cores, {_processor()}",
        "memory": f"{_memory_gib():.0f} GiB",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "Python": platform.python_version(),
        "Home Assistant": const.__version__,
        "SQLite": sqlite3.sqlite_version,
        "fsync of 4 KiB": f"{_fsync_ms(folder):.2f} ms (median of {_FSYNCS})",
        "load average": " ".join(f"{load:.2f}" for load in os.getloadavg()),
    }


class OtherPrograms:
    """How much of the processors everything else uses while the benchmark runs."""

    def __init__(self) -> None:
        """Begin to count."""
        self._begun = self._seconds()

    def fact(self) -> dict[str, str]:
        """Return it for the report; all children must have ended."""
        total, busy, own = (
            now - then for now, then in zip(self._seconds(), self._begun, strict=True)
        )
        share = max(0.0, busy - own) / total
        return {"other programs": f"used {share:.0%} of the processors meanwhile"}

    @staticmethod
    def _seconds() -> tuple[float, float, float]:
        """Return the time of all processors, the busy part, and our own part."""
        line = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
        ticks = [int(field) for field in line.split()[1:9]]
        idle = ticks[3] + ticks[4]
        per_second = os.sysconf("SC_CLK_TCK")
        used = os.times()
        own = used.user + used.system + used.children_user + used.children_system
        return sum(ticks) / per_second, (sum(ticks) - idle) / per_second, own


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"model name", "Model"}:
            return value.strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def _fsync_ms(folder: Path) -> float:
    took = []
    with closing(tempfile.NamedTemporaryFile(dir=folder)) as file:
        for _ in range(_FSYNCS):
            file.write(_BLOCK)
            file.flush()
            begun = time.perf_counter()
            os.fsync(file.fileno())
            took.append((time.perf_counter() - begun) * 1000)
    return median(took)
