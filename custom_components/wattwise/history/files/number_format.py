"""Reading numbers as people and portals write them."""

import re
from typing import Final

from .layout import DecimalMark
from .table import Cell

# One mark only, before three digits: 1,234 is a thousand or a bit more than one.
_EITHER: Final = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_GROUPS: Final = re.compile(
    r"[+-]?\d{1,3}(?:(?P<group>[.,'’ \u00a0\u202f])\d{3})"
    r"(?:(?P=group)\d{3})*(?:(?P<mark>[.,])\d*)?(?:[eE][+-]?\d+)?"
)
_SIGNS: Final = {".": DecimalMark.POINT, ",": DecimalMark.COMMA}
_OTHER: Final = {
    DecimalMark.POINT: DecimalMark.COMMA,
    DecimalMark.COMMA: DecimalMark.POINT,
}
_CHARACTER: Final = {mark: sign for sign, mark in _SIGNS.items()}


def decimal_mark_of(text: str) -> DecimalMark | None:
    """Return the decimal mark that a number proves, None if it proves none."""
    point, comma = text.rfind("."), text.rfind(",")
    if point >= 0 and comma >= 0:
        # Groups stand before the decimal mark.
        return DecimalMark.POINT if point > comma else DecimalMark.COMMA
    if point < 0 and comma < 0:
        return None
    sign = "." if point >= 0 else ","
    if text.count(sign) > 1:
        return _OTHER[_SIGNS[sign]]
    return None if _EITHER.fullmatch(text) else _SIGNS[sign]


def is_ambiguous(text: str) -> bool:
    """Whether a number means another thing with another decimal mark."""
    return _EITHER.fullmatch(text) is not None


def read_number(cell: Cell, mark: DecimalMark | None) -> float | None:
    """Read a number; None if it is none, or may be two different ones.

    Without a decimal mark each number has to prove its own.
    """
    if isinstance(cell, (int, float)):
        return None if isinstance(cell, bool) else float(cell)
    if not isinstance(cell, str):
        return None
    text = cell.strip()
    if mark is None:
        if is_ambiguous(text):
            return None
        mark = decimal_mark_of(text) or DecimalMark.POINT
    sign, other = _CHARACTER[mark], _CHARACTER[_OTHER[mark]]
    if other in text or not text.isascii() or " " in text or "'" in text:
        grouped = _GROUPS.fullmatch(text)
        if not grouped or grouped["group"] == sign or grouped["mark"] == other:
            return None
        text = text.replace(grouped["group"], "")
    try:
        return float(text.replace(",", ".") if sign == "," else text)
    except ValueError:
        return None
