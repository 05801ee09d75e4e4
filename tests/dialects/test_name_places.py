"""What names say of phases and circuits."""

import pytest

from custom_components.wattwise.dialects.field_words import quantity_of, words_of
from custom_components.wattwise.dialects.name_places import Place, places


def placed(*names: str) -> list[Place]:
    """Return the places of a device's names, each of which says its quantity."""
    words = [words_of(name) for name in names]
    measured = [(w, quantity) for w in words if (quantity := quantity_of(w))]
    assert len(measured) == len(names)
    return places(measured)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        # Three letters and no voltage: phases.
        (
            ["power_a", "power_b", "power_c"],
            [Place((1,)), Place((2,)), Place((3,))],
        ),
        # Two letters that share a voltage, or have none: circuits.
        (
            ["power_a", "power_b", "voltage"],
            [Place(of=("a",)), Place(of=("b",)), Place()],
        ),
        (["power_a", "power_b"], [Place(of=("a",)), Place(of=("b",))]),
        # Two letters with a voltage each: phases.
        (
            ["power_a", "power_b", "voltage_a", "voltage_b"],
            [Place((1,)), Place((2,)), Place((1,)), Place((2,))],
        ),
        # The word says that they are phases; a lone letter may be a unit.
        (["phase_a_power", "phase_b_power"], [Place((1,)), Place((2,))]),
        (["current_a", "power"], [Place(), Place()]),
        # Numbers of powers are circuits, and with them those of currents.
        (
            ["power_1", "power_2", "current_2"],
            [Place(of=("1",)), Place(of=("2",)), Place(of=("2",))],
        ),
        (["power", "current_2", "voltage_1"], [Place(), Place((2,)), Place((1,))]),
        # With three voltages they are phases, wherever counting begins.
        (
            ["power_0", "power_2", "voltage_0", "voltage_1", "voltage_2"],
            [Place((1,)), Place((3,)), Place((1,)), Place((2,)), Place((3,))],
        ),
        # A fourth is no phase, and then none of them is.
        (
            ["power_1", "power_4", "voltage_1", "voltage_2", "voltage_4"],
            [Place(of=(number,)) for number in ("1", "4", "1", "2", "4")],
        ),
        (["energy_t1", "voltage_l1_l2"], [Place(tariff=True), Place((1, 2))]),
        (
            ["clamp_3_power", "max_power", "balance_power"],
            [Place(of=("clamp", "3")), Place(), Place(of=("balance",))],
        ),
        ([], []),
    ],
)
def test_places(names: list[str], found: list[Place]) -> None:
    """Letters and numbers are phases or circuits, as the other names have it."""
    assert placed(*names) == found
