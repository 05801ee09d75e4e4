"""Which circuits the sensors of devices belong to."""

from collections.abc import Iterator, Mapping
from pathlib import Path
import re
from typing import Any, Final

import pytest
import yaml

from custom_components.wattwise.flows.channel_guess import Candidate, guess_channels
from custom_components.wattwise.flows.device_circuits import circuits_of
from custom_components.wattwise.metering.quantity import Channel, Quantity

FIRMWARE: Final = Path(__file__).parents[2] / "firmware"
# What the ids of our sensors have in them.
QUANTITY_OF_ID: Final = {
    "power_factor": Quantity.POWER_FACTOR,
    "energy": Quantity.ENERGY,
    "power": Quantity.POWER,
    "voltage": Quantity.VOLTAGE,
    "current": Quantity.CURRENT,
    "frequency": Quantity.FREQUENCY,
}
QUANTITY_OF_UNIT: Final = {
    "W": Quantity.POWER,
    "kWh": Quantity.ENERGY,
    "V": Quantity.VOLTAGE,
    "A": Quantity.CURRENT,
    "Hz": Quantity.FREQUENCY,
}


class _Loader(yaml.SafeLoader):
    """Reads configurations of ESPHome without including anything."""


def _included(loader: _Loader, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    return loader.construct_scalar(node)


for _tag in ("!include", "!lambda", "!secret"):
    _Loader.add_constructor(_tag, _included)


def configuration(path: str) -> Any:
    """Return a file of the firmware."""
    # The loader is a safe one.
    return yaml.load((FIRMWARE / path).read_text(), Loader=_Loader)


def sensor(name: str, quantity: Quantity) -> Candidate:
    """Return a sensor of the name, which has the id that ESPHome gives it."""
    object_id = re.sub(r"\W+", "_", f"Panel {name}".lower())
    counts = quantity is Quantity.ENERGY
    return Candidate(f"sensor.{object_id}", name, quantity, is_counter=counts)


def sensors(**names: str) -> list[Candidate]:
    """Return sensors whose names are given by unit, separated by commas."""
    return [
        sensor(name.strip(), QUANTITY_OF_UNIT[unit])
        for unit, listed in names.items()
        for name in listed.split(",")
    ]


def sensors_of_firmware(meter: str, given: Mapping[str, str]) -> list[Candidate]:
    """Return the sensors that a meter file of our firmware makes."""
    file = configuration(f"meters/{meter}.yaml")
    texts = {**file["substitutions"], **file.get("defaults", {}), **given}

    def named(part: object) -> Iterator[Candidate]:
        if isinstance(part, list):
            for item in part:
                yield from named(item)
        elif isinstance(part, dict):
            if "name" in part:
                name = re.sub(r"\$\{(\w+)\}", lambda m: texts[m[1]], part["name"])
                sensor_id = part["id"]
                quantity = next(q for k, q in QUANTITY_OF_ID.items() if k in sensor_id)
                yield sensor(name, quantity)
            for value in part.values():
                yield from named(value)

    return list(named(file["sensor"]))


def meters(sensors: list[Candidate]) -> dict[str, dict[Channel, str]]:
    """Return the names of the sensors of each channel, by the name of the circuit."""
    names = {sensor.entity_id: sensor.name for sensor in sensors}
    return {
        circuit.name: {
            channel: names[entity_id]
            for channel, entity_id in guess_channels(
                [*circuit.sensors, *circuit.mains]
            ).items()
        }
        for circuit in circuits_of(sensors, "Panel")
    }


def test_six_clamps() -> None:
    """Each clamp is a circuit; which of two voltages it has, no name tells."""
    assert meters(sensors_of_firmware("atm90e32_6ch", {})) == {
        f"Clamp {number}": {
            Channel.POWER: f"Clamp {number} Power",
            Channel.ENERGY_IMPORT: f"Clamp {number} Energy import",
            Channel.ENERGY_EXPORT: f"Clamp {number} Energy export",
            Channel.CURRENT_L1: f"Clamp {number} Current",
            Channel.FREQUENCY: "Frequency",
        }
        for number in range(1, 7)
    }


def test_clamps_that_the_user_named() -> None:
    """Names are kept as they were written, whatever else they could mean."""
    rooms = ("Water heater", "Heat pump", "Solar", "Küche", "EV charger", "Office")
    given = {f"clamp_{number}": name for number, name in enumerate(rooms, start=1)}
    found = meters(sensors_of_firmware("atm90e32_6ch", given))

    assert sorted(found) == [
        "EV charger",
        "Heat pump",
        "Küche",
        "Office",
        "Solar",
        "Water heater",
    ]
    assert all(
        channels[Channel.POWER] == f"{name} Power" for name, channels in found.items()
    )


def test_three_phases() -> None:
    """A meter of three phases is one, with a voltage and a current of each."""
    assert meters(sensors_of_firmware("sdm630", {})) == {
        "": {
            Channel.POWER: "Power",
            Channel.ENERGY_IMPORT: "Energy import",
            Channel.ENERGY_EXPORT: "Energy export",
            Channel.VOLTAGE_L1: "Voltage L1",
            Channel.VOLTAGE_L2: "Voltage L2",
            Channel.VOLTAGE_L3: "Voltage L3",
            Channel.CURRENT_L1: "Current L1",
            Channel.CURRENT_L2: "Current L2",
            Channel.CURRENT_L3: "Current L3",
            Channel.FREQUENCY: "Frequency",
        }
    }


def test_meters_on_one_line() -> None:
    """Three meters at one board have everything of their own."""
    packages = configuration("devices/pzem004t_v3_three-esp32-api.yaml")["packages"]
    labels = [
        package["vars"]["label"]
        for package in packages.values()
        if isinstance(package, dict) and "label" in package["vars"]
    ]
    found = [
        candidate
        for label in labels
        for candidate in sensors_of_firmware("pzem004t_v3", {"label": label})
    ]

    assert meters(found) == {
        name: {
            Channel.POWER: f"{name} Power",
            Channel.ENERGY_IMPORT: f"{name} Energy",
            Channel.VOLTAGE_L1: f"{name} Voltage",
            Channel.CURRENT_L1: f"{name} Current",
            Channel.FREQUENCY: f"{name} Frequency",
            Channel.POWER_FACTOR: f"{name} Power factor",
        }
        for name in ("Boiler", "Car", "Kitchen")
    }


@pytest.mark.parametrize(
    "meter",
    [
        "dsmr_p1",
        "pulse_meter",
        "pzem004t_v3",
        "sct013_clamp",
        "sdm120",
        "sdm230",
        "sml_reader",
    ],
)
def test_other_meters_of_ours(meter: str) -> None:
    """What is one meter stays one."""
    assert list(meters(sensors_of_firmware(meter, {}))) == [""]


def test_emporia_vue() -> None:
    """The whole, what is left of it, the roof and each circuit, in their order."""
    circuits = range(1, 17)
    found = meters(
        sensors(
            W="Phase A Power, Phase B Power, Total Power, Balance Power, Solar Power,"
            "Phase A Power Return, Total Power Return,"
            + ",".join(f"Circuit {number} Power" for number in circuits),
            kWh="Total Daily Energy, Total Daily Energy Return, Balance Daily Energy,"
            "Solar Daily Energy,"
            + ",".join(f"Circuit {number} Daily Energy" for number in circuits),
            V="Phase A Voltage, Phase B Voltage",
            Hz="Phase A Frequency",
        )
    )

    assert list(found) == [
        "",
        "Balance",
        *(f"Circuit {number}" for number in circuits),
        "Solar",
    ]
    assert found[""] == {
        Channel.POWER: "Total Power",
        Channel.VOLTAGE_L1: "Phase A Voltage",
        Channel.VOLTAGE_L2: "Phase B Voltage",
    }
    assert found["Circuit 12"] == {Channel.POWER: "Circuit 12 Power"}


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        # Numbers without a word: circuits, and the currents are theirs.
        (
            {
                "W": "Power 1, Power 2",
                "A": "Current 1, Current 2",
                "V": "Voltage",
            },
            {
                "Panel 1": ["Power 1", "Voltage", "Current 1"],
                "Panel 2": ["Power 2", "Voltage", "Current 2"],
            },
        ),
        # Beyond three they are no phases, even where each has a voltage.
        (
            {
                "W": "Power_1, Power_2, Power_3, Power_4",
                "V": "Voltage_1, Voltage_2, Voltage_3, Voltage_4",
            },
            {
                f"Panel {number}": [f"Power_{number}", f"Voltage_{number}"]
                for number in range(1, 5)
            },
        ),
        # Channels are no phases, whatever letter or number they have.
        (
            {
                "W": "Channel A Power, Channel B Power",
                "A": "Channel A Current, Channel B Current",
                "V": "Voltage",
            },
            {
                f"Channel {letter}": [
                    f"Channel {letter} Power",
                    "Voltage",
                    f"Channel {letter} Current",
                ]
                for letter in "AB"
            },
        ),
        (
            {
                "W": "Channel 1 Power, Channel 2 Power",
                "V": "Channel 1 Voltage, Channel 2 Voltage",
            },
            {
                f"Channel {number}": [
                    f"Channel {number} Power",
                    f"Channel {number} Voltage",
                ]
                for number in (1, 2)
            },
        ),
        # Letters are phases where each has a voltage.
        (
            {
                "W": "Total power, Power A, Power B",
                "V": "Voltage A, Voltage B",
                "A": "Current A, Current B",
            },
            {"": ["Total power", "Voltage A", "Voltage B", "Current A", "Current B"]},
        ),
        # Rooms and the whole, of which nothing but the power is known.
        (
            {"W": "Total power, Kitchen, Laundry room power", "V": "Voltage"},
            {
                "": ["Total power", "Voltage"],
                "Kitchen": ["Kitchen", "Voltage"],
                "Laundry room": ["Laundry room power", "Voltage"],
            },
        ),
        # Counters alone.
        (
            {"kWh": "ch1 energy, ch2 energy"},
            {"Ch1": ["ch1 energy"], "Ch2": ["ch2 energy"]},
        ),
        # The device's own name says nothing.
        (
            {"W": "Panel Circuit 1 Power, Panel Circuit 2 Power"},
            {
                "Circuit 1": ["Panel Circuit 1 Power"],
                "Circuit 2": ["Panel Circuit 2 Power"],
            },
        ),
    ],
)
def test_several_circuits(listed: dict[str, str], names: dict[str, list[str]]) -> None:
    """Circuits are told by what their names have besides the quantity."""
    found = meters(sensors(**listed))
    assert {name: list(channels.values()) for name, channels in found.items()} == names


