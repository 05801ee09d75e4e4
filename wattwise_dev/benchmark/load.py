"""What was given to be stored, and how long each answer took."""

from dataclasses import dataclass, field


class MeasurementError(Exception):
    """Something could not be measured; the message says what happened instead."""


@dataclass(slots=True)
class Load:
    """What was sent, and the times until it was acknowledged."""

    latencies_ms: list[float] = field(default_factory=list)
    values: int = 0
    seconds: float = 0.0

    @property
    def values_per_second(self) -> float:
        """How many channel values were acknowledged in a second."""
        return self.values / self.seconds
