"""Samples as a CSV file."""

from collections.abc import Iterable
import csv
import math
from typing import TextIO

from .sample import Sample, Value


def write_csv(
    file: TextIO, channels: tuple[str, ...], samples: Iterable[Sample]
) -> int:
    """Write a header and one row per sample; return the number of samples.

    Commas, points and CRLF, as spreadsheets expect them; energies in kWh. The file
    must have been opened with newline="".
    """
    writer = csv.writer(file)
    writer.writerow(("time", *channels))
    count = 0
    for sample in samples:
        values = sample.values
        writer.writerow([sample.iso_time, *(_cell(values[name]) for name in channels)])
        count += 1
    return count


def _cell(value: Value) -> str:
    """Return a value as it stands in a cell; nothing for no value."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "NaN"
    return repr(value)
