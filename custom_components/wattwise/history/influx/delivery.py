"""Delivering points: all of them, whatever is wrong with some."""

from collections.abc import Sequence
from dataclasses import dataclass
import re
from typing import Final

from .errors import ConnectionCutError, RejectedError
from .points import ReadingPoint, SlotPoint, to_line
from .server import InfluxServer

# "points beyond retention policy" of 1.6.7 to 1.12.1 and 2.7.5; "dropped 3 points
# outside retention policy of duration 72h0m0s - ..." of 2.7.12 and 2.9.1.
_TOO_OLD: Final = re.compile(r"(beyond|outside) retention policy")
_DROPPED: Final = re.compile(r"\bdropped=(\d+)")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A point that the server refuses, and why.

    `position` is that in what was to be delivered, `line` what was sent.
    """

    position: int
    line: str
    reason: str


def deliver(
    server: InfluxServer, points: Sequence[ReadingPoint | SlotPoint]
) -> list[Rejected]:
    """Write the points; return those that the server refuses, in order.

    All others are stored, or are older than what the server is told to keep. Raises
    InfluxError when that cannot be said; then all are to be delivered again.

    Versions differ in whether they store the rest of a request with a refused line,
    and in which of several faults they name. So what was refused is written again in
    halves until a line is alone with its fault.
    """
    lines = [to_line(point) for point in points]
    rejected = []
    waiting = [(0, len(lines))]
    while waiting:
        start, end = waiting.pop()
        try:
            server.write(lines[start:end])
        except ConnectionCutError:
            # Perhaps because the request was too large for it.
            if end - start <= 1:
                raise
        except RejectedError as err:
            reason = str(err)
            if end - start == _dropped(reason) or end - start == 1:
                if not _TOO_OLD.search(reason):
                    rejected += [
                        Rejected(position, lines[position], reason)
                        for position in range(start, end)
                    ]
                continue
        else:
            continue
        middle = (start + end) // 2
        waiting += [(middle, end), (start, middle)]
    return rejected


def _dropped(reason: str) -> int | None:
    """Return how many points a server says it dropped for the reason it names.

    With fewer than all, another line may have a fault that was not named.
    """
    found = _DROPPED.search(reason)
    return int(found[1]) if found else None
