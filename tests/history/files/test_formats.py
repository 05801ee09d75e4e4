"""The same rows in each format, encoding and packing that people have."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
import gzip
from importlib import import_module
from itertools import islice
import json
from pathlib import Path
from zoneinfo import ZoneInfo

import h5py
import numpy as np
import pyarrow as pa
from pyarrow import parquet
import pytest

from custom_components.wattwise.history.files import optional_library
from custom_components.wattwise.history.files.errors import (
    BrokenFileError,
    FileError,
    MissingLibraryError,
    NoTableError,
    SpreadsheetError,
    UnequalColumnsError,
    UnknownColumnError,
    UnknownFormatError,
)
from custom_components.wattwise.history.files.formats import open_table
from custom_components.wattwise.history.files.guess import detect
from custom_components.wattwise.history.files.layout import Layout
from custom_components.wattwise.history.files.meter_file import MeterFile
from custom_components.wattwise.history.files.table import FileFormat
from custom_components.wattwise.metering.quantity import Channel

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 5, 4, 10, tzinfo=UTC)
TIMES = [START + timedelta(minutes=15 * n) for n in range(8)]
KWH = [0.125, 0.25, 1.5, 0.0, 0.375, 2.25, 0.5, 0.75]
LOCAL = [time.astimezone(BERLIN) for time in TIMES]
MS = [round(time.timestamp() * 1000) for time in TIMES]
LINES = [
    "time,kWh",
    *(f"{t:%Y-%m-%d %H:%M},{v}" for t, v in zip(LOCAL, KWH, strict=True)),
]
ROWS = [
    {"time": time.isoformat(), "kWh": value}
    for time, value in zip(TIMES, KWH, strict=True)
]

type Writer = Callable[[Path], None]


def text(content: str, encoding: str = "utf-8") -> Writer:
    """Return what writes a text."""
    return lambda path: path.write_bytes(content.encode(encoding)) and None


def packed(content: str) -> Writer:
    """Return what writes a text packed by gzip."""
    return lambda path: path.write_bytes(gzip.compress(content.encode())) and None


def arrow(times: pa.Array, values: pa.Array | None = None) -> Writer:
    """Return what writes a Parquet file, in several row groups."""
    table = pa.table(
        {"time": times, "kWh": pa.array(KWH) if values is None else values}
    )
    return lambda path: parquet.write_table(table, path, row_group_size=3)


def hdf5(write: Callable[[h5py.File], None]) -> Writer:
    """Return what writes an HDF5 file."""

    def create(path: Path) -> None:
        with h5py.File(path, "w") as file:
            write(file)

    return create


def compound(file: h5py.File) -> None:
    """Write one dataset whose rows have named fields."""
    rows = list(zip(MS, KWH, strict=True))
    kind = [("time", "i8"), ("kWh", "f8")]
    file["house/meter"] = np.array(rows, dtype=kind)


def separate(file: h5py.File) -> None:
    """Write two datasets of the same length, and another of a different one."""
    file["time"] = np.array([time.isoformat().encode() for time in TIMES])
    file["kWh"] = np.array(KWH)
    file["notes"] = np.array([1, 2, 3])


def like_pandas(file: h5py.File) -> None:
    """Write a frame the way pandas does with format='fixed'."""
    group = file.create_group("frame")
    group["axis1"] = np.array(MS) * 1_000_000
    group["block0_items"] = np.array([b"other", b"kWh"])
    group["block0_values"] = np.array([[0.0, value] for value in KWH])


UTC_TIMES = pa.array(TIMES, pa.timestamp("us", "UTC"))
NAIVE = [time.replace(tzinfo=None) for time in LOCAL]

FILES: dict[str, tuple[str, FileFormat, Writer]] = {
    "csv": ("a.csv", FileFormat.CSV, text("\n".join(LINES))),
    "csv windows lines": ("a.csv", FileFormat.CSV, text("\r\n".join(LINES))),
    "csv bom": ("a.csv", FileFormat.CSV, text("\n".join(LINES), "utf-8-sig")),
    "csv utf-16": ("a.csv", FileFormat.CSV, text("\n".join(LINES), "utf-16")),
    "csv utf-16 without bom": (
        "a.csv",
        FileFormat.CSV,
        text("\n".join(LINES), "utf-16-le"),
    ),
    "csv latin-1": (
        "a.csv",
        FileFormat.CSV,
        text("\n".join(["Zähler Müller", *LINES]), "latin-1"),
    ),
    "csv packed": ("a.csv.gz", FileFormat.CSV, packed("\n".join(LINES))),
    "csv quoted": (
        "a.csv",
        FileFormat.CSV,
        text("\n".join('"' + line.replace(",", '";"') + '"' for line in LINES)),
    ),
    "csv tabs": ("a.tsv", FileFormat.CSV, text("\n".join(LINES).replace(",", "\t"))),
    "csv without ending": ("a", FileFormat.CSV, text("\n".join(LINES))),
    "json list": ("a.json", FileFormat.JSON, text(json.dumps(ROWS))),
    "json packed": ("a.json.gz", FileFormat.JSON, packed(json.dumps(ROWS))),
    "json indented": ("a.json", FileFormat.JSON, text(json.dumps(ROWS, indent=4))),
    "json in object": (
        "a.json",
        FileFormat.JSON,
        text(json.dumps({"meter": {"id": 1}, "tags": ["a"], "data": {"r": ROWS}})),
    ),
    "json of meters": (
        "a.json",
        FileFormat.JSON,
        text(json.dumps({"meters": [{"id": 1, "values": ROWS}]})),
    ),
    "json lines": (
        "a.jsonl",
        FileFormat.JSON,
        text("\n".join(json.dumps(row) for row in ROWS) + "\n"),
    ),
    "json epoch": (
        "a.json",
        FileFormat.JSON,
        text(json.dumps([{"time": t, "kWh": v} for t, v in zip(MS, KWH, strict=True)])),
    ),
    "parquet utc": ("a.parquet", FileFormat.PARQUET, arrow(UTC_TIMES)),
    "parquet ns": (
        "a.parquet",
        FileFormat.PARQUET,
        arrow(UTC_TIMES.cast(pa.timestamp("ns", "Europe/Berlin"))),
    ),
    "parquet naive": (
        "a.parquet",
        FileFormat.PARQUET,
        arrow(pa.array(NAIVE, pa.timestamp("ms"))),
    ),
    "parquet seconds": (
        "a.parquet",
        FileFormat.PARQUET,
        arrow(pa.array([time // 1000 for time in MS])),
    ),
    "parquet text": (
        "a.parquet",
        FileFormat.PARQUET,
        arrow(pa.array([row["time"] for row in ROWS]).dictionary_encode()),
    ),
    "hdf5 compound": ("a.h5", FileFormat.HDF5, hdf5(compound)),
    "hdf5 datasets": ("a.hdf5", FileFormat.HDF5, hdf5(separate)),
    "hdf5 pandas": ("a.h5", FileFormat.HDF5, hdf5(like_pandas)),
}
# Where columns are not called time and kWh.
CALLED = {
    "hdf5 compound": ("house/meter/time", "house/meter/kWh"),
    "hdf5 pandas": ("frame/axis1", "frame/block0_values[kWh]"),
}


def layout_of(time: str = "time", value: str = "kWh") -> Layout:
    """Return the layout of the files."""
    return Layout(Channel.ENERGY_IMPORT, time, value, "kWh", BERLIN, is_amount=True)


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_readings(tmp_path: Path, name: str) -> None:
    """What is in the file matters, not how it is written."""
    file, form, write = FILES[name]
    path = tmp_path / file
    write(path)
    columns = CALLED.get(name, ("time", "kWh"))
    guess = detect(path)
    assert guess.format is form
    assert guess.rows == len(TIMES)
    assert (guess.time_column, guess.interval_s) == (columns[0], 900)
    assert columns[1] in guess.values
    meter = MeterFile(path, layout_of(*columns))
    readings = [r for batch in meter.batches() for r in batch.readings]
    assert [r.time_ms for r in readings] == [ms + 900_000 for ms in MS]
    assert [r.value for r in readings] == [kwh * 1000 for kwh in KWH]
    assert not [r for batch in meter.batches() for r in batch.refused]


def test_lists_as_rows(tmp_path: Path) -> None:
    """Pairs without names, as charts have them, are columns by number."""
    path = tmp_path / "chart.json"
    path.write_text(
        json.dumps({"series": [[t, v] for t, v in zip(MS, KWH, strict=True)]})
    )
    guess = detect(path)
    assert guess.columns == ("Column 1", "Column 2")
    assert (guess.time_column, guess.value_column) == ("Column 1", "Column 2")


def test_values_inside_of_rows_are_named_with_dots(tmp_path: Path) -> None:
    """Objects in objects have columns, too; lists in them are passed over."""
    path = tmp_path / "nested.json"
    rows = [
        {"at": ms, "energy": {"value": kwh, "unit": "kWh"}, "flags": ["a", "b"]}
        for ms, kwh in zip(MS, KWH, strict=True)
    ]
    path.write_text(json.dumps(rows))
    assert detect(path).columns == ("at", "energy.value", "energy.unit")


def test_gaps_and_missing_values(tmp_path: Path) -> None:
    """Nothing, null and a missing key are gaps in any format."""
    path = tmp_path / "gaps.json"
    path.write_text(
        '[{"time": 1777888800, "kWh": 1}, {"time": 1777889700},'
        '{"time": 1777890600, "kWh": null}, {"time": 1777891500, "kWh": 2}]'
    )
    (batch,) = MeterFile(path, layout_of()).batches()
    assert [(r.index, r.value) for r in batch.readings] == [(1, 1000), (4, 2000)]
    assert batch.refused == []
    write = arrow(UTC_TIMES, pa.array([1.0, None, 2.0, *KWH[3:]]))
    path = tmp_path / "gaps.parquet"
    write(path)
    (batch,) = MeterFile(path, layout_of()).batches()
    assert [r.index for r in batch.readings] == [1, 3, 4, 5, 6, 7, 8]


def broken_files() -> Iterator[tuple[str, bytes, type[FileError]]]:
    """Yield the content of files that cannot be read."""
    yield "empty.csv", b"", NoTableError
    yield "blank.csv", b"\n\n\n", NoTableError
    yield "one_column.csv", b"time\n2026-01-01\n2026-01-02\n", NoTableError
    yield "words.json", b'{"no": "table"}', NoTableError
    yield "scalars.json", b"[1, 2, 3]", NoTableError
    yield "cut.json", json.dumps(ROWS)[:-9].encode(), BrokenFileError
    yield "book.xlsx", b"PK\x03\x04" + bytes(99), SpreadsheetError
    yield "book.csv", b"\xd0\xcf\x11\xe0" + bytes(99), SpreadsheetError
    yield "noise.csv", bytes(range(256)) * 9, UnknownFormatError
    yield "text.parquet", b"time,kWh\n", UnknownFormatError
    yield "cut.parquet", b"PAR1" + bytes(99), BrokenFileError
    yield "cut.h5", b"\x89HDF\r\n\x1a\n" + bytes(99), BrokenFileError
    yield (
        "cut.csv.gz",
        gzip.compress("\n".join(LINES * 99).encode())[:90],
        BrokenFileError,
    )
    yield "no.csv.gz", b"\x1f\x8b" + bytes(99), BrokenFileError


@pytest.mark.parametrize(
    ("name", "content", "error"),
    broken_files(),
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_files_that_cannot_be_read(
    tmp_path: Path, name: str, content: bytes, error: type[FileError]
) -> None:
    """Each kind of trouble has its own name."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(error):
        detect(path)


