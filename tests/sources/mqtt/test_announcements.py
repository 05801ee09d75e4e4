"""When a device has gone to other topics, and when it only seems so."""

from typing import Any

import pytest

from custom_components.wattwise.dialects import all_dialects
from custom_components.wattwise.sources.mqtt.announcements import is_elsewhere


def entity(key: str, topic: str, unit: str = "W") -> dict[str, Any]:
    """Return a value of a device that announces itself to Home Assistant."""
    return {"key": key, "topic": topic, "path": [], "unit": unit}


@pytest.mark.parametrize(
    ("values", "elsewhere"),
    [
        ([entity("power", "a"), entity("energy", "b", "kWh")], False),
        # The broker tells in any order.
        ([entity("energy", "b", "kWh"), entity("power", "a")], False),
        # The rest has not been told yet.
        ([entity("power", "a")], False),
        ([], False),
        ([entity("power", "a"), entity("energy", "b", "Wh")], True),
        ([entity("power", "a2"), entity("energy", "b", "kWh")], True),
        ([entity("power", "a2")], True),
        (
            [entity("power", "a"), entity("energy", "b", "kWh"), entity("x", "c")],
            True,
        ),
    ],
)
def test_is_elsewhere(values: list[dict[str, Any]], elsewhere: bool) -> None:
    """Neither another order nor half an announcement is a move."""
    speech = all_dialects()["ha_discovery"].mqtt
    assert speech is not None
    known = {
        "values": [entity("power", "a"), entity("energy", "b", "kWh")],
        "availability": [],
    }
    announced = {"values": values, "availability": []}
    assert is_elsewhere(speech, known, announced) is elsewhere
