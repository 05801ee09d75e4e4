"""Linear equations with a symmetric, positive matrix: what a regression comes to.

Plain Python, because a few dozen unknowns are not worth the start of a library.
"""

from collections.abc import Sequence
from math import sqrt

type Row = Sequence[float]


class SymmetricSystem:
    """Solves A x = b for many b, by Cholesky's decomposition A = L L^T.

    `rows` are the lower triangle of A, the first with one number. ValueError where A is
    not positive.
    """

    __slots__ = ("_lower",)

    def __init__(self, rows: Sequence[Row]) -> None:
        """Decompose A."""
        lower: list[list[float]] = []
        for row in rows:
            made: list[float] = []
            for column, above in enumerate(lower):
                made.append((row[column] - _dot(made, above)) / above[column])
            left = row[len(lower)] - _dot(made, made)
            if left <= 0:
                raise ValueError("the matrix is not positive")
            lower.append([*made, sqrt(left)])
        self._lower = lower

    def solve(self, right: Row) -> list[float]:
        """Return x for one b."""
        forward: list[float] = []
        for value, row in zip(right, self._lower, strict=True):
            forward.append((value - _dot(forward, row)) / row[-1])
        found = [0.0] * len(forward)
        for index in range(len(forward) - 1, -1, -1):
            later = sum(
                self._lower[below][index] * found[below]
                for below in range(index + 1, len(forward))
            )
            found[index] = (forward[index] - later) / self._lower[index][index]
        return found


def _dot(first: Row, second: Row) -> float:
    # The second may be longer: its rest meets nothing.
    return sum(a * b for a, b in zip(first, second, strict=False))
