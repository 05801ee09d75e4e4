"""What the words of names say of a measurement's place: its phase, and its circuit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from ..metering.quantity import Quantity
from .field_words import (
    EXPORT,
    IMPORT,
    LOAD,
    NEUTRAL,
    PARTIAL,
    PHASE,
    PLAIN,
    QUANTITIES,
    STATISTICS,
    TARIFF,
    UNITS,
)

type Words = tuple[str, ...]

_PHASES: Final = 3
_LETTERS: Final = {"a": 1, "b": 2, "c": 3}
_FLOWS: Final = (Quantity.POWER, Quantity.ENERGY)
_PLAIN: Final = frozenset(QUANTITIES) | frozenset(UNITS) | EXPORT | IMPORT | PARTIAL
_OF_NO_CIRCUIT: Final = _PLAIN | TARIFF | PHASE | NEUTRAL | LOAD | PLAIN | STATISTICS


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a device something is measured."""

    phases: tuple[int, ...] = ()
    """One for a phase, two for what lies between them, none where none is named."""
    tariff: bool = False
    """Whether it counts during one tariff only."""
    of: Words = ()
    """The words that say what of, where there are several meters."""


def places(names: Sequence[tuple[Words, Quantity]]) -> list[Place]:
    """Return the place of each name of one device, in the order of the names.

    Letters are phases where each has a voltage, or where there are three and no
    voltage at all; what shares a voltage are circuits. Numbers of powers are circuits,
    and with them all other numbers, unless there are three voltages.
    """
    letters, numbers = _letters(names), _Numbers(names)
    found = []
    for words, quantity in names:
        phases: list[int] = []
        of: list[str] = []
        tariff = False
        before = ""
        for word in words:
            phase = numbers.phase(before, word, quantity)
            if word.isdigit() and before in TARIFF:
                tariff = True
            elif phase is not None:
                phases.append(phase)
            elif word in _LETTERS and (before in PHASE or letters is True):
                phases.append(_LETTERS[word])
            elif word not in _OF_NO_CIRCUIT or (word in _LETTERS and letters is False):
                of.append(word)
            before = word
        found.append(Place(tuple(phases), tariff, tuple(of)))
    return found


def _letters(names: Sequence[tuple[Words, Quantity]]) -> bool | None:
    """Return whether letters are phases, else circuits; None where there are none."""
    loose = [
        (set(words) - {word for before, word in pairwise(words) if before in PHASE}, q)
        for words, q in names
    ]
    if not any("b" in words for words, _ in names):
        return None
    if not any("b" in words for words, _ in loose):
        return True
    voltages = [words for words, q in loose if q is Quantity.VOLTAGE]
    if voltages:
        return any("b" in words for words in voltages)
    return any("c" in words for words, _ in loose)


class _Numbers:
    """What the numbers behind the names of quantities mean in one device."""

    def __init__(self, names: Sequence[tuple[Words, Quantity]]) -> None:
        """Compare all names of the device."""
        numbers = [
            (int(word), quantity)
            for words, quantity in names
            for before, word in pairwise(words)
            if word.isdecimal() and before in QUANTITIES
        ]
        self._first = 0 if any(number == 0 for number, _ in numbers) else 1
        last = self._first + _PHASES - 1
        voltages = {words for words, q in names if q is Quantity.VOLTAGE}
        self._are_phases = len(voltages) >= _PHASES and not any(
            number > last for number, _ in numbers
        )
        self._are_circuits = not self._are_phases and any(
            quantity in _FLOWS for _, quantity in numbers
        )

    def phase(self, before: str, word: str, quantity: Quantity) -> int | None:
        """Return the phase that a number behind a word says; None if it says none."""
        if not word.isdecimal():
            return None
        if before in PHASE:
            phase = int(word)
        elif (
            before in QUANTITIES
            and not self._are_circuits
            and (self._are_phases or quantity not in _FLOWS)
        ):
            phase = int(word) - self._first + 1
        else:
            return None
        return phase if 1 <= phase <= _PHASES else None
