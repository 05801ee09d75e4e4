"""Tells a person what is happening, on the standard error stream."""

import sys
import time


class Progress:
    """Lines with the seconds since the demo began."""

    def __init__(self) -> None:
        """Begin to count."""
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since the demo began."""
        return time.monotonic() - self._begun

    def say(self, text: str) -> None:
        """Print one line."""
        print(f"[{self.seconds:6.1f} s] {text}", file=sys.stderr, flush=True)
