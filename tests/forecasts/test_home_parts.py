"""What is part of what, in homes of many meters."""

from typing import Any

import pytest

from custom_components.wattwise.forecasts.energy_of_hours import MeteredFlow
from custom_components.wattwise.forecasts.forecast_series import CONSUMPTION, PRODUCTION
from custom_components.wattwise.forecasts.home_parts import add_up, charging_hours
from custom_components.wattwise.forecasts.series_forecasts import SeriesOutlook
from custom_components.wattwise.metering.profile import EnergyKind, MeterRole
from tests.analytics.forecasting.made_up_outlooks import outlook

GRID, ROOF = MeterRole.GRID, MeterRole.PRODUCTION
BATTERY, APPLIANCE = MeterRole.BATTERY, MeterRole.APPLIANCE


def meter(key: str, role: MeterRole, parent: str | None = None) -> MeteredFlow:
    """Return a meter of a household."""
    return MeteredFlow(key, f"meter-{key}", role, EnergyKind.COUNTER, parent)


def expects(**hourly: float | None) -> dict[str, SeriesOutlook]:
    """Return what series expect of each hour; None where nothing is known."""
    return {
        key: SeriesOutlook(None if mean is None else outlook([mean] * 48, mean), {})
        for key, mean in hourly.items()
    }


def told(found: dict[str, SeriesOutlook]) -> dict[str, Any]:
    """Return what is expected of tomorrow's hours."""
    return {
        key: said.outlook and round(said.outlook.tomorrow.mean / 24, 6)
        for key, said in found.items()
    }


def test_appliances_of_a_home() -> None:
    """Behind a grid meter they have room until they claim more than there is."""
    flows = [
        meter("grid", GRID),
        meter("oven", APPLIANCE, "kitchen"),
        meter("kitchen", APPLIANCE, "grid"),
        meter("heat", APPLIANCE),
    ]
    small = expects(consumption=1.0, oven=0.1, kitchen=0.2, heat=0.3)
    assert add_up(small, flows) == small
    large = told(
        add_up(expects(consumption=1.0, oven=0.9, kitchen=0.8, heat=0.8), flows)
    )
    assert large[CONSUMPTION] == 1.0
    assert large["kitchen"] + large["heat"] == pytest.approx(1.0)
    assert large["oven"] == pytest.approx(large["kitchen"])


def test_what_is_not_chosen_or_not_known_is_stepped_over() -> None:
    """A meter between two others need not be forecast itself."""
    flows = [
        meter("grid", GRID),
        meter("floor", APPLIANCE),
        meter("kitchen", APPLIANCE, "floor"),
        meter("oven", APPLIANCE, "kitchen"),
    ]
    for found in (
        expects(consumption=2.0, floor=0.5, oven=0.6),
        expects(consumption=2.0, floor=0.5, kitchen=None, oven=0.6),
    ):
        said = told(add_up(found, flows))
        assert said["oven"] == said["floor"] == 0.5


def test_without_a_grid_meter_parts_are_the_whole() -> None:
    """Appliances that are all that is known of a home make up its consumption."""
    flows = [meter("oven", APPLIANCE), meter("heat", APPLIANCE)]
    said = told(add_up(expects(consumption=1.0, oven=0.2, heat=0.5), flows))
    assert said["oven"] + said["heat"] == pytest.approx(1.0)
    some = expects(consumption=1.0, oven=0.2)
    assert add_up(some, flows) == some


def test_roofs_are_the_whole_of_production() -> None:
    """All of them are, and one of them is a part; nobody's loss is made up for."""
    flows = [meter("grid", GRID), meter("south", ROOF), meter("west", ROOF)]
    said = told(add_up(expects(production=3.0, south=1.5, west=1.0), flows))
    assert said["south"] + said["west"] == pytest.approx(3.0)
    assert said[PRODUCTION] == 3.0
    part = expects(production=3.0, south=1.5)
    assert add_up(part, flows) == part
    waiting = expects(production=3.0, south=1.5, west=None)
    assert add_up(waiting, flows) == waiting


def test_the_only_roof_is_as_sure_as_the_whole() -> None:
    """What a home produces and what its one roof gives is the same thing."""
    found = expects(production=1.0, roof=0.8)
    said = add_up(found, [meter("grid", GRID), meter("roof", ROOF)])
    assert said["roof"].outlook == found[PRODUCTION].outlook
    assert said[PRODUCTION] == found[PRODUCTION]


def test_what_has_left_the_balance_is_no_part() -> None:
    """What a battery's meter measures is not in the consumption of the home."""
    flows = [
        meter("grid", GRID),
        meter("battery", BATTERY),
        meter("pump", APPLIANCE, "battery"),
    ]
    found = expects(consumption=0.1, pump=0.5)
    assert add_up(found, flows) == found
    assert charging_hours(flows, {"pump": {0: 1.0}}, {"pump"}) == {}


def test_meters_that_are_parts_of_each_other() -> None:
    """Nothing can be said of a loop, and nothing breaks."""
    flows = [
        meter("grid", GRID),
        meter("a", APPLIANCE, "b"),
        meter("b", APPLIANCE, "a"),
        meter("c", APPLIANCE, "a"),
        meter("d", APPLIANCE),
    ]
    said = told(add_up(expects(consumption=0.5, a=1.0, b=1.0, c=1.0, d=1.0), flows))
    assert said == {CONSUMPTION: 0.5, "a": 1.0, "b": 1.0, "c": 1.0, "d": 0.5}


def test_a_home_without_a_forecast() -> None:
    """Parts are told while the whole is still unknown."""
    flows = [meter("grid", GRID), meter("oven", APPLIANCE)]
    found = expects(consumption=None, oven=0.5)
    assert add_up(found, flows) == found


def test_chargers_are_counted_once() -> None:
    """One behind another one is in it; of two, what is known counts."""
    flows = [
        meter("grid", GRID),
        meter("garage", APPLIANCE),
        meter("wallbox", APPLIANCE, "garage"),
        meter("street", APPLIANCE),
        meter("oven", APPLIANCE),
    ]
    hours = {
        "garage": {0: 7.0, 3600: 0.1},
        "wallbox": {0: 6.9, 3600: 0.0},
        "street": {3600: 2.0, 7200: 3.0},
        "oven": {0: 1.0},
    }
    chargers = {"garage", "wallbox", "street", "removed"}
    assert charging_hours(flows, hours, chargers) == {0: 7.0, 3600: 2.1, 7200: 3.0}
    assert charging_hours(flows, hours, ()) == {}
