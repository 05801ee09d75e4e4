"""The one file that holds everything that was learned beforehand."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

type Arrays = Mapping[str, NDArray[Any]]

FILE: Final = Path(__file__).with_name("other_homes.npz")


@cache
def pretrained_arrays() -> Arrays:
    """Read the file, once; blocking."""
    return read_arrays(FILE)


def read_arrays(file: Path) -> Arrays:
    """Read arrays by their names, `part.array`."""
    with np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def write_arrays(file: Path, arrays: Arrays) -> None:
    """Write what `read_arrays` reads."""
    np.savez_compressed(file, allow_pickle=False, **dict(arrays))


def part(arrays: Arrays, name: str) -> Arrays:
    """Return the arrays of one part by their own names."""
    begin = f"{name}."
    return {
        key.removeprefix(begin): array
        for key, array in arrays.items()
        if key.startswith(begin)
    }


def named(name: str, arrays: Arrays) -> Arrays:
    """Return the arrays of a part by their names in the file."""
    return {f"{name}.{key}": array for key, array in arrays.items()}
