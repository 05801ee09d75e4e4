"""Which circuits the sensors of a device belong to, judged by their names.

What is left of a name without the words for quantities, units and phases says of what
the sensor is: "Clamp 3" of the power, the current and the energy of a clamp.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
import re
from typing import Final

from ..dialects.field_words import STATISTICS, words_of
from ..dialects.name_places import Place, Words, places
from ..metering.quantity import Quantity
from .channel_guess import Candidate

# Two of them in one place are a circuit; the mains have the rest, too.
_OF_THE_MAINS: Final = (Quantity.VOLTAGE, Quantity.FREQUENCY)
_TOKEN: Final = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class DeviceCircuit:
    """The sensors of one circuit, or of the device as a whole."""

    name: str
    """What to call it; empty for the device as a whole."""
    sensors: tuple[Candidate, ...]
    mains: tuple[Candidate, ...] = ()
    """Sensors of the device that show the mains of all its circuits."""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sensor with what its name says of it."""

    sensor: Candidate
    place: Place
    of: Words
    """What tells its circuit from the others of the device."""
    is_statistic: bool

    @property
    def is_numbered(self) -> bool:
        return any(word.isdecimal() for word in self.of)


def circuits_of(sensors: Sequence[Candidate], device: str) -> list[DeviceCircuit]:
    """Return the circuits of a device of this name, the device as a whole first.

    A meter, however many phases and tariffs it has, is a single circuit.
    """
    placed = _placed(sensors)
    names = _names_of_circuits(placed)
    if len(names) < 2:
        return [DeviceCircuit("", tuple(sensors))]
    mains = _mains(placed, names)
    circuits = []
    for of in sorted(names, key=_in_order):
        own = [p for p in placed if p.of == of]
        # Whatever else there is belongs to the whole, if that is measured.
        own += [p for p in placed if not of and p.of not in names]
        circuits.append(
            DeviceCircuit(
                _label(own[0], device) if of else "",
                tuple(replace(p.sensor, circuit=frozenset(of)) for p in own),
                tuple(sensor for sensor in mains if of),
            )
        )
    return circuits


def _placed(sensors: Sequence[Candidate]) -> list[_Placed]:
    """Return the sensors with what tells them apart."""
    words = [words_of(sensor.text) for sensor in sensors]
    found = places(
        [(w, sensor.quantity) for w, sensor in zip(words, sensors, strict=True)]
    )
    shared = set.intersection(*(set(place.of) for place in found)) if found else set()
    return [
        _Placed(
            sensor,
            place,
            tuple(word for word in place.of if word not in shared),
            not STATISTICS.isdisjoint(said),
        )
        for sensor, place, said in zip(sensors, found, words, strict=True)
    ]


def _names_of_circuits(placed: Iterable[_Placed]) -> set[Words]:
    """Return the words of each circuit; none but the device's own if it is one meter.

    Circuits are counted by their powers, or by their counters where there is no power:
    a meter has one power, but counters for many reasons. A single name that differs
    is another word for the same thing, unless it has a number or further quantities.
    """
    groups: dict[Words, list[_Placed]] = {}
    for item in placed:
        if not item.is_statistic:
            groups.setdefault(item.of, []).append(item)
    for quantity in (Quantity.POWER, Quantity.ENERGY):
        names = {
            of
            for of, group in groups.items()
            if any(p.sensor.quantity is quantity for p in group)
        }
        if names:
            break
    else:
        return set()
    weak = {
        of
        for of in names
        if of
        and not any(p.is_numbered for p in groups[of])
        and len({p.sensor.quantity for p in groups[of]}) < 2
    }
    return names - weak if () in names and len(weak) == 1 else names


def _mains(placed: Iterable[_Placed], names: set[Words]) -> list[Candidate]:
    """Return the sensors of the mains that all circuits share.

    Where there are several of a quantity, nobody knows which is whose.
    """
    shared = [
        p.sensor
        for p in placed
        if (not p.of or p.of not in names)
        and not p.place.phases
        and p.sensor.quantity in _OF_THE_MAINS
    ]
    counts = Counter(sensor.quantity for sensor in shared)
    return [sensor for sensor in shared if counts[sensor.quantity] == 1]


def _label(placed: _Placed, device: str) -> str:
    """Return the name of a circuit, as its sensors spell it."""
    known = words_of(device)
    words = {word for word in placed.place.of if word not in known} | set(placed.of)
    tokens = [
        token
        for token in _TOKEN.findall(placed.sensor.text)
        if words.issuperset(words_of(token))
    ]
    label = " ".join(tokens)
    if not any(character.isalpha() for character in label):
        return f"{device} {label}"
    return label[:1].upper() + label[1:]


def _in_order(of: Words) -> list[tuple[bool, int, str]]:
    """Put the device as a whole first, and the tenth circuit after the second."""
    return [
        (not word.isdecimal(), int(word) if word.isdecimal() else 0, word)
        for word in of
    ]
