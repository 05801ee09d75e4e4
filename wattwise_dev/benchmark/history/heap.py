"""As many objects as a running Home Assistant has.

Python stops all threads while it looks through the oldest of them for garbage. Home
Assistant leaves the settings of that as they are, so how long it takes depends on what
Home Assistant holds, and how often on what is made beside it and kept for a while.
"""

from collections.abc import Iterator
from contextlib import contextmanager
import gc
from typing import Final

# In the demo's Home Assistant, some minutes after its start.
HOME_OBJECTS: Final = 390_000


@contextmanager
def heap_of_a_home() -> Iterator[None]:
    """Hold what this process lacks of a home's objects, all as old as can be."""
    lacking = HOME_OBJECTS - len(gc.get_objects())
    # Each is two: a dict is only looked into if there is something in it to look into.
    held = [{"attributes": [number]} for number in range(lacking // 2)]
    gc.collect()
    try:
        yield
    finally:
        held.clear()
