"""What the benchmark says while it works."""

from collections.abc import Callable
from dataclasses import dataclass
import sys
import time

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """Says things with the seconds since it began, also from other processes."""

    begun: float

    @classmethod
    def begin(cls) -> Progress:
        """Count from now on."""
        return cls(time.monotonic())

    def __call__(self, text: str) -> None:
        """Say something."""
        seconds = time.monotonic() - self.begun
        print(f"[{seconds:6.1f} s] {text}", file=sys.stderr, flush=True)
