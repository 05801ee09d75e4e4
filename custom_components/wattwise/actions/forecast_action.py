"""The action that returns what a household can expect."""

from typing import Final

import probatio

from homeassistant.core import ServiceCall, ServiceResponse
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN
from ..forecasts.forecast_answer import (
    ENERGY,
    GREATEST_QUANTILE,
    LEAST_QUANTILE,
    POWER,
    USUAL_QUANTILES,
    forecast_answer,
)
from ..forecasts.forecast_series import CONSUMPTION, PRODUCTION
from ..household import WattWiseConfigEntry, async_loaded_households

ATTR_CONFIG_ENTRY_ID: Final = "config_entry_id"
ATTR_SERIES: Final = "series"
ATTR_QUANTILES: Final = "quantiles"
ATTR_QUANTITY: Final = "quantity"

SCHEMA: Final = probatio.Schema(
    {
        probatio.Required(ATTR_CONFIG_ENTRY_ID): cv.string,
        probatio.Optional(ATTR_SERIES, default=CONSUMPTION): probatio.In(
            [CONSUMPTION, PRODUCTION]
        ),
        probatio.Optional(ATTR_QUANTILES, default=[*USUAL_QUANTILES]): probatio.All(
            cv.ensure_list,
            [
                probatio.All(
                    probatio.Coerce(float),
                    probatio.Range(LEAST_QUANTILE, GREATEST_QUANTILE),
                )
            ],
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
    return forecast_answer(
        entry, series, outlook, call.data[ATTR_QUANTILES], call.data[ATTR_QUANTITY]
    )


def _household(call: ServiceCall) -> WattWiseConfigEntry:
    wanted = call.data[ATTR_CONFIG_ENTRY_ID]
    for entry in async_loaded_households(call.hass):
        if entry.entry_id == wanted:
            return entry
    raise ServiceValidationError(
        translation_domain=DOMAIN, translation_key="household_not_found"
    )
