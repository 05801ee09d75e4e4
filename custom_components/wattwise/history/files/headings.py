"""What the heading of a column tells: a quantity, its unit, what its time stands for."""

import re
from typing import Final

from ...metering.quantity import Channel, Quantity, known_units

_QUANTITIES: Final = (
    Quantity.ENERGY,
    Quantity.POWER,
    Quantity.VOLTAGE,
    Quantity.CURRENT,
    Quantity.FREQUENCY,
)
_UNITS: Final = {
    unit: quantity for quantity in _QUANTITIES for unit in known_units(quantity)
}
_ANY_CASE: Final = {unit.casefold() for unit in _UNITS}
_TOKENS: Final = re.compile(r"[^A-Za-z]+")
_IN_BRACKETS: Final = re.compile(r"[\[(]\s*([A-Za-z]+)\s*[\])]")
_EXPORT: Final = re.compile(
    r"export|feed|fed|einspeis|erzeug|inject|production|produced|generat|solar|pv"
    r"|retour|terug|excedent|surplus",
    re.IGNORECASE,
)
_COUNTER: Final = re.compile(
    r"(?:meter|counter)[ _-]?(?:reading|stand)|counter|cumulative|register"
    r"|z(?:ä|ae)hlerst(?:a|ä|ae)nd|meterstand|stand(?![a-z])|relev(?:é|e)|lectura"
    r"|lettura",
    re.IGNORECASE,
)
_PHASE: Final = re.compile(
    r"(?:\bl|_l|phase[ _-]?|\bph[ _-]?)([123])(?![a-z0-9])", re.IGNORECASE
)
_NEUTRAL: Final = re.compile(r"neutral|neutre|(?<![a-z])n(?![a-z])", re.IGNORECASE)
_START: Final = re.compile(
    r"(?<![a-z])(?:start|from|von|begin|beginn|ab|debut|début|desde|inizio)(?![a-z])",
    re.IGNORECASE,
)
_END: Final = re.compile(
    r"(?<![a-z])(?:end|ende|ending|to|bis|until|fin|hasta|fine)(?![a-z])",
    re.IGNORECASE,
)
_CHANNEL_OF: Final = {
    Quantity.POWER: Channel.POWER,
    Quantity.FREQUENCY: Channel.FREQUENCY,
}


def unit_of(heading: str) -> str | None:
    """Return the unit a heading names, None if it names none or several."""
    for texts in (_IN_BRACKETS.findall(heading), _TOKENS.split(heading)):
        # A single letter is a unit at the end only: "A" may be a word.
        last = texts[-1] if texts else ""
        tokens = [text for text in texts if len(text) > 1] + [last]
        found = {unit for text in tokens if (unit := _unit(text))}
        if len(found) == 1:
            return found.pop()
    return None


def channel_of(heading: str, unit: str | None) -> Channel | None:
    """Return what a heading says is measured in the unit."""
    quantity = _UNITS.get(unit or "")
    if quantity is None:
        return None
    if quantity is Quantity.ENERGY:
        exported = _EXPORT.search(heading)
        return Channel.ENERGY_EXPORT if exported else Channel.ENERGY_IMPORT
    if channel := _CHANNEL_OF.get(quantity):
        return channel
    if _NEUTRAL.search(heading):
        return Channel.CURRENT_N if quantity is Quantity.CURRENT else None
    phase = _PHASE.search(heading)
    name = phase[1] if phase else "1"
    return Channel(f"{quantity}_l{name}")


def names_counter(heading: str) -> bool:
    """Whether a heading speaks of what a meter shows, not of what flowed."""
    return _COUNTER.search(heading) is not None


def stamped_at_end(heading: str) -> bool | None:
    """Return which end of an interval a column of times names, None if neither."""
    start, end = _START.search(heading), _END.search(heading)
    if bool(start) == bool(end):
        return None
    return end is not None


def _unit(text: str) -> str | None:
    if text in _UNITS:
        return text
    fold = text.casefold()
    if fold not in _ANY_CASE:
        return None
    # MW and mW differ by a billion: only the case tells.
    alike = [unit for unit in _UNITS if unit.casefold() == fold]
    return alike[0] if len(alike) == 1 else None
