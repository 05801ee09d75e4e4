"""How a household's tariff is entered: rates by the clock and the rest of the bill."""

import json
from typing import Any

import probatio
import pytest

from custom_components.wattwise.const import (
    CONF_CHARGES,
    CONF_PRICE,
    CONF_RATES,
    CONF_TARIFF,
    TARIFF_FLAT,
    TARIFF_TIME_OF_USE,
)
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import config_validation as cv

from .household_flows import (
    HOUSEHOLD,
    add_household,
    open_options,
    start,
    submit,
    submit_options,
    suggested,
)
from .translated_flows import translated_flows

__all__ = ["translated_flows"]

NIGHT = {"price": 0.2, "hours": "22:00-06:00"}
WINTER = {
    "price": 0.5,
    "hours": "17:00-20:00",
    "days": "working_days",
    "months": ["11", "12", "1", "2"],
}
CHARGES = {"standing_charge": 12.5, "standing_charge_per": "month"}


@pytest.fixture(autouse=True)
def _wattwise(wattwise: HomeAssistant) -> None:
    """Run in a folder of its own."""


def _is_rates(field: dict[str, Any]) -> bool:
    return field["name"] == CONF_RATES


async def test_prices_by_the_clock(hass: HomeAssistant) -> None:
    """A new household can be given rates and charges, and shows them when asked again."""
    result = await submit(
        hass, await start(hass), **HOUSEHOLD, tariff=TARIFF_TIME_OF_USE
    )
    assert result["step_id"] == "time_of_use"
    # What the browser is told of the form.
    fields = probatio.to_field_list(
        result["data_schema"], custom_serializer=cv.custom_serializer
    )
    rates = next(field for field in json.loads(json.dumps(fields)) if _is_rates(field))
    columns = rates["selector"]["object"]["fields"]
    assert columns.keys() == {"price", "hours", "days", "months"}
    assert "free_days" in columns["days"]["selector"]["select"]["options"]
    result = await submit(
        hass,
        result,
        price=0.4,
        rates=[NIGHT | {"hours": "22-6"}, WINTER],
        charges=CHARGES | {"feed_in_price": 0.08, "capacity_price": 0},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    options = {
        CONF_TARIFF: TARIFF_TIME_OF_USE,
        CONF_PRICE: 0.4,
        CONF_RATES: [NIGHT, WINTER],
        CONF_CHARGES: CHARGES | {"feed_in_price": 0.08},
    }
    assert result["options"] == options
    entry = result["result"]

    result = await open_options(hass, entry, "tariff_and_power")
    assert suggested(result, CONF_TARIFF) == TARIFF_TIME_OF_USE
    result = await submit_options(hass, result, tariff=TARIFF_TIME_OF_USE)
    assert suggested(result, CONF_PRICE) == 0.4
    assert suggested(result, CONF_RATES) == [NIGHT, WINTER]
    section = result["data_schema"].schema[CONF_CHARGES]
    assert not section.options["collapsed"]
    result = await submit_options(hass, result, price=0.4, rates=[NIGHT], charges={})
    assert dict(entry.options) == {
        CONF_TARIFF: TARIFF_TIME_OF_USE,
        CONF_PRICE: 0.4,
        CONF_RATES: [NIGHT],
    }


@pytest.mark.parametrize(
    ("answers", "errors", "hours"),
    [
        ({"price": 0, "rates": [NIGHT]}, {CONF_PRICE: "price_needed"}, ""),
        ({"price": 0.4, "rates": []}, {CONF_RATES: "rates_needed"}, ""),
        (
            {"price": 0.4, "rates": [NIGHT | {"hours": "at night"}]},
            {CONF_RATES: "hours_unreadable"},
            "at night",
        ),
        (
            {"price": 0.4, "rates": [NIGHT, NIGHT | {"hours": "1-1"}]},
            {CONF_RATES: "hours_empty"},
            "1-1",
        ),
        (
            {"price": 0.4, "rates": [NIGHT | {"hours": " "}]},
            {CONF_RATES: "rate_always"},
            "",
        ),
    ],
)
async def test_what_is_wrong_is_said(
    hass: HomeAssistant, answers: dict[str, Any], errors: dict[str, str], hours: str
) -> None:
    """A mistake is told in words, and what was entered is still there."""
    entry = await add_household(hass)
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_TIME_OF_USE)
    result = await submit_options(hass, result, **answers)
    assert result["errors"] == errors
    assert result["description_placeholders"]["hours"] == hours
    assert suggested(result, CONF_RATES) == answers["rates"]
    result = await submit_options(hass, result, price=0.4, rates=[NIGHT])
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_charges_of_one_price(hass: HomeAssistant) -> None:
    """A standing charge that nobody pays is not kept, nor when it would be paid."""
    entry = await add_household(hass)
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_FLAT)
    result = await submit_options(
        hass,
        result,
        price=0.3,
        charges={"standing_charge": 0, "standing_charge_per": "day"},
    )
    assert dict(entry.options) == {CONF_TARIFF: TARIFF_FLAT, CONF_PRICE: 0.3}
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_FLAT)
    await submit_options(hass, result, price=0.3, charges=CHARGES)
    assert entry.options[CONF_CHARGES] == CHARGES


async def test_nothing_is_paid_for_feeding_in(hass: HomeAssistant) -> None:
    """That is an answer, too: without it, half the price would be taken for it."""
    entry = await add_household(hass)
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_FLAT)
    await submit_options(hass, result, price=0.3, charges={"feed_in_price": 0})
    assert entry.options[CONF_CHARGES] == {"feed_in_price": 0}
    result = await open_options(hass, entry, "tariff_and_power")
    result = await submit_options(hass, result, tariff=TARIFF_FLAT)
    section = result["data_schema"].schema[CONF_CHARGES]
    assert not section.options["collapsed"]
