"""What the home uses, produces, and leaves unexplained."""

from hypothesis import given, strategies as st
import pytest

from custom_components.wattwise.metering.balance import Balance, MeterFlow
from custom_components.wattwise.metering.profile import MeterRole

GRID, ROOF = MeterRole.GRID, MeterRole.PRODUCTION
BATTERY, APPLIANCE = MeterRole.BATTERY, MeterRole.APPLIANCE

watts = st.floats(0, 20_000)


def grid(
    power: float | None, meter: str = "grid", parent: str | None = None
) -> MeterFlow:
    """Return a grid meter with signed power."""
    return MeterFlow(meter, GRID, power, None if power is None else 0.0, parent)


def roof(
    power: float | None, meter: str = "roof", parent: str | None = None
) -> MeterFlow:
    """Return a production meter."""
    return MeterFlow(meter, ROOF, None, power, parent)


def battery(
    power: float | None, meter: str = "battery", parent: str | None = None
) -> MeterFlow:
    """Return a battery's meter; positive is charging."""
    return MeterFlow(meter, BATTERY, power, None, parent)


def used(power: float | None, meter: str, parent: str | None = None) -> MeterFlow:
    """Return an appliance's meter."""
    return MeterFlow(meter, APPLIANCE, power, None, parent)


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([], None),
        ([grid(None)], None),
        ([grid(500.0)], 500.0),
        # Two kilowatts from the roof, one and a half into the grid.
        ([grid(-1_500.0), roof(2_000.0)], 500.0),
        # A battery that is charged with one kilowatt is no consumption.
        ([grid(1_500.0), battery(1_000.0)], 500.0),
        # Appliances behind a grid meter are in its sum already.
        ([grid(500.0), used(300.0, "oven")], 500.0),
        # Without a grid meter appliances are all that is known.
        (
            [used(300.0, "floor"), used(200.0, "oven"), used(150.0, "tv", "floor")],
            500.0,
        ),
        ([used(300.0, "oven", "roof"), roof(900.0)], 300.0),
        # The production meter is read a moment later than the grid meter.
        ([grid(-2_100.0), roof(2_000.0)], 0.0),
        # One clamp for each phase.
        ([grid(500.0, "L1"), grid(-200.0, "L2"), grid(100.0, "L3")], 400.0),
        ([grid(500.0, "L1"), grid(None, "L2")], None),
        # A meter of the heat pump's tariff behind that of the house.
        ([grid(3_000.0, "house"), grid(2_500.0, "heat pump", "house")], 3_000.0),
        # A hybrid inverter's meter has the battery in its sum already.
        ([grid(100.0), roof(800.0), battery(1_200.0, parent="roof")], 900.0),
        # The roof's meter, told to be behind the grid meter, still adds to it.
        ([grid(-1_500.0), roof(2_000.0, parent="grid")], 500.0),
        # What is not known is not taken for nothing.
        ([grid(500.0), roof(None)], None),
        ([grid(500.0), battery(None)], None),
        ([grid(None), used(300.0, "oven")], None),
        ([used(300.0, "oven"), used(None, "tv")], None),
        # A meter whose parent was removed, and two that name each other.
        ([used(300.0, "oven", "removed")], 300.0),
    ],
)
def test_consumption(flows: list[MeterFlow], expected: float | None) -> None:
    """The balance of the meters."""
    assert Balance(flows).consumption() == expected


def test_production() -> None:
    """What a grid meter exports is not all that was produced."""
    assert Balance([MeterFlow("grid", GRID, 1.0, 5.0)]).production() is None
    assert Balance([MeterFlow("roof", ROOF, 0.5, 5.0)]).production() == 5.0
    assert Balance([MeterFlow("roof", ROOF, 0.5, None)]).production() == 0.0
    assert Balance([roof(5.0, "east"), roof(None, "west")]).production() is None
    strings = [roof(5.0), roof(3.0, "east", "roof"), roof(2.0, "west", "roof")]
    assert Balance(strings).production() == 5.0


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([grid(500.0)], None),
        ([used(300.0, "oven")], None),
        ([grid(500.0), used(300.0, "oven")], 200.0),
        ([grid(500.0), used(300.0, "oven", "grid")], 200.0),
        ([grid(500.0), used(300.0, "oven"), used(100.0, "tv")], 100.0),
        # The television is behind the living room's meter: it is in there already,
        # also while it is silent.
        ([grid(500.0), used(300.0, "room"), used(200.0, "tv", "room")], 200.0),
        ([grid(500.0), used(300.0, "room"), used(None, "tv", "room")], 200.0),
        ([grid(500.0), used(300.0, "oven"), used(None, "tv")], None),
        ([grid(None), used(300.0, "oven")], None),
        # The oven was read a moment after the grid meter.
        ([grid(500.0), used(2_300.0, "oven")], 0.0),
        # The inverter's fan is not in the home's consumption, so it explains nothing.
        ([grid(500.0), roof(400.0), used(30.0, "fan", "roof"), used(1.0, "tv")], 899.0),
        # Balcony panels behind the garage's meter: it shows what is left of its use.
        ([grid(500.0), used(-200.0, "garage"), roof(600.0, parent="garage")], 700.0),
    ],
)
def test_untracked(flows: list[MeterFlow], expected: float | None) -> None:
    """What no appliance meter explains."""
    assert Balance(flows).untracked() == expected


