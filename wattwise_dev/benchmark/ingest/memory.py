"""The memory of a process."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

_EVERY_S: Final = 1.0
_KIB: Final = 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """What a process holds [bytes]: all that is resident, and its own data in it."""

    rss: float
    anonymous: float


async def median_memory(pid: int, samples: int) -> Memory:
    """Return the median of samples taken each second."""
    taken = []
    for _ in range(samples):
        taken.append(_memory(pid))
        await asyncio.sleep(_EVERY_S)
    return Memory(
        median(sample.rss for sample in taken),
        median(sample.anonymous for sample in taken),
    )


def _memory(pid: int) -> Memory:
    fields = {}
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    for line in text.splitlines()[1:]:
        name, value, *_ = line.split()
        fields[name] = float(value) * _KIB
    return Memory(fields["Rss:"], fields["Anonymous:"])
