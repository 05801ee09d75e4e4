"""Random numbers that depend on what they are for, never on what was drawn before.

Every purpose has its own generator, derived from the seed, a few names and a day.
The same day looks the same wherever a simulation starts or is cut.
"""

from datetime import date
from functools import lru_cache
import zlib

import numpy as np
from numpy.typing import NDArray

type FloatArray = NDArray[np.float64]
type IntArray = NDArray[np.int64]


def generator(seed: int, *names: str, day: date) -> np.random.Generator:
    """Return the generator of a purpose, named from coarse to fine, on a day."""
    return numbered_generator(seed, *names, number=day.toordinal())


def numbered_generator(seed: int, *names: str, number: int) -> np.random.Generator:
    """Return the generator of a purpose at a number, such as a time."""
    hashes = [zlib.crc32(name.encode()) for name in names]
    return np.random.default_rng([seed, number, *hashes])


@lru_cache(maxsize=4096)
def day_normal(seed: int, *names: str, ordinal: int) -> float:
    """Return one standard normal number that belongs to a day."""
    return float(numbered_generator(seed, *names, number=ordinal).standard_normal())


def correlated_day_normal(seed: int, *names: str, ordinal: int) -> float:
    """Return a standard normal number similar to those of the days before."""
    weights = (1.0, 0.7, 0.45, 0.25)
    total = sum(
        weight * day_normal(seed, *names, ordinal=ordinal - lag)
        for lag, weight in enumerate(weights)
    )
    return float(total / np.sqrt(sum(w * w for w in weights)))


def smooth_noise(
    seed: int, *names: str, day: date, length: int, knot_s: int
) -> FloatArray:
    """Return noise of about unit size that bends every `knot_s` seconds.

    The last knot is the first one of the next day, so that days join without a step.
    """
    today, tomorrow = (
        numbered_generator(seed, *names, number=day.toordinal() + offset)
        for offset in (0, 1)
    )
    count = -(-length // knot_s)
    values = today.standard_normal(count + 1)
    values[-1] = tomorrow.standard_normal()
    positions = np.minimum(np.arange(count + 1) * knot_s, length)
    return np.asarray(np.interp(np.arange(length), positions, values))
