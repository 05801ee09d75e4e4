"""The kind of load shape of a household, as its sensor tells it."""

from collections.abc import Callable
from datetime import datetime

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.analytics.load_shapes.load_shape import LEAST_DAYS
from custom_components.wattwise.history.errors import HistoryError
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant, State

from .homes import async_add_household, push_meter
from .test_advice import quiet_home, restart
from .test_forecast import ZONE, counter
from .test_meters import pass_time

SENSOR = "sensor.home_daily_rhythm"
FIRST_LOOK = 14 * 60 + 5

type Watts = Callable[[datetime], float]


def evening_w(moment: datetime) -> float:
    """Return the power of a home that lives from 18 to 22 o'clock."""
    return 1000.0 if 18 <= moment.astimezone(ZONE).hour < 22 else 100.0


def night_w(moment: datetime) -> float:
    """Return the power of storage heaters."""
    return 3000.0 if moment.astimezone(ZONE).hour < 6 else 150.0


def weekend_w(moment: datetime) -> float:
    """Return the power of a cottage that is switched off from Monday to Friday."""
    return 500.0 if moment.astimezone(ZONE).weekday() >= 5 else 0.0


async def home(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, watts: Watts, days: int = 40
) -> MockConfigEntry:
    """Return a home of so many days, after the first look at them."""
    entry = await quiet_home(hass, freezer, push_meter(interval=1800), options={})
    await tell(entry, watts, days)
    await pass_time(hass, freezer, FIRST_LOOK)
    return entry


async def tell(entry: MockConfigEntry, watts: Watts, days: int) -> None:
    """Store what the home's meter told until now."""
    (meter,) = entry.runtime_data.meters.values()
    readings = counter(Channel.ENERGY_IMPORT, watts, days)
    await meter.history.append(meter.profile, readings)
    # As its lesson does after a file was loaded.
    await entry.runtime_data.forecast.energy.async_forget()


def shown(hass: HomeAssistant) -> State:
    """Return the sensor's state."""
    found = hass.states.get(SENSOR)
    assert found
    return found


async def test_a_home_that_lives_in_the_evening(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """It is told so, with the figures it follows from, and still after a restart."""
    entry = await home(wattwise, freezer, evening_w)
    told = shown(wattwise)
    assert told.state == "evening"
    assert told.attributes["options"] == ["steady", "daytime", "evening", "night"]
    assert told.attributes["learning"] is False
    assert told.attributes["days_known"] == 40
    assert told.attributes["also_like"] is None
    used = 20 * 0.1 + 4 * 1.0
    assert told.attributes["always_on_share"] == round(100 * 2.4 / used, 1)
    assert told.attributes["evening_share"] == round(100 * 4.3 / used, 1)
    assert told.attributes["night_share"] == round(100 * 0.6 / used, 1)
    assert told.attributes["peak_to_mean"] == 4.0
    assert told.attributes["weekend_ratio"] == 1.0
    assert told.attributes["per_degree_colder"] is None

    await restart(wattwise, entry)
    again = shown(wattwise)
    assert again.state == "evening"
    assert "evening_share" not in again.attributes
    await pass_time(wattwise, freezer, FIRST_LOOK)
    assert shown(wattwise).attributes["days_known"] == 40

    # Who moves lives by another clock: the evening of Berlin is a morning there.
    await wattwise.config.async_set_time_zone("Pacific/Honolulu")
    await entry.runtime_data.load_shape.async_refresh()
    moved = shown(wattwise).attributes
    assert moved["morning_share"] > moved["evening_share"]
    await wattwise.config.async_set_time_zone(str(ZONE))
    await entry.runtime_data.load_shape.async_refresh()
    assert shown(wattwise).state == "evening"

    # The history is away for a moment: what was found stays, and is looked at again.
    coordinator = entry.runtime_data.load_shape
    energy = entry.runtime_data.forecast.energy
    asked = []

    async def refuse(now: datetime) -> None:
        asked.append(now)
        raise HistoryError

    energy.async_hours = refuse
    coordinator.async_past_grew()
    await pass_time(wattwise, freezer, 6 * 60 + 5)
    assert len(asked) == 1
    assert shown(wattwise).state == "evening"
    del energy.async_hours
    assert not coordinator.last_update_success
    await pass_time(wattwise, freezer, 30 * 60 + 5)
    assert coordinator.last_update_success


async def test_a_young_home_is_not_judged(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Four weeks are needed; until then it says how many days there are."""
    await home(wattwise, freezer, night_w, days=20)
    told = shown(wattwise)
    assert told.state == STATE_UNKNOWN
    assert told.attributes["learning"] is True
    assert told.attributes["days_known"] == 20
    assert told.attributes["days_needed"] == LEAST_DAYS


async def test_a_home_that_is_hardly_used_says_so(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Who is there on weekends only is known well enough, and is not told to wait."""
    await home(wattwise, freezer, weekend_w, days=150)
    told = shown(wattwise)
    assert told.state == STATE_UNKNOWN
    assert told.attributes["learning"] is False
    assert told.attributes["days_known"] >= LEAST_DAYS
    assert told.attributes["reason"] == "hardly_used"
    assert "days_needed" not in told.attributes


async def test_a_roof_alone_has_no_rhythm(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Where nothing is measured that the home uses, there is no sensor."""
    await async_add_household(wattwise, push_meter(role=MeterRole.PRODUCTION))
    assert wattwise.states.get(SENSOR) is None
