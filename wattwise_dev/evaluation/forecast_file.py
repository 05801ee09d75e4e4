"""Writes every forecast of a model, so that anybody can score it."""

from collections.abc import Iterator, Sequence
import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from .contest import Entry
from .household import Household
from .issued import PUBLISHED
from .pairs import Pairs, pair
from .plan import Plan

_HEADER: Final = ("origin", "time", *PUBLISHED)


def write_forecasts(
    path: Path, entry: Entry, households: Sequence[Household], plan: Plan
) -> int:
    """Write one row per slot, in kWh; return the number of rows.

    `time` is the start of the slot, `origin` the midnight when it was forecast, both in
    UTC. With several households, `home` is the first column.
    """
    several = len(households) > 1
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("home", *_HEADER) if several else _HEADER)
        for household, issued in zip(households, entry.issued, strict=True):
            pairs = pair(household, issued, plan.lead)
            origins = [_iso(household.midnight(day)) for day in issued.origins]
            for row in _rows(pairs, origins):
                writer.writerow((household.name, *row) if several else row)
                count += 1
    return count


def _rows(pairs: Pairs, origins: list[str]) -> Iterator[tuple[str, ...]]:
    for index, second, values in zip(
        pairs.origin, pairs.start, pairs.said.T, strict=True
    ):
        if not np.isnan(values).any():
            time = _iso(datetime.fromtimestamp(int(second), UTC))
            yield (origins[index], time, *(f"{value:.6f}" for value in values))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
