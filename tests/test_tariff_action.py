"""What the past of a home would have cost under other tariffs."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.wattwise.const import (
    CONF_PRICE_ENTITY,
    CONF_TARIFF,
    TARIFF_ENTITY,
)
from custom_components.wattwise.metering.profile import MeterRole
from custom_components.wattwise.metering.quantity import Channel
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError

from .homes import async_add_household, only_meter, push_meter
from .test_actions import call
from .test_bill import FLAT, counted

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 6, 1, tzinfo=ZONE)
NIGHT = {
    "name": "Night saver",
    "price": 0.4,
    "rates": [{"price": 0.1, "hours": "00:00-12:00"}],
    "standing_charge": 0.2,
}
DEAR = {"name": "Peaks", "price": 0.2, "capacity_price": 10, "demand_period": 60}


async def home(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    days: int = 40,
    **options: Any,
) -> MockConfigEntry:
    """Return a home that drew 500 W and fed in 100 W for so many days."""
    await hass.config.async_set_time_zone(str(ZONE))
    freezer.move_to(NOW)
    entry = await async_add_household(hass, push_meter(interval=1800), options=options)
    meter = only_meter(entry)
    start = datetime.combine(NOW.date() - timedelta(days=days), NOW.time(), ZONE)
    for channel, watts in (
        (Channel.ENERGY_IMPORT, 500.0),
        (Channel.ENERGY_EXPORT, 100.0),
    ):
        await meter.history.append(meter.profile, counted(channel, watts, start, NOW))
    await meter.coordinator.async_refresh()
    return entry


async def refused(hass: HomeAssistant, **data: Any) -> str | None:
    """Return the key of the refusal of a question."""
    with pytest.raises(ServiceValidationError) as error:
        await call(hass, "compare_tariffs", **data)
    return error.value.translation_key


async def test_comparison(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Each tariff has its bill, its year, and what it differs from the present one."""
    entry = await home(wattwise, freezer, **FLAT)
    answer = await call(
        wattwise,
        "compare_tariffs",
        config_entry_id=entry.entry_id,
        tariffs=[DEAR, NIGHT],
        start="2026-05-02 00:00:00",
        end="2026-06-01 00:00:00",
    )
    assert answer["start"] == "2026-05-02T00:00:00+02:00"
    assert answer["coverage"] == 100
    assert answer["imported"] == pytest.approx(360)
    assert answer["exported"] == pytest.approx(72)
    assert answer["currency"] == "EUR"
    present = answer["present"]
    assert present["name"] == "Home"
    assert present["energy"] == pytest.approx(108)
    assert present["feed_in"] == pytest.approx(7.2)
    assert present["standing_charge"] == pytest.approx(15 * 30 / 31, abs=0.01)
    assert present["total"] == pytest.approx(108 - 7.2 + 15 * 30 / 31, abs=0.01)
    assert present["difference_per_year"] == 0
    peaks, night = answer["tariffs"]
    assert (peaks["name"], night["name"]) == ("Peaks", "Night saver")
    assert peaks["capacity_charge"] == pytest.approx(0.5 * 10 * 30 / 31, abs=0.01)
    assert night["energy"] == pytest.approx(360 * 0.25)
    assert night["standing_charge"] == pytest.approx(6)
    assert night["per_year"] == pytest.approx(96 * 365.25 / 30, abs=0.01)
    assert night["difference_per_year"] == pytest.approx(
        night["per_year"] - present["per_year"], abs=0.02
    )


async def test_history_of_less_than_a_year(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Without a period it is the last year, or what there is of it."""
    entry = await home(wattwise, freezer)
    question = {"config_entry_id": entry.entry_id, "tariffs": [NIGHT]}
    answer = await call(wattwise, "compare_tariffs", **question)
    assert answer["start"] == "2026-04-22T00:00:00+02:00"
    assert answer["present"] is None
    (night,) = answer["tariffs"]
    assert night["difference_per_year"] is None
    assert night["per_year"] == pytest.approx((12 * 0.25 + 0.2) * 365.25, rel=0.001)
    key = "comparison_too_little_known"
    assert await refused(wattwise, **question, start="2025-06-01 00:00:00") == key
    key = "comparison_period"
    assert await refused(wattwise, **question, start="2026-05-30 00:00:00") == key
    assert await refused(wattwise, **question, start="2020-05-30 00:00:00") == key
    assert await refused(wattwise, **question, start="2027-05-30 00:00:00") == key


async def test_young_home(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Some days are not enough to choose a tariff by, and none at all are not either."""
    entry = await home(wattwise, freezer, days=4)
    question = {"config_entry_id": entry.entry_id, "tariffs": [NIGHT]}
    key = "comparison_too_little_known"
    assert await refused(wattwise, **question) == key
    empty = await async_add_household(wattwise, push_meter("new"), name="New")
    question["config_entry_id"] = empty.entry_id
    assert await refused(wattwise, **question) == key


async def test_prices_of_an_entity_that_were_not_noted(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """A price of today is not taken for that of the past."""
    wattwise.states.async_set("sensor.price", "1", {"unit_of_measurement": "EUR/kWh"})
    price = {CONF_TARIFF: TARIFF_ENTITY, CONF_PRICE_ENTITY: "sensor.price"}
    entry = await home(wattwise, freezer, **price)
    answer = await call(
        wattwise, "compare_tariffs", config_entry_id=entry.entry_id, tariffs=[NIGHT]
    )
    assert answer["present"] is None


async def test_what_cannot_be_compared(
    wattwise: HomeAssistant, freezer: FrozenDateTimeFactory
) -> None:
    """Mistakes are told in words."""
    entry = await home(wattwise, freezer, days=10)
    wrong = NIGHT | {"rates": [{"price": 0.1, "hours": "by night"}]}
    question = {"config_entry_id": entry.entry_id, "tariffs": [wrong]}
    assert await refused(wattwise, **question) == "tariff_rate_unreadable"
    always = NIGHT | {"rates": [{"price": 0.1}]}
    question["tariffs"] = [always]
    assert await refused(wattwise, **question) == "tariff_rate_unreadable"
    question = {"config_entry_id": "nobody", "tariffs": [NIGHT]}
    assert await refused(wattwise, **question) == "service_config_entry_not_found"
    other = await async_add_household(
        wattwise, push_meter("plug", role=MeterRole.APPLIANCE), name="Cabin"
    )
    question["config_entry_id"] = other.entry_id
    assert await refused(wattwise, **question) == "comparison_needs_grid"
    for tariffs in ([], [{"name": "No price"}], [NIGHT | {"price": "cheap"}]):
        with pytest.raises(probatio.Invalid):
            await call(
                wattwise,
                "compare_tariffs",
                config_entry_id=entry.entry_id,
                tariffs=tariffs,
            )