def test_a_long_file_that_breaks_off(tmp_path: Path) -> None:
    """The rows before the damage are given out, then the error comes."""
    path = tmp_path / "cut.json"
    path.write_text(json.dumps(ROWS * 500)[:-20])
    rows = open_table(path).rows(["time"])
    whole = len(ROWS) * 500 - 1
    assert len(list(islice(rows, whole))) == whole
    with pytest.raises(BrokenFileError):
        next(rows)


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    """The error names those that are."""
    for name in ("csv", "json list", "parquet utc", "hdf5 datasets"):
        file, _, write = FILES[name]
        write(tmp_path / file)
        with pytest.raises(UnknownColumnError) as error:
            MeterFile(tmp_path / file, layout_of("time", "MWh"))
        assert error.value.values["column"] == "MWh"
        assert "kWh" in error.value.values["columns"]
    with pytest.raises(UnequalColumnsError):
        MeterFile(tmp_path / "a.hdf5", layout_of("time", "notes"))


def test_libraries_that_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its library a format is named; the others are read as ever."""

    def without(name: str) -> object:
        if name.partition(".")[0] in {"pyarrow", "h5py"}:
            raise ModuleNotFoundError(name)
        return import_module(name)

    monkeypatch.setattr(optional_library, "import_module", without)
    for name, form in (("parquet utc", "Parquet"), ("hdf5 compound", "HDF5")):
        file, _, write = FILES[name]
        write(tmp_path / file)
        with pytest.raises(MissingLibraryError) as error:
            detect(tmp_path / file)
        assert error.value.values["format"] == form
    FILES["csv"][2](tmp_path / "a.csv")
    assert detect(tmp_path / "a.csv").rows == len(TIMES)