def test_untracked_behind_a_meter() -> None:
    """The parts of a meter explain it, their own parts do not once more."""
    balance = Balance(
        [
            grid(900.0),
            used(700.0, "floor"),
            used(400.0, "kitchen", "floor"),
            used(150.0, "oven", "kitchen"),
            used(100.0, "bath", "floor"),
            used(None, "mirror", "bath"),
        ]
    )
    assert set(balance.parts_of("floor")) == {"kitchen", "bath"}
    assert balance.untracked_behind("floor") == 200.0
    assert balance.untracked_behind("kitchen") == 250.0
    assert balance.untracked_behind("bath") is None
    assert balance.untracked_behind("oven") is None
    assert balance.untracked_behind("removed") is None
    assert balance.untracked() == 200.0


def test_meters_that_name_each_other() -> None:
    """Settings that make a circle do not hang anything."""
    flows = [grid(500.0), used(100.0, "one", "two"), used(200.0, "two", "one")]
    balance = Balance(flows)
    assert balance.consumption() == 500.0
    assert balance.untracked() is None


def test_grid_exchange() -> None:
    """Signed power and separate energies alike; unknown phases are unknown."""
    phases = [grid(500.0, "L1"), grid(-200.0, "L2"), grid(100.0, "L3")]
    both = Balance(phases).grid_exchange(netted=False)
    assert both
    assert (both.imported, both.exported) == (600.0, 200.0)
    net = Balance(phases).grid_exchange(netted=True)
    assert net
    assert (net.imported, net.exported) == (400.0, 0.0)
    energies = Balance([MeterFlow("grid", GRID, 700.0, 250.0)])
    counted = energies.grid_exchange(netted=False)
    assert counted
    assert (counted.imported, counted.exported) == (700.0, 250.0)
    assert Balance([*phases, grid(None, "N")]).grid_exchange(netted=True) is None
    assert Balance([roof(100.0)]).grid_exchange(netted=True) is None


@given(watts, watts, watts, watts, watts)
def test_conservation(
    imported: float,
    exported: float,
    produced: float,
    charged: float,
    discharged: float,
) -> None:
    """Consumption = import - export + production - charge + discharge."""
    balance = Balance(
        [
            MeterFlow("grid", GRID, imported, exported),
            MeterFlow("roof", ROOF, 0.0, produced),
            MeterFlow("battery", BATTERY, charged, discharged),
        ]
    )
    expected = imported - exported + produced - charged + discharged
    assert balance.consumption() == pytest.approx(max(0.0, expected), abs=1e-6)


@given(
    st.lists(watts, min_size=1, max_size=6),
    st.lists(st.integers(-1, 5), min_size=6, max_size=6),
    st.floats(0, 200_000),
)
def test_remainder_and_tracked_are_the_consumption(
    uses: list[float], parents: list[int], drawn: float
) -> None:
    """However appliances are nested, nothing counts twice and nothing is lost."""
    appliances = [
        used(use, str(number), str(parent) if 0 <= parent < number else "grid")
        for number, (use, parent) in enumerate(zip(uses, parents, strict=False))
    ]
    balance = Balance([grid(drawn), *appliances])
    tracked, untracked = balance.tracked(), balance.untracked()
    assert tracked is not None
    assert untracked is not None
    outermost = sum(flow.inward or 0.0 for flow in appliances if flow.parent == "grid")
    assert tracked == pytest.approx(outermost)
    assert untracked >= 0.0
    assert tracked + untracked == pytest.approx(max(drawn, tracked))


def test_what_a_one_way_meter_cannot_see() -> None:
    """A roof may feed in while a meter counts only what comes: nobody knows."""
    one_way = MeterFlow("grid", GRID, 5_000.0, None)
    assert Balance([one_way]).consumption() == 5_000.0
    assert Balance([one_way, used(100.0, "oven")]).untracked() == 4_900.0
    with_roof = Balance([one_way, roof(20_000.0), used(100.0, "oven")])
    assert with_roof.consumption() is None
    assert with_roof.untracked() is None
    assert with_roof.grid_exchange(netted=True) is None
    assert with_roof.production() == 20_000.0


def test_what_goes_through_one_meter() -> None:
    """An appliance's use is its own, whatever is produced behind it; a roof gives."""
    balance = Balance(
        [
            grid(500.0),
            used(300.0, "shed"),
            roof(200.0, "balcony", "shed"),
            used(None, "oven"),
            roof(None),
            MeterFlow("asleep", ROOF, 3.0, None),
        ]
    )
    assert balance.through("shed") == 500.0
    assert balance.through("balcony") == 200.0
    assert balance.through("oven") is None
    assert balance.through("roof") is None
    assert balance.through("asleep") == 0.0
