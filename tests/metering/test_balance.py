"""What the home uses."""

import pytest

from custom_components.wattwise.metering.balance import (
    MeterFlow,
    consumption,
    production,
)
from custom_components.wattwise.metering.profile import MeterRole


@pytest.mark.parametrize(
    ("flows", "expected"),
    [
        ([], None),
        ([MeterFlow(MeterRole.GRID, None, None)], None),
        ([MeterFlow(MeterRole.GRID, 500.0, None)], 500.0),
        # Two kilowatts from the roof, one and a half into the grid.
        (
            [
                MeterFlow(MeterRole.GRID, -1_500.0, None),
                MeterFlow(MeterRole.PRODUCTION, None, 2_000.0),
            ],
            500.0,
        ),
        # A battery that is charged with one kilowatt is no consumption.
        (
            [
                MeterFlow(MeterRole.GRID, 1_500.0, None),
                MeterFlow(MeterRole.BATTERY, 1_000.0, None),
            ],
            500.0,
        ),
        # Appliances behind a grid meter are in its sum already.
        (
            [
                MeterFlow(MeterRole.GRID, 500.0, None),
                MeterFlow(MeterRole.APPLIANCE, 300.0, None),
            ],
            500.0,
        ),
        # Without a grid meter appliances are all that is known.
        (
            [
                MeterFlow(MeterRole.APPLIANCE, 300.0, None),
                MeterFlow(MeterRole.APPLIANCE, 200.0, None),
                MeterFlow(MeterRole.APPLIANCE, 150.0, None, has_parent=True),
            ],
            500.0,
        ),
        # The production meter is read a moment later than the grid meter.
        (
            [
                MeterFlow(MeterRole.GRID, -2_100.0, None),
                MeterFlow(MeterRole.PRODUCTION, None, 2_000.0),
            ],
            0.0,
        ),
    ],
)
def test_consumption(flows: list[MeterFlow], expected: float | None) -> None:
    """The balance of the meters."""
    assert consumption(flows) == expected


def test_production_is_that_of_production_meters() -> None:
    """What a grid meter exports is not all that was produced."""
    assert production([MeterFlow(MeterRole.GRID, 1.0, 5.0)]) is None
    assert production([MeterFlow(MeterRole.PRODUCTION, 0.0, 5.0)]) == 5.0
