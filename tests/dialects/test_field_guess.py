"""What the names and units of fields suggest."""

import pytest

from custom_components.wattwise.dialects.contract.circuit import Circuit, Term
from custom_components.wattwise.dialects.contract.field import Field
from custom_components.wattwise.dialects.field_guess import guess_circuits
from custom_components.wattwise.dialects.field_words import quantity_of, words_of
from custom_components.wattwise.metering.quantity import Channel, Quantity


def guessed(**values: float | tuple[float, str]) -> Circuit:
    """Return the one circuit of fields with these names, values and units."""
    fields = {
        key: Field(key, *value) if isinstance(value, tuple) else Field(key, value)
        for key, value in values.items()
    }
    (circuit,) = guess_circuits(fields)
    return circuit


def keys(circuit: Circuit) -> dict[Channel, tuple[str, ...]]:
    """Return the fields that each channel is made of."""
    return {channel: formula.keys for channel, formula in circuit.channels.items()}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("total_kWh", ("total", "kwh")),
        ("importEnergyKWh", ("import", "energy", "kwh")),
        ("energyTotal_Wh", ("energy", "total", "wh")),
        ("voltageL1", ("voltage", "l", "1")),
        ("ENERGY.Power.2", ("energy", "power", "2")),
        ("Zählerstand heute", ("zählerstand", "heute")),
    ],
)
def test_words(name: str, words: tuple[str, ...]) -> None:
    """Names are cut at signs, at numbers, and where a capital follows."""
    assert words_of(name) == words


@pytest.mark.parametrize(
    ("name", "quantity"),
    [
        ("power_factor", Quantity.POWER_FACTOR),
        ("current_power", Quantity.POWER),
        ("current_l1", Quantity.CURRENT),
        ("stroomverbruik", Quantity.ENERGY),
        ("Netzfrequenz", Quantity.FREQUENCY),
        ("colour", None),
    ],
)
def test_quantities(name: str, quantity: Quantity | None) -> None:
    """A word that says more comes before one that says less."""
    assert quantity_of(words_of(name)) is quantity


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("total_kwh", "kWh"),
        ("totalKWh", "kWh"),
        ("TOTAL_KWH", "kWh"),
        ("total_Wh", "Wh"),
        ("total_MWh", "MWh"),
        ("total_mWh", "mWh"),
        ("power_kW", "kW"),
        ("powerWatts", "W"),
    ],
)
def test_units_at_the_end(name: str, unit: str) -> None:
    """The unit that a name ends with, in all its spellings."""
    (formula,) = guessed(**{name: 5}).channels.values()
    assert formula.unit == unit


def test_unit_that_could_be_two() -> None:
    """Nobody knows whether this is a thousand or a million times as much."""
    assert guess_circuits({"total_mwh": Field("total_mwh", 5.0)}) == []


def test_letters_of_phases() -> None:
    """Letters are phases where there are several, and no amperes."""
    circuit = guessed(
        a_act_power=100, b_act_power=200, c_act_power=300, phase_a=7, n_current=0.5
    )
    assert keys(circuit) == {
        Channel.POWER: ("a_act_power", "b_act_power", "c_act_power"),
        Channel.CURRENT_N: ("n_current",),
    }


def test_voltage_between_phases() -> None:
    """A voltage between two phases is none of a phase."""
    circuit = guessed(power=1, voltage_l1=230, voltage_l1_l2=400, voltage_l2=231)
    assert keys(circuit)[Channel.VOLTAGE_L1] == ("voltage_l1",)
    assert keys(circuit)[Channel.VOLTAGE_L2] == ("voltage_l2",)


def test_per_cent() -> None:
    """Per cent are a power factor or the load, and nothing else of a meter."""
    circuit = guessed(
        power=1, power_factor=(97, "%"), load=(40, "%"), humidity=(50, "%"), x=(1, "%")
    )
    assert keys(circuit) == {
        Channel.POWER: ("power",),
        Channel.POWER_FACTOR: ("power_factor",),
        Channel.LOAD: ("load",),
    }
    assert circuit.channels[Channel.POWER_FACTOR].unit == "%"


def test_implausible_values() -> None:
    """A voltage of a battery and a frequency of a processor are not the mains'."""
    assert keys(guessed(power=1, voltage=3.3, frequency=80_000)) == {
        Channel.POWER: ("power",)
    }


def test_power_of_both_directions() -> None:
    """What comes and what goes make one power."""
    circuit = guessed(power_in=500, power_out=0)
    assert circuit.channels[Channel.POWER].terms == (
        Term("power_in"),
        Term("power_out", -1.0),
    )


def test_units_that_differ() -> None:
    """Only what has the same unit is added up."""
    circuit = guessed(
        l1=(100, "W"), l2=(0.2, "kW"), l3=(300, "W"), import_kw=1, export_w=1
    )
    assert circuit.channels[Channel.POWER].keys == ("l1", "l3")


def test_daily_counter_is_the_last_resort() -> None:
    """Counters of a day are taken where there is no other."""
    assert keys(guessed(energy_today=(2, "kWh"))) == {
        Channel.ENERGY_IMPORT: ("energy_today",)
    }
    assert keys(guessed(energy_today=(2, "kWh"), energy_total=(900, "kWh"))) == {
        Channel.ENERGY_IMPORT: ("energy_total",)
    }


def test_numbered_circuits() -> None:
    """Numbered powers are circuits where the voltages do not show three phases."""
    fields = {key: Field(key, 1.0) for key in ("power1", "power2")}
    assert [circuit.key for circuit in guess_circuits(fields)] == ["1", "2"]
    voltages = {f"voltage{p}": Field(f"voltage{p}", 230.0) for p in (1, 2, 3)}
    (circuit,) = guess_circuits(fields | voltages)
    assert circuit.channels[Channel.POWER].keys == ("power1", "power2")


def test_nothing_of_a_meter() -> None:
    """Fields that are no power and no energy make no meter."""
    assert guess_circuits({}) == []
    assert guess_circuits({"voltage": Field("voltage", 230.0)}) == []
    reactive = Field("reactive_power", 5.0)
    assert guess_circuits({reactive.key: reactive}) == []
