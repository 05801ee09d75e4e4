"""What became of the rows of a file, counted over all of its parts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from ...metering.reading import Reading, RefusedReading
from ..files.overview import Refusals
from ..receipt import Receipt

# Rows of which doubles are found; of more the memory would be missed elsewhere.
_REMEMBERED: Final = 200_000


class Tally:
    """How many rows were added, known, refused, or are still in doubt.

    A row in doubt is decided by those after it; who counts has to say by `finish`
    which ones still are.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self.rows = 0
        self.accepted = 0
        self.duplicate = 0
        self.doubled = 0
        """How many of these stand twice in the file, as far as was looked."""
        self.held = 0
        self.refused = Refusals()
        self._lines: dict[int, int] = {}
        self._seen: set[int] = set()

    def add(
        self,
        readings: Sequence[Reading],
        receipt: Receipt,
        unread: Iterable[RefusedReading] = (),
    ) -> None:
        """Count what became of a part; `unread` rows could not be understood."""
        lines = {reading.time_ms: reading.index for reading in readings}
        known = self._lines | lines
        disproved = [
            replace(item, index=known[item.time_ms])
            for item in receipt.disproved
            if item.time_ms in known
        ]
        # What its own meter had told was in doubt as well.
        self.refused.add((*unread, *receipt.refused, *disproved))
        self.held += receipt.held - len(disproved)
        self.duplicate += receipt.duplicate
        self.accepted += receipt.accepted
        self.doubled += min(receipt.duplicate, self._again(readings, receipt))
        if not receipt.unused:
            own = {reading.index for reading in readings}
            refused = sum(item.index in own for item in receipt.refused)
            self.rows += len(readings) - receipt.duplicate - refused - len(disproved)
        self._lines = known if receipt.held else lines

    def finish(self, in_doubt: Collection[int]) -> None:
        """Count the rows in doubt by the times that still are; the others are added."""
        self.held = sum(time_ms in self._lines for time_ms in in_doubt)
        self.accepted = self.rows - self.held
        self._seen.clear()

    def _again(self, readings: Sequence[Reading], receipt: Receipt) -> int:
        """Count the rows that stood in the file before."""
        refused = {item.index for item in receipt.refused}
        again = 0
        for reading in readings:
            if reading.index in refused:
                continue
            row = hash((reading.time_ms, reading.value))
            again += row in self._seen
            if len(self._seen) < _REMEMBERED:
                self._seen.add(row)
        return again