@pytest.mark.parametrize(
    "listed",
    [
        # Statistics of one power.
        {"W": "Power, Average power, Max power, Min power, Power production"},
        # Another word for the same, in a language that nobody taught us.
        {"W": "Active power, Instantaneous demand", "kWh": "Summation delivered"},
        {"W": "Puissance", "kWh": "Énergie, Énergie aujourd’hui, Énergie du mois"},
        # Tariffs, phases and directions.
        {
            "W": "Power, Power phase 1, Power phase 2, Power phase 3",
            "kWh": "Energy import, Energy import tariff 1, Energy export tariff 2",
            "V": "Voltage phase 1, Voltage phase 2, Voltage phase 3",
        },
        # Phases that are counted from nought.
        {
            "W": "ENERGY Power 0, ENERGY Power 1, ENERGY Power 2",
            "V": "ENERGY Voltage 0, ENERGY Voltage 1, ENERGY Voltage 2",
            "kWh": "ENERGY Total, ENERGY Today, ENERGY Yesterday",
        },
        {"V": "Voltage"},
    ],
)
def test_one_meter(listed: dict[str, str]) -> None:
    """A meter that tells many things of itself is still one."""
    (circuit,) = circuits_of(sensors(**listed), "Panel")
    assert circuit.name == ""


def test_sensors_without_a_name() -> None:
    """Then their ids tell; a device without sensors has nothing to tell."""
    nameless = [
        Candidate(f"sensor.{object_id}", "", Quantity.POWER)
        for object_id in ("panel_oven_power", "panel_sauna_power")
    ]
    assert [c.name for c in circuits_of(nameless, "Panel")] == ["Oven", "Sauna"]
    assert circuits_of([], "Panel")[0].sensors == ()
