"""Long work in a thread, with pauses in which the event loop gets its turn."""

from collections.abc import Iterable, Iterator
import time
from typing import Final

# A thread that computes keeps the interpreter for milliseconds before another gets it.
_SLICE: Final = 50
_PAUSE_S: Final = 0.0002


def giving_way[T](items: Iterable[T]) -> Iterator[T]:
    """Yield items, and step aside now and then; for worker threads."""
    for number, item in enumerate(items, start=1):
        if number % _SLICE == 0:
            time.sleep(_PAUSE_S)
        yield item
