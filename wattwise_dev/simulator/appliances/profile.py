"""Putting what an appliance draws into the seconds of a day."""

from collections.abc import Sequence

import numpy as np

from ..randomness import FloatArray


def nothing(length: int) -> FloatArray:
    """Return a day without any power."""
    return np.zeros(length)


def add(
    power: FloatArray, start: int, watts: FloatArray | float, duration: int
) -> None:
    """Add power from a second on; what lies outside the day is cut off."""
    first, last = max(0, start), min(power.size, start + duration)
    if first >= last:
        return
    if isinstance(watts, float):
        power[first:last] += watts
    else:
        power[first:last] += watts[first - start : last - start]


def phases(*parts: tuple[float, float]) -> FloatArray:
    """Return the power of phases (minutes, W) one after the other, by the second."""
    return np.concatenate(
        [np.full(int(minutes * 60), watts) for minutes, watts in parts]
    )


def switched(on_s: Sequence[int], off_s: Sequence[int], watts: float) -> FloatArray:
    """Return a power that is on and off for so many seconds in turn."""
    pieces = []
    for on, off in zip(on_s, off_s, strict=True):
        pieces += [np.full(on, watts), np.zeros(off)]
    return np.concatenate(pieces) if pieces else np.zeros(0)
