"""Bodies in the words of WattWise and of the earlier platform."""

import pytest

from wattwise_dev.simulator import SimulatorError, household_named
from wattwise_dev.simulator.payload import (
    FacilityBodies,
    dialect_named,
    wattwise_body,
)
from wattwise_dev.simulator.sample import Sample

NOON = 1_767_268_800


def reading(minute: int, counted: float) -> Sample:
    """Return a sample of an office's grid meter."""
    return Sample(
        NOON + minute * 60,
        NOON + minute * 60,
        {
            "power": -5000.0,
            "energy_import": 100.0 + counted,
            "energy_export": 50.0,
            "voltage_l1": 229.0,
            "voltage_l2": 230.0,
            "voltage_l3": 231.0,
            "current_l1": 1.0,
            "current_l2": 2.0,
            "current_l3": 3.0,
            "frequency": 50.01,
            "power_factor": 0.97,
        },
    )


def test_one_reading_is_an_object_and_many_are_a_list() -> None:
    """The channels carry their own names."""
    one = wattwise_body([reading(0, 0.0)])
    assert one["time"] == "2026-01-01T12:00:00Z"
    assert one["power"] == -5000.0
    assert one["voltage_l3"] == 231.0
    many = wattwise_body([reading(0, 0.0), reading(1, 0.5)])
    assert many.keys() == {"readings"}
    assert isinstance(many["readings"], list)
    assert many["readings"][1]["energy_import"] == 100.5


def test_facility_sends_amounts() -> None:
    """What could not be sent counts with the next body."""
    bodies = FacilityBodies(household_named("office"))
    first = [reading(0, 0.0)]
    assert bodies.body(first) == {
        "energy_produced": 0.0,
        "energy_consumed": 0.0,
        "current_load": 20.0,
        "facility_id": "office",
        "voltage": 230.0,
        "current1": 1.0,
        "current2": 2.0,
        "current3": 3.0,
        "frequency": 50.01,
        "power_factor": 0.97,
    }
    bodies.sent(first)
    lost = [reading(1, 0.2)]
    assert bodies.body(lost)["energy_consumed"] == 0.2
    later = [*lost, reading(2, 0.5)]
    assert bodies.body(later)["energy_consumed"] == 0.5
    bodies.sent(later)
    assert bodies.body([reading(3, 0.6)])["energy_consumed"] == pytest.approx(0.1)


def test_facility_without_voltage_and_numbers() -> None:
    """Appliances have no voltage, faults no numbers; the body stays complete."""
    bodies = FacilityBodies(household_named("office"))
    bodies.sent([Sample(NOON, NOON, {"power": 1.0, "energy_import": 5.0})])
    assert bodies.body([Sample(NOON, NOON, {"power": None, "energy_import": "x"})]) == {
        "energy_produced": 0.0,
        "energy_consumed": 0.0,
        "current_load": 0.0,
        "facility_id": "office",
    }


def test_unknown_dialect() -> None:
    """The error names the two."""
    with pytest.raises(SimulatorError, match="wattwise, facility"):
        dialect_named("morse")
