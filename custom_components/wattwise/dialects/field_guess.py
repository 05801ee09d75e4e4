"""Which meters the fields of an unknown device make, judged by names and units.

Guesses only prefill a form: the user sees what each value becomes, and corrects it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..metering.quantity import Channel, Quantity
from .contract.circuit import Circuit, Formula
from .contract.field import Field
from .field_words import (
    EXPORT,
    IMPORT,
    LOAD,
    NEUTRAL,
    OTHER,
    PARTIAL,
    PHASE,
    UNITS,
    quantity_of,
    words_of,
)
from .formula_choice import CURRENTS, PHASES, VOLTAGES, Fields, difference, meters
from .meter_units import QUANTITY_OF_UNIT
from .name_places import places

# Nobody can tell from a name alone whether energy is in Wh or kWh.
_ASSUMED_UNIT: Final = {
    Quantity.POWER: "W",
    Quantity.VOLTAGE: "V",
    Quantity.CURRENT: "A",
    Quantity.FREQUENCY: "Hz",
    Quantity.POWER_FACTOR: "1",
}
# Outside of these a name such as `u` or `f` means something else.
_MAINS: Final = {
    Quantity.VOLTAGE: (80.0, 300.0),
    Quantity.FREQUENCY: (40.0, 70.0),
    Quantity.POWER_FACTOR: (-1.0, 1.0),
}
_LETTERS: Final = frozenset("abc")


@dataclass(frozen=True, slots=True)
class _Measure:
    """A field that may be something of a meter."""

    key: str
    words: tuple[str, ...]
    quantity: Quantity
    unit: str
    phase: int | None = None
    tariff: bool = False
    of: tuple[str, ...] = ()
    """The words that say what of, where there are several meters."""

    @property
    def exports(self) -> bool:
        return not EXPORT.isdisjoint(self.words)

    @property
    def imports(self) -> bool:
        return not self.exports and not IMPORT.isdisjoint(self.words)

    @property
    def is_partial(self) -> bool:
        return not PARTIAL.isdisjoint(self.words)


def guess_circuits(fields: Fields) -> list[Circuit]:
    """Return the meters that fields probably make; keys are made of names."""
    measures = [m for field in fields.values() if (m := _measure(field)) is not None]
    measures = list(_placed(measures))
    shared = set.intersection(*(set(m.of) for m in measures)) if measures else set()
    groups: dict[tuple[str, ...], list[_Measure]] = {}
    for measure in measures:
        of = tuple(word for word in measure.of if word not in shared)
        groups.setdefault(of, []).append(measure)
    groups = _joined(groups)
    circuits = []
    for of, group in groups.items():
        name = " ".join(of)
        circuits += meters(name.replace(" ", "_"), _choices(group), name=name or None)
    return circuits


def is_understood(field: Field) -> bool:
    """Return whether name and unit of a field say what of a meter it is."""
    return _measure(field) is not None


def _measure(field: Field) -> _Measure | None:
    words = words_of(field.key)
    if not OTHER.isdisjoint(words):
        return None
    quantity, unit = _meaning(field, words)
    if quantity is None or unit is None:
        return None
    return _Measure(field.key, words, quantity, unit)


def _meaning(
    field: Field, words: tuple[str, ...]
) -> tuple[Quantity | None, str | None]:
    """Return what a field measures, and in which unit."""
    said = quantity_of(words)
    if field.unit in QUANTITY_OF_UNIT:
        return QUANTITY_OF_UNIT[field.unit], field.unit
    if field.unit == "%":
        is_load = said is None and not LOAD.isdisjoint(words)
        said = Quantity.LOAD if is_load else said
        known = said in {Quantity.LOAD, Quantity.POWER_FACTOR}
        return (said, "%") if known else (None, None)
    unit = _unit_of(words)
    if unit is not None and said in {None, QUANTITY_OF_UNIT[unit]}:
        return QUANTITY_OF_UNIT[unit], unit
    if said is None or not _is_plausible(said, field.value):
        return None, None
    return said, _ASSUMED_UNIT.get(said)


def _unit_of(words: tuple[str, ...]) -> str | None:
    """Return the unit that a name ends with."""
    last = words[-1] if words else ""
    if last in _LETTERS and not PHASE.isdisjoint(words):
        return None
    return UNITS.get(last)


def _is_plausible(quantity: Quantity, value: float) -> bool:
    """Return whether the mains have such a value, or none at the moment."""
    low, high = _MAINS.get(quantity, (value, value))
    return value == 0 or low <= value <= high


def _placed(measures: Iterable[_Measure]) -> Iterator[_Measure]:
    """Yield the measures with their phase, and with what they are of."""
    measures = list(measures)
    found = places([(m.words, m.quantity) for m in measures])
    for measure, place in zip(measures, found, strict=True):
        if len(place.phases) < 2:
            # Between two phases there is no voltage that a channel has.
            phase = place.phases[0] if place.phases else None
            yield replace(measure, phase=phase, tariff=place.tariff, of=place.of)


def _joined(
    groups: Mapping[tuple[str, ...], list[_Measure]],
) -> dict[tuple[str, ...], list[_Measure]]:
    """Return the groups that are meters; what else there is belongs to the first.

    Names differ for many reasons: two meters are there only where a quantity that
    flows has the same rank in both.
    """
    flows = (Quantity.POWER, Quantity.ENERGY)
    counts = [
        [of for of, group in groups.items() if any(m.quantity is q for m in group)]
        for q in flows
    ]
    several = max(counts, key=len)
    if len(several) < 2:
        return {(): [m for group in groups.values() for m in group]}
    several.sort(key=lambda of: of != ())
    joined = {of: list(groups[of]) for of in several}
    for of, group in groups.items():
        if of not in joined:
            joined[several[0]] += group
    return joined


def _choices(group: list[_Measure]) -> dict[Channel, Formula | None]:
    """Return the formula of each channel of one meter."""
    flows = {
        quantity: [m for m in group if m.quantity is quantity] for quantity in Quantity
    }
    energy, power = flows[Quantity.ENERGY], flows[Quantity.POWER]
    choices: dict[Channel, Formula | None] = {
        Channel.POWER: _power(power),
        Channel.ENERGY_IMPORT: _counter([m for m in energy if not m.exports]),
        Channel.ENERGY_EXPORT: _counter([m for m in energy if m.exports]),
        Channel.FREQUENCY: _one(flows[Quantity.FREQUENCY]),
        Channel.POWER_FACTOR: _one(_unphased(flows[Quantity.POWER_FACTOR])),
        Channel.LOAD: _one(flows[Quantity.LOAD]),
    }
    currents = flows[Quantity.CURRENT]
    neutral = [m for m in currents if not NEUTRAL.isdisjoint(m.words)]
    choices[Channel.CURRENT_N] = _one(neutral)
    currents = [m for m in currents if m not in neutral]
    for channels, measures in (
        (VOLTAGES, flows[Quantity.VOLTAGE]),
        (CURRENTS, currents),
    ):
        for phase, channel in zip(PHASES, channels, strict=True):
            choices[channel] = _one(m for m in measures if m.phase == phase)
        choices[channels[0]] = choices[channels[0]] or _one(_unphased(measures))
    return choices


def _power(measures: list[_Measure]) -> Formula | None:
    """Return the power taken less the power given."""
    neither = [m for m in measures if not m.imports and not m.exports]
    given = _whole([m for m in measures if m.exports])
    net = _whole(neither)
    if net is not None:
        return net
    taken = _whole([m for m in measures if m.imports])
    # What only gives is a roof's meter, and positive.
    return given if taken is None else difference(taken, given)


def _counter(measures: list[_Measure]) -> Formula | None:
    """Return a counter of a lifetime; one that begins anew only for want of it."""
    lasting = [m for m in measures if not m.is_partial]
    return _whole(lasting) or _whole([m for m in measures if m.is_partial])


def _whole(measures: list[_Measure]) -> Formula | None:
    """Return what stands for all tariffs and phases, else their sum."""
    return (
        _one(m for m in _unphased(measures) if not m.tariff)
        or _sum(m for m in _unphased(measures) if m.tariff)
        or _sum(m for m in measures if m.phase is not None and not m.tariff)
    )


def _unphased(measures: list[_Measure]) -> list[_Measure]:
    return [m for m in measures if m.phase is None]


def _one(measures: Iterable[_Measure]) -> Formula | None:
    """Return the formula of the one with the plainest name."""
    best = min(
        measures, key=lambda m: (m.phase is not None, len(m.words)), default=None
    )
    return None if best is None else Formula.of(best.key, best.unit)


def _sum(measures: Iterable[_Measure]) -> Formula | None:
    """Return the sum of those that have the unit of the first."""
    measures = list(measures)
    if not measures:
        return None
    unit = measures[0].unit
    return Formula.sum_of(tuple(m.key for m in measures if m.unit == unit), unit)
