"""Times of readings, packed: those of a file mostly keep the same distance."""

from collections.abc import Sequence
from itertools import accumulate, pairwise
import struct
import zlib


def pack_times(times: Sequence[int]) -> bytes:
    """Pack times [ms], of which there is one at least, in order.

    What is kept is how their distances differ: nothing but zeros for most files.
    """
    steps = [b - a for a, b in pairwise(times)]
    changes = [b - a for a, b in pairwise((0, *steps))]
    return zlib.compress(struct.pack(f"<{len(times)}q", times[0], *changes))


def unpack_times(packed: bytes) -> list[int]:
    """Return packed times."""
    content = zlib.decompress(packed)
    first, *changes = struct.unpack(f"<{len(content) // 8}q", content)
    return list(accumulate(accumulate(changes), initial=first))
