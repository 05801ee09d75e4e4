"""Which sensors of a device carry which channel of a meter, judged by their names.

Guesses only prefill a form; the user sees and corrects them.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
import re
from typing import Final

from ..dialects.field_words import EXPORT, NEUTRAL, PARTIAL, STATISTICS, TARIFF
from ..metering.quantity import Channel, Quantity

_WORD: Final = re.compile(r"[^\W\d_]+\d?|\d+|\.")

# What panels, batteries and inverters do, besides what the words of meters say.
_EXPORT_WORDS: Final = EXPORT | {"discharge", "discharged", "pv", "solar"}
# Counters of a part of the time or of one tariff are not the meter's whole energy.
_PARTIAL_WORDS: Final = PARTIAL | STATISTICS | TARIFF | {"t1", "t2", "t3", "t4"}
_WHOLE_WORDS: Final = frozenset({"active", "net", "sum", "total"})
_NOT_MAINS_WORDS: Final = frozenset({"battery", "dc", "pv", "string", "supply"})

_PHASES: Final = {"l1": 1, "l2": 2, "l3": 3}
_NUMBERED_PHASES: Final = {"a": 1, "b": 2, "c": 3, "1": 1, "2": 2, "3": 3}
# After these words a letter or digit tells the phase. Sensors of power and energy
# are numbered by circuit as often, so there only the first word counts.
_PHASE_WORD: Final = "phase"
_NUMBERED_WORDS: Final = frozenset({_PHASE_WORD, "channel", "current", "voltage"})

_PHASE_CHANNELS: Final = (
    (Channel.VOLTAGE_L1, Channel.VOLTAGE_L2, Channel.VOLTAGE_L3),
    (Channel.CURRENT_L1, Channel.CURRENT_L2, Channel.CURRENT_L3),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sensor that may carry a channel."""

    entity_id: str
    name: str
    quantity: Quantity
    is_counter: bool = False
    """Whether the sensor counts up, as the display of an energy meter does."""
    circuit: frozenset[str] = frozenset()
    """The words that name its circuit, where a device has several."""

    @property
    def text(self) -> str:
        """What the sensor is called: its name, or its id if it has none."""
        return self.name or self._object_id

    @property
    def words(self) -> list[str]:
        """The words of the sensor's id and name."""
        # The full stop keeps the last word of one from the first of the other.
        return _WORD.findall(f"{self._object_id} . {self.name}".lower())

    @property
    def _object_id(self) -> str:
        return self.entity_id.partition(".")[2]


def guess_channels(candidates: Iterable[Candidate]) -> dict[Channel, str]:
    """Return the entity that most likely carries each channel of one meter."""
    sensors = sorted(candidates, key=_rank)
    guess: dict[Channel, str] = {}

    def take(channel: Channel, fits: Callable[[Candidate], bool]) -> None:
        """Give a channel without a sensor the first free one that fits."""
        if channel in guess:
            return
        for sensor in sensors:
            free = sensor.entity_id not in guess.values()
            if sensor.quantity is channel.quantity and free and fits(sensor):
                guess[channel] = sensor.entity_id
                return

    take(Channel.POWER, lambda sensor: _is_unphased(sensor) and not _exports(sensor))
    take(Channel.POWER, _is_unphased)
    take(
        Channel.ENERGY_IMPORT,
        lambda sensor: _is_whole_counter(sensor) and not _exports(sensor),
    )
    take(
        Channel.ENERGY_EXPORT,
        lambda sensor: _is_whole_counter(sensor) and _exports(sensor),
    )
    take(Channel.CURRENT_N, partial(_says, words=NEUTRAL))
    for channels in _PHASE_CHANNELS:
        for phase, channel in enumerate(channels, start=1):
            take(channel, partial(_is_mains_of, phase=phase))
        take(channels[0], partial(_is_mains_of, phase=None))
    take(Channel.FREQUENCY, _is_unphased)
    take(Channel.POWER_FACTOR, _is_unphased)
    return guess


def phase_of(sensor: Candidate) -> int | None:
    """Return the phase (1 to 3) a sensor's name tells; None if it tells none."""
    momentary = sensor.quantity in (Quantity.VOLTAGE, Quantity.CURRENT)
    before = ""
    for word in sensor.words:
        if word in sensor.circuit:
            # The second channel is no second phase.
            before = ""
            continue
        if word in _PHASES:
            return _PHASES[word]
        if word in _NUMBERED_PHASES and (
            before == _PHASE_WORD or (momentary and before in _NUMBERED_WORDS)
        ):
            return _NUMBERED_PHASES[word]
        before = word
    return None


def _rank(sensor: Candidate) -> tuple[bool, bool, int, str]:
    """Put sensors of the whole before those of a part, then the plainest first."""
    return (
        _says(sensor, _PARTIAL_WORDS),
        not _says(sensor, _WHOLE_WORDS),
        len(sensor.entity_id),
        sensor.entity_id,
    )


def _says(sensor: Candidate, words: frozenset[str]) -> bool:
    """Whether a sensor's name has one of the words."""
    return not words.isdisjoint(sensor.words)


def _exports(sensor: Candidate) -> bool:
    """Whether a sensor's name speaks of energy fed in or produced."""
    return _says(sensor, _EXPORT_WORDS)


def _is_unphased(sensor: Candidate) -> bool:
    """Whether a sensor stands for the whole meter."""
    return phase_of(sensor) is None


def _is_whole_counter(sensor: Candidate) -> bool:
    """Whether a sensor counts all energy of the meter."""
    return (
        sensor.is_counter and _is_unphased(sensor) and not _says(sensor, _PARTIAL_WORDS)
    )


def _is_mains_of(sensor: Candidate, phase: int | None) -> bool:
    """Whether a sensor measures this phase of the mains."""
    return phase_of(sensor) == phase and not _says(sensor, _NOT_MAINS_WORDS)
