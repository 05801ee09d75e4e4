"""The action that returns what a household can expect."""

from typing import Any, Final

import probatio

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..analytics.forecasting.expectation import Expected, Outlook
from ..const import CONF_PRICE, CONF_TARIFF, DOMAIN, TARIFF_FLAT
from ..forecasts.forecast_coordinator import CONSUMPTION, PRODUCTION
from ..household import WattWiseConfigEntry, async_loaded_households
from ..metering.profile import MeterRole
from .local_time import local_iso

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_SERIES: Final = "series"
ATTR_QUANTILES: Final = "quantiles"
ATTR_QUANTITY: Final = "quantity"

ENERGY: Final = "energy"
POWER: Final = "power"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_SERIES, default=CONSUMPTION): probatio.In(
            [CONSUMPTION, PRODUCTION]
        ),
        probatio.Optional(ATTR_QUANTILES, default=[0.1, 0.5, 0.9]): probatio.All(
            cv.ensure_list,
            [probatio.All(probatio.Coerce(float), probatio.Range(0.005, 0.995))],
        ),
        probatio.Optional(ATTR_QUANTITY, default=ENERGY): probatio.In([ENERGY, POWER]),
    }
)


async def async_get_forecast(call: ServiceCall) -> ServiceResponse:
    """Return the forecast of a household slot by slot."""
    entry = _household(call)
    series = call.data[ATTR_SERIES]
    household = entry.runtime_data
    data = household.forecast.data if household.forecast else None
    if data is not None and series not in data:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="forecast_not_made",
            translation_placeholders={"household": household.name},
        )
    if household.forecast and not household.forecast.last_update_success:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="forecast_failed",
            translation_placeholders={"household": household.name},
        )
    outlook = data[series].outlook if data else None
    if outlook is None:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="forecast_not_known",
            translation_placeholders={"household": household.name},
        )
    price = None
    # What the roof gives costs nothing, and how much of it will be used is not known.
    pays_for_all = not household.has_role(MeterRole.PRODUCTION)
    flat = entry.options.get(CONF_TARIFF) == TARIFF_FLAT
    if series == CONSUMPTION and flat and pays_for_all:
        price = float(entry.options[CONF_PRICE])
    return _answer(outlook, call.data[ATTR_QUANTILES], call.data[ATTR_QUANTITY], price)


def _household(call: ServiceCall) -> WattWiseConfigEntry:
    wanted = call.data[ATTR_CONFIG_ENTRY_ID]
    for entry in async_loaded_households(call.hass):
        if entry.entry_id == wanted:
            return entry
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="household_not_found"
    )


def _answer(
    outlook: Outlook, quantiles: list[float], quantity: str, price: float | None
) -> dict[str, Any]:
    """Return an outlook as a client reads it; costs in the household's currency."""
    factor = 1.0 if quantity == ENERGY else 1000.0 * 3600 / outlook.step
    step_ms = outlook.step * 1000

    def told(expected: Expected, by: float = 1.0) -> dict[str, float]:
        values = {"mean": round(expected.mean * by, 4)}
        for level in quantiles:
            values[f"p{level * 100:g}"] = round(expected.at(level) * by, 4)
        if price is not None:
            values["cost"] = round(expected.mean * price, 4)
        return values

    return {
        "made": dt_util.as_local(outlook.made).isoformat(),
        "unit": "kWh" if quantity == ENERGY else "W",
        "resolution": outlook.step,
        "days_known": outlook.days_known,
        "models": {name: round(share, 3) for name, share in outlook.weights.items()},
        # A sum of many hours is an energy, also where each hour is a power.
        "today": told(outlook.today),
        "rest_of_today": told(outlook.rest_of_today),
        "tomorrow": told(outlook.tomorrow),
        "forecast": [
            {
                "start": local_iso(slot.start * 1000),
                "end": local_iso(slot.start * 1000 + step_ms),
                **told(slot.energy, factor),
            }
            for slot in outlook.slots
        ],
    }
