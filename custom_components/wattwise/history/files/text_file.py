"""Text files in the encodings that portals and spreadsheets write, also packed."""

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
import gzip
import io
from pathlib import Path
from typing import IO, BinaryIO, Final, TextIO, cast
import zlib

from .errors import BrokenFileError, UnknownFormatError

_SAMPLE_BYTES: Final = 262_144
_GZIP: Final = b"\x1f\x8b"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Windows writes, and Latin-1 in all that is printed.
_ONE_BYTE: Final = "cp1252"
_CONTROL: Final = frozenset(range(32)) - frozenset(b"\t\n\r\f\x1a")


class TextFile:
    """A text file whose encoding was found out."""

    def __init__(self, path: Path) -> None:
        """Look at the beginning of a file.

        Raises UnknownFormatError when it is no text, BrokenFileError and OSError.
        """
        self._path = path
        self._bytes = max(path.stat().st_size, 1)
        self._raw: BinaryIO | None = None
        with path.open("rb") as file:
            self._packed = file.read(len(_GZIP)) == _GZIP
        with readable(), path.open("rb") as file, self._unpacked(file) as content:
            self._encoding = _encoding(content.read(_SAMPLE_BYTES))

    @property
    def done(self) -> float:
        """How much of the file was read since it was opened, from 0 to 1."""
        raw = self._raw
        return 0.0 if raw is None or raw.closed else min(raw.tell() / self._bytes, 1.0)

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """Read the text, with line ends as they are in the file."""
        with (
            readable(),
            self._path.open("rb") as self._raw,
            self._unpacked(self._raw) as content,
            io.TextIOWrapper(
                content, encoding=self._encoding, errors="replace", newline=""
            ) as text,
        ):
            yield text

    def _unpacked(self, file: BinaryIO) -> IO[bytes]:
        return cast("IO[bytes]", gzip.open(file)) if self._packed else file


@contextmanager
def readable() -> Iterator[None]:
    """Turn what unpacking raises into BrokenFileError."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as err:
        raise BrokenFileError from err


def _encoding(sample: bytes) -> str:
    for mark, encoding in _MARKS:
        if sample.startswith(mark):
            return encoding
    if 0 in sample:
        even, odd = sample[0::2].count(0), sample[1::2].count(0)
        # Two bytes for each character; one of them is nearly always zero.
        if odd > len(sample) // 5 and not even:
            return "utf-16-le"
        if even > len(sample) // 5 and not odd:
            return "utf-16-be"
        raise UnknownFormatError
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        if _CONTROL & set(sample):
            raise UnknownFormatError from None
        return _ONE_BYTE
    return "utf-8"
