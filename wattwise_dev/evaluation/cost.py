"""What forecasts cost. Uses no package: other environments too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
import time


@dataclass(slots=True)
class Cost:
    """Seconds of the processor and memory that a model took."""

    fits: int = 0
    fit_seconds: float = 0.0
    predictions: int = 0
    predict_seconds: float = 0.0
    # MiB of memory at its peak beyond what the process held before; None if unknown.
    memory_mib: float | None = None

    @contextmanager
    def fitting(self) -> Iterator[Callable[[int], None]]:
        """Count the time of the block as that of so many fits as it is told."""
        begun = time.process_time()
        fits = 0

        def count(number: int) -> None:
            nonlocal fits
            fits += number

        yield count
        self.fits += fits
        self.fit_seconds += time.process_time() - begun

    @contextmanager
    def predicting(self) -> Iterator[None]:
        """Count the time of the block as that of one prediction."""
        begun = time.process_time()
        yield
        self.predictions += 1
        self.predict_seconds += time.process_time() - begun

    def add(self, other: Cost) -> None:
        """Add the times of another; memory is not a sum."""
        self.fits += other.fits
        self.fit_seconds += other.fit_seconds
        self.predictions += other.predictions
        self.predict_seconds += other.predict_seconds

    def as_dict(self) -> dict[str, float | int | None]:
        """Return it for machines."""
        return asdict(self)
