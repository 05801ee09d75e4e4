"""What the cells of a survey mean: numbers with and without units, and words."""

from collections.abc import Mapping
from enum import StrEnum
import re
from typing import Final

_MISSING: Final = frozenset(
    {"", "na", "n/a", "nan", "nil", "null", "-", "--", ".", "?", "unknown", "missing"}
)
_NUMBER: Final = re.compile(
    r"(?P<number>[+-]?\d[\d.,'\s\u00a0\u202f]*(?:e[+-]?\d+)?|[+-]?\.\d+)(?P<unit>.*)"
)
_TRUE: Final = frozenset({"1", "yes", "y", "true", "t", "on"})
_FALSE: Final = frozenset({"0", "no", "n", "false", "f", "off", "none"})

AREA: Final = {
    **dict.fromkeys(("", "m2", "m²", "m^2", "sqm", "qm"), 1.0),
    **dict.fromkeys(("ft2", "ft²", "ft^2", "sqft", "sq.ft.", "sqfeet"), 0.09290304),
}
"""Units of an area, in m²."""
ENERGY: Final = {"": 1.0, "kwh": 1.0, "mwh": 1000.0, "wh": 0.001, "gj": 1 / 0.0036}
"""Units of energy, in kWh."""
DEGREE_DAYS: Final = {
    **dict.fromkeys(("", "kd", "k·d", "°cd", "c-days", "cdays", "°c·d", "cd"), 1.0),
    **dict.fromkeys(("fd", "°fd", "f-days", "fdays", "°f·d"), 5 / 9),
}
"""Units of degree days, in K d."""
PIECES: Final = dict.fromkeys(("", "people", "persons", "person", "rooms", "tvs"), 1.0)
"""Units of a count."""


class CellError(ValueError):
    """A cell cannot be read; the message is what is wrong with it."""


def is_missing(cell: str) -> bool:
    """Return whether a cell says nothing."""
    return cell.strip().casefold() in _MISSING


def number(cell: str, units: Mapping[str, float]) -> float | None:
    """Return a number in the first of the units; None where the cell says nothing."""
    text = cell.strip().casefold()
    if is_missing(text) or text == "none":
        return None
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise CellError("is no number")
    unit = re.sub(r"\s+", "", match["unit"])
    if unit not in units:
        raise CellError(f"has a unit that is not known: {match['unit'].strip()}")
    return _plain(match["number"]) * units[unit]


def truth(cell: str) -> bool | None:
    """Return yes or no; None where the cell says nothing."""
    text = cell.strip().casefold().removesuffix(".0")
    if is_missing(text):
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise CellError("is neither 1 nor 0")


def choice[Choice: StrEnum](cell: str, words: Mapping[str, Choice]) -> Choice | None:
    """Return what a word stands for; None where the cell says nothing."""
    if is_missing(cell):
        return None
    word = re.sub(r"[\s\-/]+", "_", cell.strip().casefold())
    if word not in words:
        raise CellError(f"is none of {', '.join(words)}")
    return words[word]


def _plain(text: str) -> float:
    """Return the value of digits with marks between thousands or before decimals."""
    digits = re.sub(r"['\s\u00a0\u202f]", "", text)
    if "," in digits and "." in digits:
        thousands, decimal = (
            (",", ".") if digits.rfind(".") > digits.rfind(",") else (".", ",")
        )
        digits = digits.replace(thousands, "").replace(decimal, ".")
    elif re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+", digits):
        digits = digits.replace(",", "")
    elif digits.count(".") > 1:
        digits = digits.replace(".", "")
    try:
        return float(digits.replace(",", "."))
    except ValueError:
        raise CellError("is no number") from None
