"""What fields may be that do not say it, judged by how their values change."""

import pytest

from custom_components.wattwise.dialects.contract.field import Field
from custom_components.wattwise.dialects.field_behaviour import (
    Sample,
    guess_by_behaviour,
    needs_watching,
)
from custom_components.wattwise.dialects.field_guess import guess_circuits
from custom_components.wattwise.metering.quantity import Channel


def guessed(
    every_s: float = 5.0, unit: str | None = None, **values: list[float]
) -> dict[Channel, tuple[str, str]]:
    """Return field and unit of each channel that is guessed from values in turn."""
    fields = {key: Field(key, told[-1], unit) for key, told in values.items()}
    samples = {
        key: [Sample(every_s * turn, value) for turn, value in enumerate(told)]
        for key, told in values.items()
    }
    return {
        channel: (formula.terms[0].key, formula.unit)
        for channel, formula in guess_by_behaviour(fields, samples).items()
    }


@pytest.mark.parametrize(
    ("values", "unit"),
    [
        ([1234.5, 1234.501, 1234.502], "kWh"),
        ([1234.5, 1234.5, 1234.5, 1234.501], "kWh"),
        # The first is what the broker has kept since last week.
        ([1100.0, 1234.5, 1234.501], "kWh"),
        ([1_234_500, 1_234_501, 1_234_502], "Wh"),
        # A power that happens to rise, and more than any home takes.
        ([410, 412, 415], None),
        ([1_234_500, 1_334_500, 1_434_500], None),
        # The seconds, milliseconds and minutes since the device was switched on.
        ([86_400, 86_405, 86_410], None),
        ([86_400_000, 86_405_000, 86_410_000], None),
        ([1440, 1440 + 5 / 60, 1440 + 10 / 60], None),
        ([1234.5, 1234.501], None),
        # What changed before anybody listened does not show when.
        ([21.0, 22.5, 22.5], None),
        ([1234.5, 1234.5, 1234.5], None),
        ([1234.5, 1234.502, 1234.501], None),
        ([-3.0, -2.999, -2.998], None),
    ],
)
def test_counter(values: list[float], unit: str | None) -> None:
    """What only rises, and no faster than a home uses energy, may be a counter."""
    expected = {} if unit is None else {Channel.ENERGY_IMPORT: ("x", unit)}
    assert guessed(x=values) == expected


def test_samples_of_one_moment() -> None:
    """Messages that came all at once show no speed."""
    assert guessed(0.0, x=[1.0, 1.001, 1.002]) == {}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([229.8, 231.0, 230.2], {Channel.VOLTAGE_L1: ("x", "V")}),
        ([119.0, 121.5, 120.0], {Channel.VOLTAGE_L1: ("x", "V")}),
        ([49.98, 50.01, 50.0], {Channel.FREQUENCY: ("x", "Hz")}),
        ([60.0, 60.0, 60.0], {Channel.FREQUENCY: ("x", "Hz")}),
        ([205.0, 248.0, 220.0], {}),
        ([150.0, 150.0, 150.0], {}),
        ([50.0, 60.0, 50.0], {}),
    ],
)
def test_mains(values: list[float], expected: dict[Channel, tuple[str, str]]) -> None:
    """Steady values as the mains have them may be those of the mains."""
    assert guessed(x=values) == expected


def test_several_alike() -> None:
    """Three voltages are phases; of other likes nobody knows which is which."""
    volts = {"x": [230.0] * 3, "y": [231.0] * 3, "z": [229.0] * 3}
    assert guessed(**volts) == {
        Channel.VOLTAGE_L1: ("x", "V"),
        Channel.VOLTAGE_L2: ("y", "V"),
        Channel.VOLTAGE_L3: ("z", "V"),
    }
    del volts["z"]
    assert guessed(**volts) == {}
    counters = {"x": [1.0, 1.001, 1.002], "y": [5.0, 5.0, 5.001]}
    assert guessed(**counters) == {}
    assert guessed(f=[50.0] * 3, x=[50.0] * 3) == {Channel.FREQUENCY: ("x", "Hz")}


def test_names_and_units() -> None:
    """A name or unit that says something counts more than any behaviour."""
    rising = [1234.5, 1234.501, 1234.502]
    assert guessed(energy=rising) == {Channel.ENERGY_IMPORT: ("energy", "kWh")}
    assert guessed(energy_export=rising) == {
        Channel.ENERGY_EXPORT: ("energy_export", "kWh")
    }
    assert guessed(energy=[230.0] * 3) == {}
    for name in ("uptime", "energy_today", "power", "voltage", "gas"):
        assert guessed(**{name: rising}) == {}
    assert guessed(unit="%", x=rising) == {}


def test_what_needs_watching() -> None:
    """A device is watched while its counter is unknown and could be among the rest."""
    for needed, *names in (
        (True, "power", "x"),
        (True, "energy"),
        (False, "power", "rssi"),
        (False, "power_w", "total_kwh", "x"),
        (False,),
    ):
        fields = {str(name): Field(str(name), 1.0) for name in names}
        assert needs_watching(fields, guess_circuits(fields)) is needed
