"""The picture of the forecast on the demo's dashboard."""

from base64 import b64decode
from typing import Any
from xml.etree import ElementTree as ET

from freezegun.api import FrozenDateTimeFactory
import pytest
import yaml

from homeassistant.core import HomeAssistant
from homeassistant.helpers.template import Template
from homeassistant.setup import async_setup_component
from wattwise_dev.demo.forecast_chart import CONFIGURATION, SENSOR, forecast_chart

from ..test_forecast import NOW, home_of
from ..test_meters import pass_time

SVG = "{http://www.w3.org/2000/svg}"


def points(line: ET.Element) -> list[tuple[float, float]]:
    """Return the points of a line."""
    pairs = (pair.split(",") for pair in line.attrib["points"].split())
    return [(float(x), float(y)) for x, y in pairs]


# The template sensor asks each minute, and nothing can switch it off.
@pytest.mark.parametrize("expected_lingering_timers", [True])
async def test_the_chart_shows_history_band_and_forecast(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """What the action says is drawn: measured hours, all of two days, and the band."""
    freezer.move_to(NOW)
    written: dict[str, Any] = yaml.safe_load(CONFIGURATION)
    assert await async_setup_component(
        wattwise, "template", {"template": next(iter(written.values()))}
    )
    card = Template(forecast_chart()["content"], wattwise)
    assert "within a minute" in card.async_render()

    await home_of(wattwise, freezer, 12)
    await pass_time(wattwise, freezer, 60)
    await wattwise.async_block_till_done(wait_background_tasks=True)
    state = wattwise.states.get(SENSOR)
    assert state
    assert len(state.attributes["hours"]) == 11 + 48

    picture = card.async_render().partition("base64,")[2].partition(")")[0]
    drawn = ET.fromstring(b64decode(picture))  # noqa: S314  (our own)
    middle, measured = (points(line) for line in drawn.findall(f"{SVG}polyline"))
    (band,) = (points(polygon) for polygon in drawn.findall(f"{SVG}polygon"))
    assert len(measured) == 10
    assert len(middle) == 48
    assert len(band) == 2 * len(middle)
    assert all(40 < x < 470 and 15 <= y <= 195 for x, y in band + middle + measured)
    # Dinner at seven: nothing of today is higher, so no y is smaller.
    evening = min(middle[:24], key=lambda point: point[1])
    assert evening[0] == pytest.approx(40 + 430 * 19.5 / 48, abs=0.2)
