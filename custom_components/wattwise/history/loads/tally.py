"""What became of the rows of a file, counted over all of its parts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ...metering.reading import Reading, RefusedReading
from ..files.overview import Refusals
from ..receipt import Receipt


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
        self.held = 0
        self.refused = Refusals()
        self._lines: dict[int, int] = {}

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
        if not receipt.unused:
            own = {reading.index for reading in readings}
            refused = sum(item.index in own for item in receipt.refused)
            self.rows += len(readings) - receipt.duplicate - refused - len(disproved)
        self._lines = known if receipt.held else lines

    def finish(self, in_doubt: Collection[int]) -> None:
        """Count the rows in doubt by the times that still are; the others are added."""
        self.held = sum(time_ms in self._lines for time_ms in in_doubt)
        self.accepted = self.rows - self.held
